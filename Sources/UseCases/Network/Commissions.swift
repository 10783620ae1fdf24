import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
public import Reports

/// What checking a signed statement found.
public struct CheckedStatement: Sendable {
    /// The statement, byte for byte as it was signed.
    public let text: String
    /// Which key signed it.
    public let keyID: String
}

extension Deployment {
    /// What a partner earned by commission in a month, from the journal.
    /// - Parameters:
    ///   - month: year and month, `2026-03`.
    ///   - timeZone: where the month begins and ends, a name in the tz database.
    ///   - size: so many entries count; nil for all.
    public func commissionStatement(
        ofPartner partner: String, month: String, timeZone: String, through size: UInt64? = nil
    ) throws(Problem) -> CommissionDocument {
        let (from, until) = try Self.month(month, timeZone)
        guard try registeredState().partnerStandings.contains(where: { $0.profile.partnerID == partner }) else {
            throw Problem(.notFound, "there is no such partner in the program \(program)")
        }
        var statement = CommissionStatement(partnerID: partner, from: from, until: until)
        let head = try walk { entry, position in
            if let size, position >= size { return }
            statement.take(entry)
        }.head
        guard
            let document = CommissionDocument(
                statement, program: program, month: month, timeZone: timeZone,
                journal: .init(size: head.size, chainLink: head.link.description))
        else { throw Problem(.unavailable, "the month's commission is more than can be counted") }
        return document
    }

    /// The same under the deployment's signature, in the compact form of RFC 7515.
    public func signedCommissionStatement(ofPartner partner: String, month: String, timeZone: String) throws(Problem)
        -> String
    {
        let document = try commissionStatement(ofPartner: partner, month: month, timeZone: timeZone)
        return try Problem.told {
            try StatementKeyFile.loadOrCreate(at: folder.statementKeyPath).sign(JSONText.line(document))
        }
    }

    /// The keys that statements are checked with, as a JSON Web Key Set; made if there is none yet.
    public func statementKeys() throws(Problem) -> String {
        try Problem.told { try StatementKeyFile.loadOrCreate(at: folder.statementKeyPath).keySet }
    }

    /// Puts a new key in the place of the one that signs statements.
    public func rotateStatementKey() throws(Problem) -> String {
        try Problem.told { try StatementKeyFile.rotate(at: folder.statementKeyPath).keySet }
    }

    /// Checks a signed statement against keys that were got otherwise. Reads no journal.
    public static func checkStatement(_ statement: [UInt8], keySet: [UInt8]) throws(Problem) -> CheckedStatement {
        var bytes = statement[...]
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
        do {
            let signed = try SignedStatement(bytes)
            let text = try signed.payload(by: keySet)
            guard let text = String(validating: text, as: UTF8.self) else {
                throw Problem(.checkFailed, "the statement is no text")
            }
            return CheckedStatement(text: text, keyID: signed.keyID)
        } catch let fault as SignedStatement.Fault {
            throw Problem(.checkFailed, "the statement is not believed: \(fault)")
        } catch let problem as Problem { throw problem } catch {
            throw Problem(.checkFailed, "the statement is not believed")
        }
    }

    /// From when until when a month is.
    private static func month(_ text: String, _ zone: String) throws(Problem) -> (from: Timestamp, until: Timestamp) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isForm = text.utf8.count == 7 && parts.count == 2 && parts[0].count == 4
            && parts.joined().allSatisfy { (0x30...0x39).contains($0) }
        guard isForm, let year = Int(text.prefix(4)), let month = Int(text.suffix(2)), (1...12).contains(month),
            (1970...9998).contains(year)
        else { throw Problem(.invalid, "a month is a year and a month, as 2026-03", at: "month") }
        let isKnown = zone == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(zone)
        guard isKnown, let zone = TimeZone(identifier: zone) else {
            throw Problem(.invalid, "there is no such time zone in the tz database", at: "timeZone", remedy: "As Europe/Rome")
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        guard let from = calendar.date(from: DateComponents(year: year, month: month, day: 1)),
            let until = calendar.date(from: DateComponents(year: next.0, month: next.1, day: 1))
        else { throw Problem(.invalid, "there is no such month", at: "month") }
        return (Self.moment(from), Self.moment(until))
    }

    private static func moment(_ date: Date) -> Timestamp {
        Timestamp(micros: Int64(date.timeIntervalSince1970.rounded()) * 1_000_000)
    }
}
