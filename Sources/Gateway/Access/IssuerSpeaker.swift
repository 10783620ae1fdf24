import Engine
import GRDB
import Vault

/// That an issuer let a principal speak for a partner. Nothing else is kept of a token, whose partner nobody could name
/// once the principal is to be stopped.
public struct IssuerSpeaker: Sendable, Equatable {
    /// The program in which it speaks.
    public var program: String
    /// Who speaks, opaque.
    public var principal: String
    /// For whom.
    public var partner: String

    /// A speaker from its parts.
    public init(program: String, principal: String, partner: String) {
        self.program = program
        self.principal = principal
        self.partner = partner
    }
}

/// Speakers in `access.db`, each with the last day on which it asked; gone after a month without a request.
extension AccessFile {
    static let speakerSchema = """
        CREATE TABLE speakers (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, partner TEXT NOT NULL,
            day INTEGER NOT NULL) STRICT;
        CREATE INDEX speakers_by_principal ON speakers (program, principal);
        """

    /// A speaker as it is kept, and as it is passed on.
    struct StoredSpeaker: Codable, Sendable {
        /// A keyed digest of program, principal and partner.
        var name: String
        var program: String
        var principal: String
        var partner: String
        var day: Int64
    }

    /// The speaker as of today; nil where that is known.
    func news(of speaker: IssuerSpeaker) throws -> StoredSpeaker? {
        let today = BudgetCharge.day(now)
        let name = Hexadecimal.text(
            sessionDigests.digest(["speaker", speaker.program, speaker.principal, speaker.partner]))
        let known = try database.read { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT day FROM speakers WHERE name = ?"), arguments: [name])
        }
        if let known, known >= today { return nil }
        return StoredSpeaker(
            name: name, program: speaker.program, principal: speaker.principal, partner: speaker.partner, day: today)
    }

    public func note(_ speaker: IssuerSpeaker) throws { if let stored = try news(of: speaker) { try take(stored) } }

    /// Takes a speaker that asked here or elsewhere.
    func take(_ speaker: StoredSpeaker) throws {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO speakers VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET day = max(day, excluded.day)
                    """,
                arguments: [speaker.name, speaker.program, speaker.principal, speaker.partner, speaker.day])
        }
    }

    func takeEnd(ofSpeaker name: String) throws {
        try database.write { try $0.execute(sql: "DELETE FROM speakers WHERE name = ?", arguments: [name]) }
    }

    public func speakers(program: String) throws -> [IssuerSpeaker] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT principal, partner FROM speakers WHERE program = ? ORDER BY day DESC, principal, partner
                    """, arguments: [program]
            ).map { IssuerSpeaker(program: program, principal: $0["principal"], partner: $0["partner"]) }
        }
    }

    public func forgetSpeakers() throws { for name in try speakersOver() { try takeEnd(ofSpeaker: name) } }

    /// Those who have not asked for longer than any charge of theirs is kept.
    func speakersOver() throws -> [String] {
        let day = BudgetCharge.day(now) - BudgetCharge.daysKept
        return try database.read { db in
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT name FROM speakers WHERE day < ? LIMIT 1000"), arguments: [day])
        }
    }
}
