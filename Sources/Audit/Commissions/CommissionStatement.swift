public import LeadlineCore
public import LeadlineSchemas

/// What a partner earned by commission in a period, and what was taken back, as the journal says.
///
/// An accrual is recorded when a deal is won. What a correction takes back is recorded since logic version 7; before, it
/// followed from the correction. Either way what stands accrued for a lead is taken back before anything else accrues
/// for it, so that journals of every logic version give the same statement.
public struct CommissionStatement: Sendable, Equatable {
    /// A share of a deal that was won, or its taking back.
    public struct Line: Sendable, Equatable {
        /// Position of the entry, and which of its events it is.
        public var position: UInt64
        public var ordinal: Int
        public var stamp: Timestamp
        public var leadID: String
        /// What the deal was worth.
        public var dealMinorUnits: Int64
        public var rateBasisPoints: UInt32
        /// Negative where it is taken back.
        public var amountMinorUnits: Int64
        /// Position of the accrual that is taken back; nil for an accrual.
        public var accruedAt: UInt64?
        /// The partner's share of the deal's commission; 0 where it is not shared.
        public var shareBasisPoints: UInt32
        /// After this moment it is taken back no more; nil: it is for as long as the deal can be corrected.
        public var reversibleUntil: Timestamp?
    }

    /// A commission that stands although its deal was lost, or reduced: the policy's time to take it back was over.
    public struct Kept: Sendable, Equatable {
        /// Position of the entry by which the deal ended otherwise.
        public var position: UInt64
        public var stamp: Timestamp
        public var leadID: String
        /// Position of the accrual.
        public var accruedAt: UInt64
        public var amountMinorUnits: Int64
        /// When the time was over.
        public var reversibleUntil: Timestamp
    }

    /// A rate, and from when on it holds.
    public struct Terms: Sendable, Equatable {
        public var position: UInt64
        public var stamp: Timestamp
        public var rateBasisPoints: UInt32
    }

    public let partnerID: String
    public let from: Timestamp
    /// The first moment after it.
    public let until: Timestamp
    /// Of accruals and reversals in the period, in the journal's order.
    public private(set) var lines: [Line] = []
    /// Commissions that stand, of deals that ended otherwise in the period.
    public private(set) var kept: [Kept] = []
    /// The rates that held in the period, the first of which may be from before.
    public private(set) var terms: [Terms] = []
    /// Logical time of the last entry that was read.
    public private(set) var readUntil = Timestamp.epoch
    /// The program's currency.
    public private(set) var currency = ""
    /// What stands accrued, by lead.
    private var standing: [String: Line] = [:]
    /// What deals that were won are worth, by lead.
    private var worths: [String: Int64] = [:]

    /// A statement of nothing yet.
    public init(partnerID: String, from: Timestamp, until: Timestamp) {
        self.partnerID = partnerID
        self.from = from
        self.until = until
    }

    /// True once no entry of the period can follow.
    public var isFinal: Bool { readUntil >= until }
    /// What was accrued; nil where it is beyond what is counted in.
    public var accruedMinorUnits: Int64? { sum { $0 > 0 } }
    /// What was taken back, negative; nil likewise.
    public var reversedMinorUnits: Int64? { sum { $0 < 0 } }

    private func sum(_ isWanted: (Int64) -> Bool) -> Int64? {
        var sum: Int64 = 0
        for line in lines where isWanted(line.amountMinorUnits) {
            let (next, overflows) = sum.addingReportingOverflow(line.amountMinorUnits)
            if overflows { return nil }
            sum = next
        }
        return sum
    }

    /// Takes the program's entries, all of them, in order.
    public mutating func take(_ entry: EntryRecord) {
        readUntil = entry.stamp
        switch entry.input.fact {
        case .programRegistered(let fact): if currency.isEmpty { currency = fact.currency }
        case .partnerCommissionTermsSet(let fact) where fact.partnerID == partnerID: take(fact, entry)
        // The id of a lead that is forgotten may come again, as another lead's.
        case .leadSubmitted(let fact) where !Self.isRepeated(entry):
            standing[fact.leadID] = nil
            worths[fact.leadID] = nil
        default: break
        }
        for (ordinal, event) in entry.events.enumerated() {
            switch event {
            case .leadClosed(let event):
                worths[event.leadID] = event.reason == .won ? event.amountMinorUnits : nil
                if !entry.reversesCommission { end(event, entry, ordinal) }
            case .commissionReversed(let event) where event.partnerID == partnerID:
                reverse(event.leadID, entry, ordinal)
            case .commissionAccrued(let event) where event.partnerID == partnerID:
                reverse(event.leadID, entry, ordinal)
                let line = Line(
                    position: entry.position, ordinal: ordinal, stamp: entry.stamp, leadID: event.leadID,
                    dealMinorUnits: worths[event.leadID] ?? 0, rateBasisPoints: event.rateBasisPoints,
                    amountMinorUnits: event.amountMinorUnits, shareBasisPoints: event.shareBasisPoints,
                    reversibleUntil: event.reversibleUntil)
                standing[event.leadID] = line
                add(line)
            default: break
            }
        }
    }

    private static func isRepeated(_ entry: EntryRecord) -> Bool {
        if case .leadMerged(let merged)? = entry.events.first { merged.sameID } else { false }
    }

    private mutating func take(_ fact: PartnerCommissionTermsSet, _ entry: EntryRecord) {
        let isDisregarded = entry.events.contains { if case .inputDisregarded = $0 { true } else { false } }
        if isDisregarded || entry.stamp >= until { return }
        if entry.stamp <= from { terms = [] }
        terms.append(Terms(position: entry.position, stamp: entry.stamp, rateBasisPoints: fact.rateBasisPoints))
    }

    /// A deal ends, or ends otherwise, and no event takes its commission back: its time was over, or the logic of before
    /// said it by the deal's end alone.
    private mutating func end(_ event: LeadClosed, _ entry: EntryRecord, _ ordinal: Int) {
        guard let line = standing[event.leadID] else { return }
        guard let until = line.reversibleUntil, entry.stamp > until else {
            if event.reason != .won { reverse(event.leadID, entry, ordinal) }
            return
        }
        if entry.accruesCommission || entry.stamp < from || entry.stamp >= self.until { return }
        kept.append(Kept(
            position: entry.position, stamp: entry.stamp, leadID: event.leadID, accruedAt: line.position,
            amountMinorUnits: line.amountMinorUnits, reversibleUntil: until))
    }

    private mutating func reverse(_ lead: String, _ entry: EntryRecord, _ ordinal: Int) {
        guard var line = standing.removeValue(forKey: lead) else { return }
        line.accruedAt = line.position
        (line.position, line.ordinal, line.stamp) = (entry.position, ordinal, entry.stamp)
        line.amountMinorUnits = -line.amountMinorUnits
        add(line)
    }

    private mutating func add(_ line: Line) {
        if line.stamp >= from && line.stamp < until && line.amountMinorUnits != 0 { lines.append(line) }
    }
}

extension EntryRecord {
    fileprivate var accruesCommission: Bool {
        events.contains { if case .commissionAccrued = $0 { true } else { false } }
    }

    /// True if it says by an event what commission is taken back.
    fileprivate var reversesCommission: Bool {
        events.contains { if case .commissionReversed = $0 { true } else { false } }
    }
}
