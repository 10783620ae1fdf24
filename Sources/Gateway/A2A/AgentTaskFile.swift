import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import Synchronization
import UseCases
import Vault

/// Agents' tasks: `agents.db` of the data folder, beside the journal, for as long as repeats of a message are told
/// apart.
///
/// Of what an agent sent there are digests, by which a repeat is told, and the arguments of skills that only read, ids
/// of leads and partners. Those, the context's name and what a change was answered with are sealed under a key that
/// hangs on the master key. Keyed digests say which leads a task speaks of: it goes with the person of any of them.
struct AgentTaskFile: Sendable {
    /// "LLAg": names the kind of file.
    private static let applicationID: Int32 = 0x4C4C_4167
    private static let formatVersion = 3
    /// For how long a task is kept.
    private static let keptMicros: Int64 = 30 * Timestamp.microsPerDay
    /// Tasks kept of one principal; beyond that the oldest go.
    private static let tasksMax = 10_000

    private let database: DatabasePool
    private let seal: RecordSeal
    /// Whether the write-ahead log may hold what was forgotten; the one that is found may hold it from before.
    private let holdsForgotten = Flag()

    private final class Flag: Sendable {
        let isSet = Mutex(true)
    }

    /// Fires with every change of a task by this process.
    let changes = CommitSignal()

    /// Opens the file, and makes it where it is absent.
    init(_ folder: DataFolder, _ masterKey: MasterKey) throws(Problem) {
        do {
            seal = RecordSeal(masterKey, purpose: "agents' tasks")
            database = try Self.open(folder.path + "/agents.db")
        } catch { throw Problem(error) }
    }

    private static func open(_ path: String) throws -> DatabasePool {
        try KeptFile(
            path: path, name: "the file of agents' tasks", kind: (applicationID, "file of agents' tasks"),
            formatVersion: formatVersion,
            pragmas: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;"
        ).open { db, version in
            // Of tasks from before nobody can say whose leads they speak of.
            if version == 1 { try db.execute(sql: "DROP TABLE messages; DROP TABLE tasks;") }
            if version < 2 { try db.execute(sql: schema) }
            if version < 3 { try db.execute(sql: pushSchema) }
        }
    }

    func write<Value>(_ work: (Database) throws -> Value) throws -> Value {
        defer { changes.committed([:]) }
        return try database.write(work)
    }

    /// A write that changes no task.
    func writeQuietly(_ work: (Database) throws -> Void) throws { try database.write(work) }

    func read<Value>(_ work: (Database) throws -> Value) throws -> Value { try database.read(work) }

    func sealed(_ value: some Encodable, as name: String) throws -> Data {
        try seal.seal(JSONEncoder().encode(value), as: name)
    }

    func opened<Value: Decodable>(_ bytes: Data, as name: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: seal.open(bytes, as: name))
    }

    private static let schema = """
        CREATE TABLE tasks (
            id TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, role TEXT NOT NULL,
            partner TEXT NOT NULL, context TEXT NOT NULL, state TEXT NOT NULL, skill TEXT NOT NULL,
            changed INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_of ON tasks(program, principal, changed, id);
        CREATE INDEX tasks_at ON tasks(changed);
        CREATE TABLE messages (
            id TEXT PRIMARY KEY, task TEXT NOT NULL REFERENCES tasks ON DELETE CASCADE, content TEXT NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE INDEX messages_of ON messages(task);
        CREATE TABLE task_leads (
            lead TEXT NOT NULL, task TEXT NOT NULL REFERENCES tasks ON DELETE CASCADE, PRIMARY KEY (lead, task))
            STRICT, WITHOUT ROWID;
        CREATE INDEX task_leads_of ON task_leads(task);
        CREATE TABLE programs (id TEXT PRIMARY KEY, erased_through INTEGER) STRICT, WITHOUT ROWID;
        """

    /// What nobody but the agent is told of a task.
    private struct Sealed: Codable {
        var context: String
        var result: String?
        var asked: [String: JSONValue]?
    }

    /// Whose tasks somebody sees: a principal that speaks for somebody else now sees none of what it asked for then.
    private static let own = "program = ? AND principal = ? AND role = ? AND partner = ?"

    private static func owner(_ grant: Grant) -> StatementArguments {
        [grant.program, grant.principal, grant.role.rawValue, grant.partner ?? ""]
    }

    /// A task of a principal; nil where it has none of that id.
    func task(_ id: String, _ grant: Grant) throws -> AgentTask? {
        try database.read { db in try task(id, grant, db) }
    }

    private func task(_ id: String, _ grant: Grant, _ db: Database) throws -> AgentTask? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM tasks WHERE id = ? AND \(Self.own)", arguments: [id] + Self.owner(grant)
        ).map(task)
    }

    /// What a message began or went on with before, and a digest of what it said then; nil for a new one.
    func task(ofMessage id: String, _ grant: Grant) throws -> (task: AgentTask, content: String)? {
        try database.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM messages WHERE id = ?", arguments: [id]),
                let task = try task(row["task"], grant, db)
            else { return nil }
            return (task, row["content"])
        }
    }

    /// Which tasks are asked for.
    struct Wish {
        /// Digest of a context's name.
        var context: String?
        var state: AgentTask.State?
        var since: Timestamp?
        /// The last of the page before.
        var after: (changed: Int64, id: String)?
        var limit: Int
    }

    /// A principal's tasks, the latest first, and how many it has in all of those that are asked for.
    func list(_ wish: Wish, _ grant: Grant) throws -> (tasks: [AgentTask], total: Int) {
        var conditions = Self.own
        var arguments = Self.owner(grant)
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

    /// A message and a digest of what it says.
    struct Message {
        var id: String
        var content: String
    }

    /// Begins a task, or goes on with one that waits for more; false if it does not wait, or if somebody was faster.
    /// - Parameters:
    ///   - context: a digest of the context's name.
    ///   - leads: digests of the leads that the message names.
    ///   - erased: the last entry that erased any of the program's, where the program is new here: none of its tasks
    ///     was there before.
    func begin(
        _ task: AgentTask, context: String, by message: Message, isNew: Bool, leads: [String] = [],
        erasedThrough erased: UInt64? = nil, _ grant: Grant
    ) throws -> Bool {
        let sealed = try sealed(task)
        return try write { db in
            if isNew {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    arguments: [task.id] + Self.owner(grant) + [
                        context, task.state.rawValue, task.skill, task.changed.micros, sealed,
                    ])
            } else {
                try db.execute(
                    sql: "UPDATE tasks SET state = ?, skill = ?, changed = ?, sealed = ? WHERE id = ? AND state = ?",
                    arguments: [
                        task.state.rawValue, task.skill, task.changed.micros, sealed, task.id,
                        AgentTask.State.inputRequired.rawValue,
                    ])
            }
            guard db.changesCount == 1 else { return false }
            try db.execute(
                sql: "INSERT OR IGNORE INTO programs VALUES (?, ?)",
                arguments: [grant.program, erased.map { Int64($0) }])
            try Self.tag(task, leads, db)
            try db.execute(
                sql: "INSERT OR IGNORE INTO messages VALUES (?, ?, ?)",
                arguments: [message.id, task.id, message.content])
            try db.execute(
                sql: """
                    DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE program = ? AND principal = ?
                    ORDER BY changed DESC, id DESC LIMIT -1 OFFSET ?)
                    """, arguments: [grant.program, grant.principal, Self.tasksMax])
            return true
        }
    }

    /// Moves a task on from a state; false if it is in another by now.
    /// - Parameter leads: digests of the leads that it speaks of from here on.
    func move(_ task: AgentTask, from state: AgentTask.State, leads: [String] = []) throws -> Bool {
        let sealed = try sealed(task)
        return try write { db in
            try db.execute(
                sql: "UPDATE tasks SET state = ?, changed = ?, sealed = ? WHERE id = ? AND state = ?",
                arguments: [task.state.rawValue, task.changed.micros, sealed, task.id, state.rawValue])
            guard db.changesCount == 1 else { return false }
            try Self.tag(task, leads, db)
            return true
        }
    }

    private static func tag(_ task: AgentTask, _ leads: [String], _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "INSERT OR IGNORE INTO task_leads VALUES (?, ?)")
        for lead in leads { try statement.execute(arguments: [lead, task.id]) }
    }

    /// Whether any of a program's tasks was ever here.
    func knows(_ program: String) throws -> Bool {
        try database.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM programs WHERE id = ?)", arguments: [program])
        } == true
    }

    /// Forgets a task whose work could not be done now, so that its message can be sent again.
    func drop(_ task: AgentTask) throws {
        try write { db in
            try db.execute(
                sql: "DELETE FROM tasks WHERE id = ? AND state = ?",
                arguments: [task.id, AgentTask.State.working.rawValue])
        }
    }

    /// Programs whose agents' tasks are here, each with the last entry up to which its erasures have reached them.
    func programs() throws -> [(id: String, erasedThrough: UInt64?)] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, erased_through FROM programs ORDER BY id").map { row in
                (row[0], (row[1] as Int64?).map { UInt64($0) })
            }
        }
    }

    /// Forgets the tasks that speak of leads, and what the disk still holds of them.
    /// - Parameters:
    ///   - leads: digests of the leads.
    ///   - position: the last entry that erased any of the program's.
    func erase(_ leads: [String], of program: String, through position: UInt64) throws {
        try write { db in
            for lead in leads {
                try db.execute(
                    sql: "DELETE FROM tasks WHERE id IN (SELECT task FROM task_leads WHERE lead = ?)",
                    arguments: [lead])
            }
            try db.execute(
                sql: "UPDATE programs SET erased_through = ? WHERE id = ?", arguments: [Int64(position), program])
        }
        holdsForgotten.isSet.withLock { $0 = true }
        try tidy()
    }

    /// Forgets a task, whatever its state.
    func erase(_ task: AgentTask) throws {
        try write { try $0.execute(sql: "DELETE FROM tasks WHERE id = ?", arguments: [task.id]) }
        holdsForgotten.isSet.withLock { $0 = true }
        try tidy()
    }

    /// Empties the write-ahead log of what was forgotten; while somebody reads that is left for the next time.
    func tidy() throws {
        guard holdsForgotten.isSet.withLock({ $0 }), try WriteAheadLog.truncate(database) else { return }
        holdsForgotten.isSet.withLock { $0 = false }
    }

    /// Forgets everybody's that are too old.
    func forget(before now: Timestamp) throws {
        let limit = now.micros - Self.keptMicros
        guard try database.read({ db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM tasks WHERE changed < ?)", arguments: [limit])
        }) == true else { return }
        try write { db in try db.execute(sql: "DELETE FROM tasks WHERE changed < ?", arguments: [limit]) }
    }

    private func sealed(_ task: AgentTask) throws -> Data {
        try seal.seal(
            JSONEncoder().encode(Sealed(context: task.context, result: task.result, asked: task.asked)), as: task.id)
    }

    func task(_ row: Row) throws -> AgentTask {
        let id: String = row["id"]
        guard let state = AgentTask.State(rawValue: row["state"]) else {
            throw Problem(.unavailable, "the file of agents' tasks holds what no Leadline wrote")
        }
        let sealed = try JSONDecoder().decode(Sealed.self, from: seal.open(row["sealed"], as: id))
        return AgentTask(
            id: id, context: sealed.context, state: state, skill: row["skill"],
            changed: Timestamp(micros: row["changed"]), result: sealed.result, asked: sealed.asked)
    }
}
