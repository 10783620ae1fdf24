import Engine
import Foundation
import GRDB
import LeadlineCore
import Testing
import UseCases
import Vault

@testable import Gateway

/// Goal: a file of the gateway's that an earlier Leadline made is brought up to date with all that is in it, and one of a later
/// Leadline is refused in words and left as it is. Method: the schema of every format that was ever written, filled with rows that
/// today's code wrote, opened by today's code.
@Suite struct UpgradeTests {
    /// A kind of file.
    enum File: String, CaseIterable, Sendable {
        case access, webhooks, agents

        var newest: Int {
            switch self {
            case .access: 5
            case .webhooks: 2
            case .agents: 3
            }
        }

        func path(_ folder: DataFolder) -> String { "\(folder.path)/\(rawValue).db" }
    }

    /// A file as an earlier Leadline made it, and what of today's rows it could hold.
    struct Format: Sendable {
        var file: File
        var version: Int
        var schema: String
        /// Tables with the columns that they had.
        var tables: [String: String]
    }

    private static let keys = "id, principal, program, role, scopes, partner, sources, label, digest, created, expires, revoked"
    private static let keysSchema = """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY, principal TEXT NOT NULL, program TEXT NOT NULL, role TEXT NOT NULL,
            scopes TEXT NOT NULL, partner TEXT, sources TEXT NOT NULL, label TEXT NOT NULL, digest BLOB NOT NULL,
            created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER) STRICT;
        """
    private static let sessions = "digest, principal, program, key, granted, begun, idle, ends"
    private static let sessionsSchema = """
        CREATE TABLE sessions (
            digest BLOB PRIMARY KEY, principal TEXT NOT NULL, program TEXT NOT NULL, key TEXT, granted TEXT,
            begun INTEGER NOT NULL, idle INTEGER NOT NULL, ends INTEGER NOT NULL) STRICT;
        CREATE INDEX sessions_by_principal ON sessions (program, principal, begun);
        """
    private static let budgetsSchema = """
        ALTER TABLE keys ADD COLUMN budgets TEXT;
        CREATE TABLE charges (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, day INTEGER NOT NULL,
            leads INTEGER NOT NULL, value INTEGER NOT NULL, offers INTEGER NOT NULL) STRICT;
        CREATE INDEX charges_by_principal ON charges (program, principal, day);
        CREATE TABLE stops (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, at INTEGER NOT NULL,
            reason TEXT NOT NULL, by TEXT NOT NULL) STRICT;
        """
    private static let speakersSchema = """
        CREATE TABLE speakers (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, partner TEXT NOT NULL,
            day INTEGER NOT NULL) STRICT;
        CREATE INDEX speakers_by_principal ON speakers (program, principal);
        """
    private static let endpoints =
        "id, program, partner, owner, format, kinds, label, sealed, created, disabled, disabled_at, reached, replay_after, replay_through, failures, failing_since, next_try"
    private static let endpointsSchema = """
        PRAGMA application_id = 0x4C4C5768;
        CREATE TABLE endpoints (
            id TEXT PRIMARY KEY, program TEXT NOT NULL, partner TEXT, owner TEXT NOT NULL, format TEXT NOT NULL,
            kinds TEXT NOT NULL, label TEXT NOT NULL, sealed BLOB NOT NULL, created INTEGER NOT NULL,
            disabled TEXT, disabled_at INTEGER, reached TEXT NOT NULL, replay_after TEXT, replay_through TEXT,
            failures INTEGER NOT NULL, failing_since INTEGER, next_try INTEGER NOT NULL) STRICT;
        CREATE INDEX endpoints_of ON endpoints(program, created);
        CREATE TABLE tries (
            endpoint TEXT NOT NULL, number INTEGER NOT NULL, message TEXT NOT NULL, at INTEGER NOT NULL,
            cause TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER, millis INTEGER NOT NULL,
            PRIMARY KEY (endpoint, number)) STRICT, WITHOUT ROWID;
        """
    private static let tries = "endpoint, number, message, at, cause, outcome, status, millis"
    private static let tasks = "id, program, principal, role, partner, context, state, skill, changed, sealed"
    private static let tasksSchema = """
        PRAGMA application_id = 0x4C4C4167;
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
    /// Tasks of the first format said nobody's leads: they go.
    private static let firstTasksSchema = """
        PRAGMA application_id = 0x4C4C4167;
        CREATE TABLE tasks (
            id TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, context TEXT NOT NULL,
            state TEXT NOT NULL, skill TEXT NOT NULL, changed INTEGER NOT NULL, sealed BLOB) STRICT, WITHOUT ROWID;
        CREATE INDEX tasks_of ON tasks(program, principal, changed, id);
        CREATE TABLE messages (id TEXT PRIMARY KEY, task TEXT NOT NULL, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """

    static let formats = [
        Format(file: .access, version: 1, schema: keysSchema, tables: ["keys": keys]),
        Format(file: .access, version: 2, schema: keysSchema + sessionsSchema, tables: ["keys": keys, "sessions": sessions]),
        Format(
            file: .access, version: 3, schema: keysSchema + sessionsSchema + budgetsSchema,
            tables: [
                "keys": keys + ", budgets", "sessions": sessions, "charges": "name, program, principal, day, leads, value, offers",
                "stops": "name, program, principal, at, reason, by",
            ]),
        Format(
            file: .access, version: 4, schema: keysSchema + sessionsSchema + budgetsSchema + speakersSchema,
            tables: [
                "keys": keys + ", budgets", "sessions": sessions, "charges": "name, program, principal, day, leads, value, offers",
                "stops": "name, program, principal, at, reason, by", "speakers": "name, program, principal, partner, day",
            ]),
        Format(file: .webhooks, version: 1, schema: endpointsSchema, tables: ["endpoints": endpoints, "tries": tries]),
        Format(
            file: .agents, version: 1, schema: firstTasksSchema,
            tables: ["tasks": "id, program, principal, context, state, skill, changed, sealed", "messages": "id, task, content"]),
        Format(
            file: .agents, version: 2, schema: tasksSchema,
            tables: ["tasks": tasks, "messages": "id, task, content", "task_leads": "lead, task", "programs": "id, erased_through"]),
    ]

    private static func open(_ file: File, _ folder: DataFolder) throws {
        switch file {
        case .access: _ = try AccessFile(folder)
        case .webhooks: _ = try WebhookFile(folder)
        case .agents: _ = try AgentTaskFile(folder, try folder.openVault().masterKey)
        }
    }

    /// Writes one of everything that the files hold.
    private static func fill(_ folder: DataFolder) async throws {
        let access = try AccessFile(folder)
        let made = try access.create(GrantRequest(program: "acme", role: .partnerLead, partner: "p-one", label: "form", budgets: Budgets(leadsPerDay: 7)))
        try access.beginSession(SessionToken(folder.machine.random), made.grant, SessionLimits())
        let charge = BudgetCharge(
            program: "acme", principal: made.grant.principal, event: "e-1", day: BudgetCharge.day(folder.now()), use: BudgetUse(leads: 3))
        _ = try access.charge([charge], within: made.grant.budgets)
        let stopped = try access.create(GrantRequest(program: "acme", role: .agent))
        _ = try access.stop(stopped.grant.principal, program: "acme", reason: "a test", by: "p-admin")
        try access.note(IssuerSpeaker(program: "acme", principal: "o-" + String(repeating: "0", count: 32), partner: "p-one"))
        _ = try access.claimReview("l-1", program: "acme", by: made.grant.principal, takesOver: false)
        let webhooks = try WebhookFile(folder)
        let endpoint = WebhookEndpoint(
            id: "w-1", program: "acme", partner: "p-one", owner: made.grant.principal, target: try #require(WebhookTarget("https://crm.example/x")),
            format: .standard, kinds: ["leadline.v1.LeadAssigned"], label: "crm", secrets: [WebhookSecret(folder.machine.random)],
            created: folder.now(), disabled: nil, disabledAt: nil, cursor: DecisionCursor(program: "acme"), replay: nil, failures: 0,
            failingSince: nil, nextTry: Timestamp(micros: 0))
        try await webhooks.add(endpoint)
        let attempt = WebhookTry(
            number: 1, message: "m-1", at: folder.now(), cause: .decision, outcome: WebhookOutcome(.refused, status: 503), millis: 4)
        try await webhooks.keep(attempt, of: "w-1") { $0.notTaken(attempt, next: attempt.at) }
        let tasks = try AgentTaskFile(folder, try folder.openVault().masterKey)
        let task = AgentTask(
            id: "t-1", context: "a talk", state: .inputRequired, skill: "", changed: folder.now(), result: #"{"lead":"l-1"}"#)
        _ = try tasks.begin(task, context: "c", by: .init(id: "m-1", content: "d"), isNew: true, leads: ["l"], erasedThrough: 4, made.grant)
        let push = TaskPush(id: "x-1", task: "t-1", target: try #require(WebhookTarget("https://agent.example/x")), token: "", authorization: nil)
        _ = try tasks.keep(push, toldOf: task.changed)
    }

    /// Everything that a file's tables hold, by table.
    private static func rows(_ path: String, _ columns: [String: String]) throws -> [String: [Row]] {
        try DatabaseQueue(path: path).read { db in
            try columns.reduce(into: [:]) { rows, table in
                rows[table.key] = try Row.fetchAll(db, sql: "SELECT \(table.value) FROM \(table.key) ORDER BY 1, 2")
            }
        }
    }

    /// What a file is made of: its objects and, whatever made them, the columns of its tables.
    private static func shape(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { db in
            let names = try Row.fetchAll(db, sql: "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2")
            let columns = try Row.fetchAll(
                db,
                sql: """
                    SELECT m.name, c.cid, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_schema m, pragma_table_info(m.name) c
                    WHERE m.type = 'table' ORDER BY m.name, c.cid
                    """)
            let heads = try ["user_version", "application_id"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") ?? -1 }
            return names.map(\.description) + columns.map(\.description) + heads.map(String.init)
        }
    }

    private static func inFolders(_ body: (_ filled: DataFolder, _ old: DataFolder) async throws -> Void) async throws {
        try await SharedAccessTests.inFolder { root in
            let filled = try await SharedAccessTests.folder(root, "filled"), old = try await SharedAccessTests.folder(root, "old")
            try await fill(filled)
            try await body(filled, old)
        }
    }

    /// Given a file of an earlier format with rows in it, when it is opened, then every row is there as it was, the file is shaped as one
    /// that is made today, and opening it again changes nothing.
    @Test(arguments: formats) func anEarlierFormatIsBroughtUpToDate(_ format: Format) async throws {
        try await Self.inFolders { filled, old in
            let (source, path) = (format.file.path(filled), format.file.path(old))
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
            try DatabaseQueue(path: path).writeWithoutTransaction { db in
                try db.execute(sql: format.schema + "PRAGMA user_version = \(format.version); ATTACH '\(source)' AS filled;")
                for table in ["tasks", "keys", "endpoints"] + format.tables.keys.sorted() {
                    guard let columns = format.tables[table], try Int.fetchOne(db, sql: "SELECT count(*) FROM main.\(table)") == 0 else { continue }
                    try db.execute(sql: "INSERT INTO main.\(table) SELECT \(columns) FROM filled.\(table)")
                    #expect(db.changesCount > 0, "\(table) holds nothing that could be lost")
                }
            }
            let before = try Self.rows(path, format.tables)
            for _ in 0..<2 {
                try Self.open(format.file, old)
                #expect(try Self.shape(path) == Self.shape(source))
                if format.file == .agents && format.version == 1 {
                    #expect(try Self.rows(path, ["tasks": "id, state", "messages": "id, task"]).values.allSatisfy(\.isEmpty))
                } else {
                    #expect(try Self.rows(path, format.tables) == before)
                }
            }
            // What is new works on what is old, and what is sealed opens.
            switch format.file {
            case .access:
                let access = try AccessFile(old)
                let grant = try #require(try access.list(program: "acme").first { $0.partner == "p-one" })
                let token = SessionToken(old.machine.random)
                try access.beginSession(token, grant, SessionLimits())
                #expect(try access.grant(for: token, SessionLimits())?.id == grant.id)
                _ = try access.setBudgets(Budgets(offersPerDay: 1), of: grant.id, program: "acme")
                _ = try access.stop(grant.principal, program: "acme", reason: "a test", by: "p-admin")
                try access.note(IssuerSpeaker(program: "acme", principal: "o-x", partner: "p-two"))
                #expect(try access.speakers(program: "acme").contains { $0.partner == "p-two" })
                #expect(try access.claimReview("l-2", program: "acme", by: "p-x", takesOver: false).principal == "p-x")
                #expect(try access.stops(program: "acme").count == (format.version < 3 ? 1 : 2))
            case .webhooks:
                let endpoint = try #require(try WebhookFile(old).endpoint("w-1"))
                #expect(endpoint.target.url == "https://crm.example/x" && !endpoint.sendsLinks && endpoint.failures == 1)
                #expect(try WebhookFile(old).tries(of: "w-1", before: .max, limit: 9).count == 1)
            case .agents:
                let tasks = try AgentTaskFile(old, try old.openVault().masterKey)
                guard format.version > 1 else { return }
                let grant = try #require(try AccessFile(filled).list(program: "acme").first { $0.partner == "p-one" })
                #expect(try tasks.task("t-1", grant)?.result == #"{"lead":"l-1"}"# && tasks.programs().first?.erasedThrough == 4)
                let push = TaskPush(id: "x-2", task: "t-1", target: try #require(WebhookTarget("https://agent.example/y")), token: "", authorization: nil)
                #expect(try tasks.keep(push, toldOf: old.now()) && tasks.pushes(of: "t-1").map(\.id) == ["x-2"])
            }
        }
    }

    /// Every format before the newest has a row above.
    @Test func everyFormatIsTried() {
        for file in File.allCases {
            #expect(Self.formats.filter { $0.file == file }.map(\.version) == Array(1..<file.newest), "\(file)")
        }
    }

    /// Given a file of a later Leadline, when it is opened, then words say so and where it is, and nothing of it is changed.
    @Test(arguments: File.allCases) func aLaterFormatIsRefused(_ file: File) async throws {
        try await Self.inFolders { filled, _ in
            let path = file.path(filled)
            let newest = try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            #expect(newest == file.newest)
            try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = \(file.newest + 1)") }
            let before = try Self.shape(path)
            do {
                try Self.open(file, filled)
                Issue.record("\(file) is opened")
            } catch let problem as Problem {
                #expect(problem.kind == .unavailable && problem.what.contains("newer Leadline") && problem.place == path, "\(problem)")
                #expect(!problem.remedy.isEmpty)
            }
            #expect(try Self.shape(path) == before)
        }
    }

    /// A file that is another's is left alone. The keys' file was made without a name of its own: there its tables tell.
    @Test(arguments: [File.webhooks, .agents]) func anothersFileIsRefused(_ file: File) async throws {
        try await Self.inFolders { _, old in
            let path = file.path(old)
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE x(y)") }
            #expect(throws: Problem.self) { try Self.open(file, old) }
        }
    }
}
