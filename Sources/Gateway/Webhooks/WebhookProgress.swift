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
            try db.execute(
                sql: """
                    UPDATE endpoints SET disabled = ?, disabled_at = ?, reached = ?, replay_after = ?,
                    replay_through = ?, failures = ?, failing_since = ?, next_try = ? WHERE id = ?
                    """,
                arguments: [
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

    /// Adds a try to the log, and drops the oldest.
    private static func keep(_ attempt: WebhookTry, of id: String, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO tries SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
                FROM tries WHERE endpoint = ?1
                """,
            arguments: [
                id, attempt.message, attempt.at.micros, attempt.cause.rawValue, attempt.outcome.word.rawValue,
                attempt.outcome.status, attempt.millis,
            ])
        try db.execute(
            sql: """
                DELETE FROM tries WHERE endpoint = ?1
                AND (number <= (SELECT max(number) FROM tries WHERE endpoint = ?1) - ?2 OR at < ?3)
                """,
            arguments: [
                id, WebhookLimits.triesMax, attempt.at.micros - WebhookLimits.triesDays * Timestamp.microsPerDay,
            ])
    }
}
