import Engine
import GRDB
import LeadlineCore

/// What the sender writes: how far an endpoint has come and what was tried, in one step.
extension WebhookFile {
    func keep(
        _ attempt: WebhookTry?, of id: String, _ change: @escaping @Sendable (inout WebhookEndpoint) -> Void
    ) async throws {
        try await progress.write { db in
            guard var endpoint = try endpoint(id, db) else { return }
            change(&endpoint)
            try db.cachedStatement(
                sql: """
                    UPDATE endpoints SET disabled = ?, disabled_at = ?, reached = ?, replay_after = ?,
                    replay_through = ?, failures = ?, failing_since = ?, next_try = ? WHERE id = ?
                    """
            ).execute(arguments: [
                endpoint.disabled?.rawValue, endpoint.disabledAt?.micros, endpoint.cursor.description,
                endpoint.replay?.after.description, endpoint.replay?.through.description, endpoint.failures,
                endpoint.failingSince?.micros, endpoint.nextTry.micros, id,
            ])
            if let attempt { try Self.keep(attempt, of: id, db) }
        }
    }

    func tested(_ endpoint: WebhookEndpoint, _ attempt: WebhookTry) async throws {
        try await keep(attempt, of: endpoint.id) {
            if attempt.outcome.isDelivered { $0.nextTry = Timestamp(micros: 0) }
        }
        changes.committed([:])
    }

    /// Adds a try to the log, and drops those beyond its bounds: by their number at once, by their age now and then, for
    /// nobody is shown what is too old.
    private static func keep(_ attempt: WebhookTry, of id: String, _ db: Database) throws {
        let last = try db.cachedStatement(sql: "SELECT max(number) FROM tries WHERE endpoint = ?")
        let number = (try Int64.fetchOne(last, arguments: [id]) ?? 0) + 1
        try db.cachedStatement(sql: "INSERT INTO tries VALUES (?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
            id, number, attempt.message, attempt.at.micros, attempt.cause.rawValue, attempt.outcome.word.rawValue,
            attempt.outcome.status, attempt.millis,
        ])
        try db.cachedStatement(sql: "DELETE FROM tries WHERE endpoint = ? AND number <= ?")
            .execute(arguments: [id, number - WebhookLimits.triesMax])
        guard number % sweepEvery == 1 else { return }
        try db.execute(sql: "DELETE FROM tries WHERE endpoint = ? AND at < ?", arguments: [id, oldest(at: attempt.at)])
    }

    /// Tries after which those that are too old are looked for.
    private static let sweepEvery: Int64 = 64

    /// When the oldest try may have been that is still shown.
    static func oldest(at now: Timestamp) -> Int64 {
        now.micros - WebhookLimits.triesDays * Timestamp.microsPerDay
    }
}
