import Engine
import Foundation
import GRDB
import LeadlineCore
import UseCases
import Vault

/// Endpoints, how far each has come, and what was tried: `webhooks.db` of the data folder, beside the journal.
///
/// Addresses and secrets are sealed under a key that hangs on the master key and that no rotation of it changes: the
/// file alone does not tell where anything goes. What somebody asked for is flushed before it is told. How far an
/// endpoint has come is written as soon as a message was taken, which a killed process keeps; a machine that loses its
/// power may send the last messages again.
struct WebhookFile: WebhookKeeper {
    /// "LLWh": names the kind of file.
    private static let applicationID: Int32 = 0x4C4C_5768
    private static let formatVersion = 2

    let settings: DatabasePool
    let progress: DatabaseQueue
    private let seal: RecordSeal
    private let clock: any WallClock
    let changes = CommitSignal()

    /// Opens the file, and makes it where it is absent.
    init(_ folder: DataFolder) throws(Problem) {
        do {
            seal = RecordSeal(try folder.openVault().masterKey, purpose: "webhook endpoints")
            clock = folder.machine.clock
            let path = folder.path + "/webhooks.db"
            settings = try Self.open(path)
            progress = try DatabaseQueue(path: path, configuration: KeptFile.configuration(Self.pragmas(synchronous: "NORMAL")))
        } catch { throw Problem(error) }
    }

    private static func pragmas(synchronous: String) -> String {
        "PRAGMA synchronous = \(synchronous); PRAGMA secure_delete = ON;"
    }

    private static func open(_ path: String) throws -> DatabasePool {
        try KeptFile(
            path: path, name: "the webhooks' file", kind: (applicationID, "file of webhooks"),
            formatVersion: formatVersion, pragmas: pragmas(synchronous: "FULL")
        ).open { db, version in
            if version == 0 { try db.execute(sql: schema) }
            if version < 2 {
                try db.execute(sql: "ALTER TABLE endpoints ADD COLUMN sends_links INTEGER NOT NULL DEFAULT 0")
            }
        }
    }

    private static let schema = """
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

    // MARK: Asking

    func endpoint(_ id: String) throws -> WebhookEndpoint? { try settings.read { try endpoint(id, $0) } }

    func endpoint(_ id: String, _ db: Database) throws -> WebhookEndpoint? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM endpoints WHERE id = ?"), arguments: [id]).map(endpoint)
    }

    func list(program: String) throws -> [WebhookEndpoint] {
        try settings.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM endpoints WHERE program = ? ORDER BY created DESC, id", arguments: [program]
            ).map(endpoint)
        }
    }

    func all() throws -> [WebhookEndpoint] {
        try settings.read { db in try Row.fetchAll(db, sql: "SELECT * FROM endpoints ORDER BY id").map(endpoint) }
    }

    func tries(of id: String, before: Int64, limit: Int) throws -> [WebhookTry] {
        try settings.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM tries WHERE endpoint = ? AND number < ? AND at >= ? ORDER BY number DESC LIMIT ?",
                arguments: [id, before, Self.oldest(at: clock.now()), limit]
            ).map(Self.attempt)
        }
    }

    private static func attempt(_ row: Row) throws -> WebhookTry {
        guard let cause = WebhookTry.Cause(rawValue: row["cause"]),
            let word = WebhookOutcome.Word(rawValue: row["outcome"])
        else { throw unknown }
        return WebhookTry(
            number: row["number"], message: row["message"], at: Timestamp(micros: row["at"]), cause: cause,
            outcome: WebhookOutcome(word, status: row["status"]), millis: row["millis"])
    }

    private static let unknown = Problem(
        .unavailable, "the webhooks' file says what this Leadline does not know", remedy: "Use the newer one")

    // MARK: Rows

    private struct Sealed: Codable {
        var url: String
        var secrets: [WebhookSecret]
        /// It may hold a key of the receiver's.
        var template: String?
    }

    private func endpoint(_ row: Row) throws -> WebhookEndpoint {
        let id: String = row["id"]
        let sealed = try JSONDecoder().decode(Sealed.self, from: try seal.open(row["sealed"] as Data, as: id))
        guard let format = WebhookEndpoint.Format(rawValue: row["format"]), let target = WebhookTarget(sealed.url),
            let cursor = DecisionCursor(row["reached"] as String)
        else { throw Self.unknown }
        let replay = (row["replay_after"] as String?).flatMap { DecisionCursor($0) }.flatMap { after in
            (row["replay_through"] as String?).flatMap { DecisionCursor($0) }.map {
                WebhookEndpoint.Replay(after: after, through: $0)
            }
        }
        return WebhookEndpoint(
            id: id, program: row["program"], partner: row["partner"], owner: row["owner"], target: target,
            format: format, kinds: try JSONDecoder().decode([String].self, from: Data((row["kinds"] as String).utf8)),
            label: row["label"], secrets: sealed.secrets, created: Timestamp(micros: row["created"]),
            disabled: (row["disabled"] as String?).map { WebhookEndpoint.Reason(rawValue: $0) ?? .switchedOff },
            disabledAt: (row["disabled_at"] as Int64?).map { Timestamp(micros: $0) }, cursor: cursor, replay: replay,
            failures: row["failures"], failingSince: (row["failing_since"] as Int64?).map { Timestamp(micros: $0) },
            nextTry: Timestamp(micros: row["next_try"]), sendsLinks: row["sends_links"],
            template: try sealed.template.map { text throws(WebhookTemplate.Fault) in try WebhookTemplate(text) })
    }

    private func sealed(_ endpoint: WebhookEndpoint) throws -> Data {
        try seal.seal(
            JSONEncoder().encode(
                Sealed(
                    url: endpoint.target.url, secrets: endpoint.secrets, template: endpoint.template?.text)),
            as: endpoint.id)
    }

    // MARK: What somebody asks for

    func add(_ endpoint: WebhookEndpoint) async throws {
        try await settings.write { db in
            let (all, partners) = try counts(endpoint, db)
            try WebhookLimits.check(endpoint, all: all, partners: partners)
            try db.execute(
                sql:
                    "INSERT INTO endpoints VALUES "
                    + "(?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, NULL, NULL, 0, NULL, 0, ?)",
                arguments: [
                    endpoint.id, endpoint.program, endpoint.partner, endpoint.owner, endpoint.format.rawValue,
                    try Self.json(endpoint.kinds), endpoint.label, try sealed(endpoint), endpoint.created.micros,
                    endpoint.cursor.description, endpoint.sendsLinks,
                ])
        }
        changes.committed([:])
    }

    private func counts(_ endpoint: WebhookEndpoint, _ db: Database) throws -> (all: Int, partners: Int) {
        let row = try Row.fetchOne(
            db, sql: "SELECT count(*) AS n, count(*) FILTER (WHERE partner = ?) AS p FROM endpoints WHERE program = ?",
            arguments: [endpoint.partner, endpoint.program])
        return (row?["n"] ?? 0, row?["p"] ?? 0)
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }

    func change(
        _ id: String, by grant: Grant, _ change: @escaping @Sendable (inout WebhookEndpoint) throws -> Void
    ) async throws -> WebhookEndpoint {
        let changed = try await settings.write { db in
            guard var endpoint = try endpoint(id, db), endpoint.isVisible(to: grant) else { throw Refusal.nothingHere }
            try change(&endpoint)
            endpoint.nextTry = Timestamp(micros: 0)
            try db.execute(
                sql: """
                    UPDATE endpoints SET owner = ?, format = ?, kinds = ?, label = ?, sealed = ?, disabled = ?,
                    disabled_at = ?, replay_after = ?, replay_through = ?, failures = ?, failing_since = ?, next_try = 0
                    WHERE id = ?
                    """,
                arguments: [
                    endpoint.owner, endpoint.format.rawValue, try Self.json(endpoint.kinds), endpoint.label,
                    try sealed(endpoint), endpoint.disabled?.rawValue, endpoint.disabledAt?.micros,
                    endpoint.replay?.after.description, endpoint.replay?.through.description, endpoint.failures,
                    endpoint.failingSince?.micros, endpoint.id,
                ])
            return endpoint
        }
        changes.committed([:])
        return changed
    }

    func remove(_ id: String, by grant: Grant) async throws {
        try await settings.write { db in
            guard let endpoint = try endpoint(id, db), endpoint.isVisible(to: grant) else { throw Refusal.nothingHere }
            try db.execute(sql: "DELETE FROM endpoints WHERE id = ?", arguments: [endpoint.id])
            try db.execute(sql: "DELETE FROM tries WHERE endpoint = ?", arguments: [endpoint.id])
        }
        changes.committed([:])
    }
}
