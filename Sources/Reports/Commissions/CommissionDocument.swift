public import Audit
import LeadlineCore

/// A commission statement as JSON, and what is signed. Fields are added, never changed.
public struct CommissionDocument: Encodable, Sendable {
    /// The month that it is about.
    public struct Period: Encodable, Sendable {
        /// Year and month, `2026-03`.
        public var month: String
        /// Name in the tz database: where the month begins and ends.
        public var timeZone: String
        public var from: String
        /// The first moment after it.
        public var until: String
    }
    /// A rate, and the entry that set it.
    public struct Terms: Encodable, Sendable {
        public var position: UInt64
        public var time: String
        public var rateBasisPoints: UInt32
    }
    /// An accrual, or its taking back.
    public struct Line: Encodable, Sendable {
        /// `accrual` or `reversal`.
        public var kind: String
        /// The decision: program/position/ordinal.
        public var decision: String
        public var position: UInt64
        public var time: String
        public var leadId: String
        public var dealMinorUnits: Int64
        public var rateBasisPoints: UInt32
        /// Negative for a reversal.
        public var amountMinorUnits: Int64
        /// Position of the accrual that a reversal takes back.
        public var accruedAt: UInt64?
        /// The partner's share of the deal's commission, where it is shared.
        public var shareBasisPoints: UInt32?
        /// After this moment it is taken back no more; absent: it is for as long as the deal can be corrected.
        public var reversibleUntil: String?
    }
    /// A commission that stands although its deal was lost, or reduced, after the time in which it is taken back.
    public struct Kept: Encodable, Sendable {
        public var position: UInt64
        public var time: String
        public var leadId: String
        /// Position of the accrual.
        public var accruedAt: UInt64
        public var amountMinorUnits: Int64
        public var reversibleUntil: String
    }
    /// What it comes to in a currency.
    public struct Sum: Encodable, Sendable {
        public var currency: String
        public var accruedMinorUnits: Int64
        public var reversedMinorUnits: Int64
        public var netMinorUnits: Int64
    }
    /// As far as the journal was read: its entries, and the hash chain's link after them.
    public struct Head: Encodable, Sendable {
        public var size: UInt64
        public var chainLink: String
        public init(size: UInt64, chainLink: String) {
            self.size = size
            self.chainLink = chainLink
        }
    }

    public var program: String
    public var partnerId: String
    public var period: Period
    /// False while entries of the period may follow.
    public var final: Bool
    public var terms: [Terms]
    public var lines: [Line]
    /// Of deals that ended otherwise in the period.
    public var standing: [Kept]
    public var sums: [Sum]
    public var journal: Head

    /// The document of a statement; nil where a sum is beyond what is counted in.
    public init?(
        _ statement: CommissionStatement, program: String, month: String, timeZone: String, journal: Head
    ) {
        guard let accrued = statement.accruedMinorUnits, let reversed = statement.reversedMinorUnits else { return nil }
        self.program = program
        partnerId = statement.partnerID
        period = Period(
            month: month, timeZone: timeZone, from: TimeText.utc(statement.from), until: TimeText.utc(statement.until))
        final = statement.isFinal
        terms = statement.terms.map {
            Terms(position: $0.position, time: TimeText.utc($0.stamp), rateBasisPoints: $0.rateBasisPoints)
        }
        lines = statement.lines.map {
            Line(
                kind: $0.accruedAt == nil ? "accrual" : "reversal", decision: "\(program)/\($0.position)/\($0.ordinal)",
                position: $0.position, time: TimeText.utc($0.stamp), leadId: $0.leadID,
                dealMinorUnits: $0.dealMinorUnits, rateBasisPoints: $0.rateBasisPoints,
                amountMinorUnits: $0.amountMinorUnits, accruedAt: $0.accruedAt,
                shareBasisPoints: $0.shareBasisPoints == 0 ? nil : $0.shareBasisPoints,
                reversibleUntil: $0.reversibleUntil.map { TimeText.utc($0) })
        }
        standing = statement.kept.map {
            Kept(
                position: $0.position, time: TimeText.utc($0.stamp), leadId: $0.leadID, accruedAt: $0.accruedAt,
                amountMinorUnits: $0.amountMinorUnits, reversibleUntil: TimeText.utc($0.reversibleUntil))
        }
        sums = [
            Sum(
                currency: statement.currency, accruedMinorUnits: accrued, reversedMinorUnits: reversed,
                netMinorUnits: accrued + reversed)
        ]
        self.journal = journal
    }
}

/// A commission statement for people.
public enum CommissionText {
    /// The statement's lines.
    public static func lines(_ document: CommissionDocument, _ style: TextStyle) -> [String] {
        let period = document.period
        let currency = document.sums.first?.currency ?? ""
        var lines = ["Commission of \(document.partnerId) in \(document.program), \(period.month) (\(period.timeZone))"]
        lines += document.terms.map { "  \(NumberText.percent(basisPoints: $0.rateBasisPoints)) since \($0.time), entry \($0.position)" }
        if document.lines.isEmpty { lines.append("Nothing was accrued or taken back.") }
        var table = TextTable([
            ("TIME", .left), ("ENTRY", .right), ("LEAD", .left), ("DEAL", .right), ("RATE", .right), ("COMMISSION", .right),
            ("", .left),
        ])
        for line in document.lines {
            table.add([
                line.time, "\(line.position)", line.leadId, MoneyText.exact(line.dealMinorUnits, currency, short: true),
                NumberText.percent(basisPoints: line.rateBasisPoints), MoneyText.exact(line.amountMinorUnits, currency),
                note(line),
            ])
        }
        if !document.lines.isEmpty { lines += Self.rows(table.text(style)) }
        lines += document.standing.map {
            "\($0.leadId) ended otherwise by entry \($0.position); the \(MoneyText.exact($0.amountMinorUnits, currency)) of entry "
                + "\($0.accruedAt) stand, as the time to take them back was over on \($0.reversibleUntil)"
        }
        lines += document.sums.map {
            "Accrued \(MoneyText.exact($0.accruedMinorUnits, $0.currency)), taken back "
                + "\(MoneyText.exact(-$0.reversedMinorUnits, $0.currency)): \(MoneyText.exact($0.netMinorUnits, $0.currency))"
        }
        if !document.final { lines.append("Provisional: the month is not over, or not all of it has been decided.") }
        return lines + ["Read up to entry \(document.journal.size), chain link \(document.journal.chainLink)."]
    }

    private static func note(_ line: CommissionDocument.Line) -> String {
        if let accrued = line.accruedAt { return "takes back entry \(accrued)" }
        let share = line.shareBasisPoints.map { "share of \(NumberText.percent(basisPoints: $0))" }
        let until = line.reversibleUntil.map { "stands after \($0)" }
        return [share, until].compactMap { $0 }.joined(separator: ", ")
    }

    private static func rows(_ table: String) -> [String] {
        table.unicodeScalars.split(separator: "\n").map { String($0) }
    }
}
