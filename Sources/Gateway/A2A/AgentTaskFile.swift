import Engine
import Foundation
import GRDB
import LeadlineCore
import UseCases
import Vault

/// Agents' tasks: `agents.db` of the data folder, beside the journal. What an agent sent is not kept; what was answered
/// is, sealed under a key that hangs on the master key, for as long as repeats of a message are told apart.
struct AgentTaskFile: Sendable {
    /// "LLAg": names the kind of file.
    private static let applicationID: Int32 = 0x4C4C_4167
    private static let formatVersion = 1
    /// For how long a task is kept.
    private static let keptMicros: Int64 = 30 * Timestamp.microsPerDay
    /// Tasks kept of one principal; beyond that the oldest go.
    private static let tasksMax = 10_000

    private let database: DatabasePool
    private let seal: RecordSeal

    /// Opens the file, and makes it where it is absent.
    init(_ folder: DataFolder, _ masterKey: MasterKey) throws(Problem) {
        do {
            seal = RecordSeal(masterKey, purpose: "agents' tasks")
            database = try Self.open(folder.path + "/agents.db")
        } catch { throw Problem(error) }
    }

    private static func open(_ path: String) throws -> DatabasePool {
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw Problem.notWritable("the file of agents' tasks cannot be made", at: path) }
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;") }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.write { db in
            let kind = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            guard kind == applicationID || isEmpty else {
                throw Problem(.invalid, "this is no file of agents' tasks", at: path, remedy: "Move it away")
            }
            guard version <= formatVersion else {
                throw Problem(.unavailable, "the file of agents' tasks is of a newer Leadline", at: path)
            }
            if isEmpty {
                try db.execute(
                    sql: schema
                        + "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(formatVersion);")
            }
        }
        return pool
    }

    private static let schema = """
        CREATE TABLE tasks (
            id TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, context TEXT NOT NULL,
            state TEXT NOT NULL, skill TEXT NOT NULL, changed INTEGER NOT NULL, sealed BLOB) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_of ON tasks(program, principal, changed, id);
        """

    /// A task of a principal; nil where it has none of that id.
    func task(_ id: String, _ grant: Grant) throws -> AgentTask? {
        try database.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM tasks WHERE id = ? AND program = ? AND principal = ?",
                arguments: [id, grant.program, grant.principal]
            ).map(task)
        }
    }

    /// Which tasks are asked for.
    struct Wish {
        var context: String?
        var state: AgentTask.State?
        var since: Timestamp?
        /// The last of the page before.
        var after: (changed: Int64, id: String)?
        var limit: Int
    }

    /// A principal's tasks, the latest first, and how many it has in all of those that are asked for.
    func list(_ wish: Wish, _ grant: Grant) throws -> (tasks: [AgentTask], total: Int) {
        var conditions = "program = ? AND principal = ?"
        var arguments: StatementArguments = [grant.program, grant.principal]
        if let context = wish.context {
            conditions += " AND context = ?"
            arguments += [context]
        }
        if let state = wish.state {
            conditions += " AND state = ?"
            arguments += [state.rawValue]
        }
        if let since = wish.since {
            conditions += " AND changed >= ?"
            arguments += [since.micros]
        }
        return try database.read { [conditions, arguments] db in
            let total =
                try Int.fetchOne(db, sql: "SELECT count(*) FROM tasks WHERE \(conditions)", arguments: arguments) ?? 0
            var (page, values) = ("", arguments)
            if let after = wish.after {
                page = " AND (changed, id) < (?, ?)"
                values += [after.changed, after.id]
            }
            values += [wish.limit]
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM tasks WHERE \(conditions)\(page) ORDER BY changed DESC, id DESC LIMIT ?",
                arguments: values)
            return (try rows.map(task), total)
        }
    }

    /// Keeps a task as it stands now; lets go what is too old, or too much.
    func put(_ task: AgentTask) throws {
        let sealed = try task.result.map { try seal.seal(Data($0.utf8), as: task.id) }
        try database.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    task.id, task.program, task.principal, task.context, task.state.rawValue, task.skill,
                    task.changed.micros, sealed,
                ])
            try db.execute(
                sql: "DELETE FROM tasks WHERE program = ? AND principal = ? AND changed < ?",
                arguments: [task.program, task.principal, task.changed.micros - Self.keptMicros])
            try db.execute(
                sql: """
                    DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE program = ? AND principal = ?
                    ORDER BY changed DESC, id DESC LIMIT -1 OFFSET ?)
                    """, arguments: [task.program, task.principal, Self.tasksMax])
        }
    }

    private func task(_ row: Row) throws -> AgentTask {
        let id: String = row["id"]
        let sealed: Data? = row["sealed"]
        guard let state = AgentTask.State(rawValue: row["state"]) else {
            throw Problem(.unavailable, "the file of agents' tasks holds what no Leadline wrote")
        }
        return AgentTask(
            id: id, program: row["program"], principal: row["principal"], context: row["context"], state: state,
            skill: row["skill"], changed: Timestamp(micros: row["changed"]),
            result: try sealed.map { String(decoding: try seal.open($0, as: id), as: UTF8.self) })
    }
}
