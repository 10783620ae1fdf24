import Engine
import GRDB
import LeadlineCore

/// What the sender writes: how far an endpoint has come and what was tried, in one step.
extension WebhookFile {
    /// A message was taken: the endpoint stands after it, and is well.
    func delivered(_ endpoint: WebhookEndpoint, through cursor: DecisionCursor, isReplay: Bool, _ attempt: WebhookTry)
        async throws
    {
        try await progress.write { db in
            let column = isReplay ? "replay_after" : "reached"
            // A replay that was called off meanwhile stays so.
            let still = isReplay ? " AND replay_after IS NOT NULL" : ""
            try db.execute(
                sql: "UPDATE endpoints SET \(column) = ? WHERE id = ?" + still,
                arguments: [cursor.description, endpoint.id])
            try db.execute(
                sql: "UPDATE endpoints SET failures = 0, failing_since = NULL, next_try = 0 WHERE id = ?",
                arguments: [endpoint.id])
            try Self.keep(attempt, of: endpoint.id, db)
        }
    }

    /// A message was not taken: it is tried again at `next`.
    func failed(_ endpoint: WebhookEndpoint, next: Timestamp, _ attempt: WebhookTry) async throws {
        try await progress.write { db in
            try db.execute(
                sql: """
                    UPDATE endpoints SET failures = failures + 1, failing_since = coalesce(failing_since, ?),
                    next_try = ? WHERE id = ?
                    """, arguments: [attempt.at.micros, next.micros, endpoint.id])
            try Self.keep(attempt, of: endpoint.id, db)
        }
    }

    /// No more is sent, until somebody switches it on again.
    /// - Parameter attempt: the try that decided it.
    func disable(
        _ endpoint: WebhookEndpoint, _ reason: WebhookEndpoint.Reason, at moment: Timestamp,
        after attempt: WebhookTry? = nil
    ) async throws {
        try await progress.write { db in
            let failed = attempt == nil ? 0 : 1
            try db.execute(
                sql: """
                    UPDATE endpoints SET disabled = ?, disabled_at = ?, failures = failures + ?,
                    failing_since = CASE WHEN ? THEN coalesce(failing_since, ?) ELSE failing_since END
                    WHERE id = ? AND disabled IS NULL
                    """,
                arguments: [reason.rawValue, moment.micros, failed, failed, moment.micros, endpoint.id])
            if let attempt { try Self.keep(attempt, of: endpoint.id, db) }
        }
    }

    /// Nothing that an endpoint wants lies before the cursor.
    func passed(_ endpoint: WebhookEndpoint, to cursor: DecisionCursor) async throws {
        try await progress.write { db in
            try db.execute(
                sql: "UPDATE endpoints SET reached = ? WHERE id = ?", arguments: [cursor.description, endpoint.id])
        }
    }

    /// All of a replay was sent.
    func replayEnded(_ endpoint: WebhookEndpoint) async throws {
        try await progress.write { db in
            try db.execute(
                sql: """
                    UPDATE endpoints SET replay_after = NULL, replay_through = NULL
                    WHERE id = ? AND replay_after = ? AND replay_through = ?
                    """,
                arguments: [
                    endpoint.id, endpoint.replay?.after.description, endpoint.replay?.through.description,
                ])
        }
    }

    /// A test was sent. Where it was taken, what failed before is due now.
    func tested(_ endpoint: WebhookEndpoint, _ attempt: WebhookTry) async throws {
        try await progress.write { db in
            if attempt.outcome.isDelivered {
                try db.execute(sql: "UPDATE endpoints SET next_try = 0 WHERE id = ?", arguments: [endpoint.id])
            }
            try Self.keep(attempt, of: endpoint.id, db)
        }
        changes.committed([:])
    }

    /// Adds a try to the log, and drops the oldest. An endpoint that was deleted meanwhile keeps none.
    private static func keep(_ attempt: WebhookTry, of id: String, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO tries SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM tries WHERE endpoint = ?1),
                ?2, ?3, ?4, ?5, ?6, ?7 FROM endpoints WHERE id = ?1
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
                id, triesMax, attempt.at.micros - triesDays * Timestamp.microsPerDay,
            ])
    }
}
