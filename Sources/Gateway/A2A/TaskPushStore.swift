import Foundation
import GRDB
import LeadlineCore
import UseCases

/// Where changes of tasks are told, kept beside the tasks and gone with them; addresses and secrets are sealed.
extension AgentTaskFile {
    static let pushSchema = """
        CREATE TABLE pushes (
            task TEXT NOT NULL REFERENCES tasks ON DELETE CASCADE, id TEXT NOT NULL, sealed BLOB NOT NULL,
            told INTEGER NOT NULL, tries INTEGER NOT NULL, next_try INTEGER NOT NULL, PRIMARY KEY (task, id))
            STRICT, WITHOUT ROWID;
        """

    /// Tries of one change at most; whoever misses it asks for the task.
    private static let triesMax = 4
    private static let waitsMicros: [Int64] = [5_000_000, 30_000_000, 300_000_000]

    private struct SealedPush: Codable {
        var url: String
        var token: String
        var authorization: [String]?
    }

    /// A change that somebody is to be told of.
    struct DuePush {
        var push: TaskPush
        var task: AgentTask
        var program: String
        var principal: String
        var role: String
        var partner: String
        var tries: Int
    }

    /// Keeps a configuration, in the place of one of the same id; false if there are enough.
    /// - Parameter changed: the change of the task that is known already.
    func keep(_ push: TaskPush, toldOf changed: Timestamp) throws -> Bool {
        let sealed = try seal(push)
        return try write { db in
            let others = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM pushes WHERE task = ? AND id <> ?", arguments: [push.task, push.id]) ?? 0
            guard others < TaskPush.most else { return false }
            try db.execute(
                sql: "INSERT OR REPLACE INTO pushes VALUES (?, ?, ?, ?, 0, 0)",
                arguments: [push.task, push.id, sealed, changed.micros])
            return true
        }
    }

    /// A task's configurations, by their ids.
    func pushes(of task: String) throws -> [TaskPush] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT task, id, sealed FROM pushes WHERE task = ? ORDER BY id", arguments: [task]
            ).compactMap(push)
        }
    }

    /// Forgets a configuration, if it is there.
    func removePush(_ id: String, of task: String) throws {
        try write { db in
            try db.execute(sql: "DELETE FROM pushes WHERE task = ? AND id = ?", arguments: [task, id])
        }
    }

    /// Changes that are to be told by now, and when the next one is; nil where none waits.
    func duePushes(at now: Timestamp, limit: Int) throws -> (due: [DuePush], next: Timestamp?) {
        try read { db in
            let waiting = "FROM pushes JOIN tasks ON tasks.id = pushes.task WHERE changed > told AND tries < ?"
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT tasks.*, pushes.task AS of_task, pushes.id AS push, pushes.sealed AS address, tries \(waiting)
                    AND next_try <= ? ORDER BY changed LIMIT ?
                    """, arguments: [Self.triesMax, now.micros, limit])
            let next = try Int64.fetchOne(
                db, sql: "SELECT min(next_try) \(waiting)", arguments: [Self.triesMax])
            let due = try rows.compactMap { row -> DuePush? in
                guard let push = try push(task: row["of_task"], id: row["push"], row["address"]) else { return nil }
                return DuePush(
                    push: push, task: try task(row), program: row["program"], principal: row["principal"],
                    role: row["role"], partner: row["partner"], tries: row["tries"])
            }
            return (due, next.map { Timestamp(micros: $0) })
        }
    }

    /// A change was told, or is not worth another try: later ones are told anew.
    func told(_ due: DuePush) throws {
        try writeQuietly { db in
            try db.execute(
                sql: "UPDATE pushes SET told = ?, tries = 0, next_try = 0 WHERE task = ? AND id = ?",
                arguments: [due.task.changed.micros, due.push.task, due.push.id])
        }
    }

    /// A change could not be told.
    func notTold(_ due: DuePush, at now: Timestamp) throws {
        let tries = due.tries + 1
        guard tries < Self.triesMax else { return try told(due) }
        try writeQuietly { db in
            try db.execute(
                sql: "UPDATE pushes SET tries = ?, next_try = ? WHERE task = ? AND id = ?",
                arguments: [tries, now.adding(micros: Self.waitsMicros[tries - 1]).micros, due.push.task, due.push.id])
        }
    }

    // MARK: Rows

    private func seal(_ push: TaskPush) throws -> Data {
        try sealed(
            SealedPush(url: push.target.url, token: push.token, authorization: push.authorization),
            as: push.task + "/" + push.id)
    }

    private func push(_ row: Row) throws -> TaskPush? { try push(task: row["task"], id: row["id"], row["sealed"]) }

    private func push(task: String, id: String, _ bytes: Data) throws -> TaskPush? {
        let opened: SealedPush = try opened(bytes, as: task + "/" + id)
        return WebhookTarget(opened.url).map {
            TaskPush(id: id, task: task, target: $0, token: opened.token, authorization: opened.authorization)
        }
    }
}
