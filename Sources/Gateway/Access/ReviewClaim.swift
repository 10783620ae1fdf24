import Engine
import GRDB
public import LeadlineCore
import Vault

/// That somebody looks at a review now, so that nobody else does the same work. It decides nothing, and is over by itself
/// after half an hour.
public struct ReviewClaim: Sendable, Equatable {
    /// How long a claim lasts after it was made, or made again.
    public static let minutes: Int64 = 30

    /// The lead's program.
    public var program: String
    /// The lead whose review is looked at.
    public var lead: String
    /// Who looks, opaque.
    public var principal: String
    /// Since when.
    public var since: Timestamp
    /// Until when nobody else claims it.
    public var until: Timestamp

    /// A claim from its parts.
    public init(program: String, lead: String, principal: String, since: Timestamp, until: Timestamp) {
        self.program = program
        self.lead = lead
        self.principal = principal
        self.since = since
        self.until = until
    }
}

/// Claims of reviews in `access.db`, one a lead, gone a day after they are over.
extension AccessFile {
    static let reviewSchema = """
        CREATE TABLE reviews (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, lead TEXT NOT NULL, principal TEXT NOT NULL,
            since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
        CREATE INDEX reviews_by_program ON reviews (program, until);
        """

    /// A claim as it is kept, and as it is passed on.
    struct StoredReview: Codable, Sendable, Equatable {
        /// A keyed digest of program and lead.
        var name: String
        var program: String
        var lead: String
        var principal: String
        var since: Int64
        var until: Int64
        /// When it was made, or made again, or given up.
        var at: Int64
        /// True if it takes the review from whoever has it.
        var takesOver: Bool

        var claim: ReviewClaim {
            ReviewClaim(
                program: program, lead: lead, principal: principal, since: Timestamp(micros: since),
                until: Timestamp(micros: until))
        }
    }

    /// A claim that begins, or goes on, now; or one that ends now.
    func newReview(_ lead: String, program: String, by principal: String, takesOver: Bool, ends: Bool = false) throws
        -> StoredReview
    {
        let now = now.micros
        let name = Hexadecimal.text(sessionDigests.digest(["review", program, lead]))
        let known = try review(named: name)
        let isOwn = known.map { $0.principal == principal && $0.until.micros > now } ?? false
        return StoredReview(
            name: name, program: program, lead: lead, principal: principal,
            since: isOwn ? known?.since.micros ?? now : now,
            until: ends ? now : now + ReviewClaim.minutes * Timestamp.microsPerMinute, at: now, takesOver: takesOver)
    }

    public func claimReview(_ lead: String, program: String, by principal: String, takesOver: Bool) throws
        -> ReviewClaim
    {
        try take(newReview(lead, program: program, by: principal, takesOver: takesOver))
    }

    public func releaseReview(_ lead: String, program: String, by principal: String) throws {
        _ = try take(newReview(lead, program: program, by: principal, takesOver: false, ends: true))
    }

    /// Takes a claim that was made here or elsewhere: the first of two stands, unless the other takes it over. Every
    /// gateway gets them in one order, so that the same stands at all.
    /// - Returns: the claim that stands now.
    func take(_ review: StoredReview) throws -> ReviewClaim {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE
                    SET principal = excluded.principal, since = excluded.since, until = excluded.until
                    WHERE principal = excluded.principal OR until <= ? OR ?
                    """,
                arguments: [
                    review.name, review.program, review.lead, review.principal, review.since, review.until, review.at,
                    review.takesOver,
                ])
            return try Self.review(named: review.name, db) ?? review.claim
        }
    }

    public func reviewClaims(program: String) throws -> [ReviewClaim] {
        try database.read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM reviews WHERE program = ? AND until > ? ORDER BY since, lead"),
                arguments: [program, now.micros]
            ).map(Self.review)
        }
    }

    public func forgetReviews() throws { for name in try reviewsOver() { try takeEnd(ofReview: name) } }

    /// Claims that have been over for a day.
    func reviewsOver() throws -> [String] {
        let before = now.micros - Timestamp.microsPerDay
        return try database.read { db in
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT name FROM reviews WHERE until < ? LIMIT 1000"), arguments: [before])
        }
    }

    func takeEnd(ofReview name: String) throws {
        try database.write { try $0.execute(sql: "DELETE FROM reviews WHERE name = ?", arguments: [name]) }
    }

    func review(named name: String) throws -> ReviewClaim? {
        try database.read { try Self.review(named: name, $0) }
    }

    private static func review(named name: String, _ db: Database) throws -> ReviewClaim? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM reviews WHERE name = ?"), arguments: [name]).map(review)
    }

    private static func review(_ row: Row) -> ReviewClaim {
        ReviewClaim(
            program: row["program"], lead: row["lead"], principal: row["principal"],
            since: Timestamp(micros: row["since"]), until: Timestamp(micros: row["until"]))
    }
}
