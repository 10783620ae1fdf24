import Crypto
public import Engine
import Foundation
import GRDB
import LeadlineCore
public import UseCases
import Vault

/// API keys in `access.db` of the data folder, beside the journal.
///
/// Kept are keyed digests of secrets, never secrets: the file alone opens nothing, and neither does a copy of it
/// without the master key. Every change is flushed before it is told.
public struct AccessFile: AccessKeeper {
    private static let formatVersion = 5
    /// Most keys a program may have, revoked ones included.
    static let keysMax = 10_000

    let database: any DatabaseWriter
    private let knownGrants: KnownGrants
    private let digests: KeyedDigest
    let sessionDigests: KeyedDigest
    let machine: Machine

    /// Opens the file, and makes it where it is absent.
    public init(_ folder: DataFolder) throws(Problem) {
        do {
            let masterKey = try folder.openVault().masterKey
            digests = KeyedDigest(masterKey, purpose: "API key secret")
            sessionDigests = KeyedDigest(masterKey, purpose: "session")
            machine = folder.machine
            database = try Self.open(folder.path + "/access.db")
            knownGrants = try Self.watching(folder.path + "/access.db", folder.machine.passingTime)
        } catch { throw Problem(error) }
    }

    /// Keys and sessions that are kept in memory alone.
    init(inMemory folder: DataFolder) throws {
        let masterKey = try folder.openVault().masterKey
        digests = KeyedDigest(masterKey, purpose: "API key secret")
        sessionDigests = KeyedDigest(masterKey, purpose: "session")
        machine = folder.machine
        database = try DatabaseQueue()
        // Nobody else writes here.
        knownGrants = KnownGrants(folder.machine.passingTime) { 0 }
        try database.write {
            try $0.execute(sql: Self.schema + Self.sessionSchema + Self.budgetSchema + Self.speakerSchema + Self.reviewSchema)
        }
    }

    /// What is known of a file whose changes a connection of its own notices.
    private static func watching(_ path: String, _ time: any PassingTime) throws -> KnownGrants {
        var configuration = Configuration()
        configuration.readonly = true
        let watch = try DatabaseQueue(path: path, configuration: configuration)
        return KnownGrants(time) {
            try watch.read { try Int64.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
        }
    }

    /// Changes what is kept; what was known is looked up again.
    func change<Value>(_ work: (Database) throws -> Value) throws -> Value {
        defer { knownGrants.changed() }
        return try database.write(work)
    }

    private static func open(_ path: String) throws -> DatabasePool {
        try KeptFile(
            path: path, name: "the keys' file", formatVersion: formatVersion, pragmas: "PRAGMA synchronous = FULL"
        ).open { db, version in
            if version == 0 { try db.execute(sql: schema) }
            if version < 2 { try db.execute(sql: sessionSchema) }
            if version < 3 { try db.execute(sql: budgetSchema) }
            if version < 4 { try db.execute(sql: speakerSchema) }
            if version < 5 { try db.execute(sql: reviewSchema) }
        }
    }

    private static let schema = """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY, principal TEXT NOT NULL, program TEXT NOT NULL, role TEXT NOT NULL,
            scopes TEXT NOT NULL, partner TEXT, sources TEXT NOT NULL, label TEXT NOT NULL, digest BLOB NOT NULL,
            created INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER) STRICT;
        """

    var now: Timestamp { machine.clock.now() }

    // MARK: Asking

    public func grant(for token: KeyToken) throws -> Grant? { opened(by: token, try found(token.id)) }

    public func grant(id: String) throws -> Grant? { try found(id)?.grant }

    public func trusted(for token: KeyToken) -> Grant? {
        knownGrants.trusted(token.id).flatMap { opened(by: token, $0) }
    }

    public func trusted(id: String) -> Grant? { knownGrants.trusted(id)?.grant }

    /// What a key opens if its secret is right. An unknown id costs the same comparison as a wrong secret.
    private func opened(by token: KeyToken, _ known: KnownGrants.Known?) -> Grant? {
        let expected = known?.digest ?? [UInt8](repeating: 0, count: 32)
        return ConstantTime.isEqual(expected, digest(of: token)) ? known?.grant : nil
    }

    private func found(_ id: String) throws -> KnownGrants.Known? {
        try knownGrants.current(id) {
            try database.read { db in
                try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM keys WHERE id = ?"), arguments: [id])
                    .map { .init(grant: try Self.grant($0), digest: Array($0["digest"] as Data)) }
            }
        }
    }

    static func grant(id: String, _ db: Database) throws -> Grant? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM keys WHERE id = ?"), arguments: [id]).map(grant)
    }

    public func grants(of principal: String, program: String) throws -> [Grant] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM keys WHERE principal = ? AND program = ? ORDER BY created DESC, id",
                arguments: [principal, program]
            ).map(Self.grant)
        }
    }

    /// Every key of a program, the newest first.
    public func list(program: String) throws(Problem) -> [Grant] {
        do {
            return try database.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT * FROM keys WHERE program = ? ORDER BY created DESC, id", arguments: [program]
                ).map(Self.grant)
            }
        } catch { throw Problem(error) }
    }

    /// True if no key was ever made.
    public func isEmpty() throws(Problem) -> Bool {
        do { return try database.read { try Int.fetchOne($0, sql: "SELECT 1 FROM keys LIMIT 1") == nil } } catch {
            throw Problem(error)
        }
    }

    private static func grant(_ row: Row) throws -> Grant {
        guard let role = Role(rawValue: row["role"]) else {
            throw Problem(
                .unavailable, "a key has a role that this Leadline does not know", remedy: "Use the newer one")
        }
        let scopes = try JSONDecoder().decode([String].self, from: Data((row["scopes"] as String).utf8))
        return Grant(
            id: row["id"], principal: row["principal"], program: row["program"], role: role,
            scopes: Set(scopes.compactMap(Scope.init(rawValue:))), partner: row["partner"],
            sources: try JSONDecoder().decode([String].self, from: Data((row["sources"] as String).utf8)),
            label: row["label"], created: Timestamp(micros: row["created"]), expires: Timestamp(micros: row["expires"]),
            revoked: (row["revoked"] as Int64?).map { Timestamp(micros: $0) }, budgets: try budgets(row["budgets"]))
    }

    // MARK: Changing

    /// Makes a key. The token is given back this once and is nowhere kept.
    public func create(_ request: GrantRequest) throws(Problem) -> (grant: Grant, token: KeyToken) {
        let (grant, token) = try made(request)
        do { try change { try insert(grant, token, $0) } } catch { throw Problem(error) }
        return (grant, token)
    }

    /// A key that is not kept yet.
    func made(_ request: GrantRequest) throws(Problem) -> (grant: Grant, token: KeyToken) {
        try GrantRules.check(request)
        let token = KeyToken(machine.random)
        let now = machine.clock.now()
        let grant = Grant(
            id: token.id, principal: request.principal ?? "p-" + Hexadecimal.text(machine.random.bytes(8)),
            program: request.program, role: request.role, scopes: request.scopes ?? request.role.scopes,
            partner: request.partner, sources: request.sources, label: request.label, created: now,
            expires: now.adding(micros: Int64(request.days) * Timestamp.microsPerDay), revoked: nil,
            budgets: request.budgets)
        return (grant, token)
    }

    /// Ends a key, at once and for good; one that has ended stays so.
    public func revoke(_ id: String, program: String) throws(Problem) -> Grant {
        do {
            return try change { db in
                let grant = try Self.known(id, program, db)
                try Self.end(grant.id, at: machine.clock.now(), db)
                return try Self.known(id, program, db)
            }
        } catch { throw Problem(error) }
    }

    /// Puts a new key in the place of one, for the same principal and rights; the old one ends after the overlap.
    public func rotate(
        _ id: String, program: String, days: Int = 365, overlapHours: Int = 0
    ) throws(Problem) -> (grant: Grant, token: KeyToken) {
        do {
            return try change { db in
                let change = try successor(of: Self.known(id, program, db), days, overlapHours)
                try insert(change.grant, change.token, db)
                if overlapHours == 0 { try Self.end(id, at: change.grant.created, db) }
                try Self.shorten(id, to: change.oldExpires, db)
                return (change.grant, change.token)
            }
        } catch { throw Problem(error) }
    }

    /// What comes in the place of a key, and when the old one is over.
    func successor(
        of old: Grant, _ days: Int, _ overlapHours: Int
    ) throws(Problem) -> (grant: Grant, token: KeyToken, oldExpires: Timestamp) {
        try GrantRules.check(days: days)
        let now = machine.clock.now()
        guard old.isInForce(at: now) else {
            throw Problem(.conflict, "this key has ended already", remedy: "Make a new one")
        }
        let token = KeyToken(machine.random)
        var grant = old
        grant.id = token.id
        grant.created = now
        grant.expires = now.adding(micros: Int64(days) * Timestamp.microsPerDay)
        return (grant, token, min(old.expires, now.adding(micros: Int64(overlapHours) * 3_600_000_000)))
    }

    /// A key of a program.
    func known(_ id: String, program: String) throws(Problem) -> Grant {
        do { return try database.read { try Self.known(id, program, $0) } } catch { throw Problem(error) }
    }

    // MARK: Taking what was made elsewhere

    /// A key as it is passed on: what it lets do, and the keyed digest of its secret.
    func digest(of token: KeyToken) -> [UInt8] { digests.digest([token.id, token.secret]) }

    /// Takes a key that was made elsewhere. One that is here already stays as it is: keys end, and change no further.
    func take(_ grant: Grant, digest: [UInt8]) throws {
        try change { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
                arguments: try Self.arguments(grant, digest))
        }
    }

    /// Ends a key that was ended elsewhere.
    func takeEnd(of id: String, at moment: Timestamp) throws { try change { try Self.end(id, at: moment, $0) } }

    /// Has a key expire earlier.
    func takeExpiry(of id: String, _ moment: Timestamp) throws {
        try change { try Self.shorten(id, to: moment, $0) }
    }

    private static func known(_ id: String, _ program: String, _ db: Database) throws -> Grant {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM keys WHERE id = ? AND program = ?", arguments: [id, program])
        guard let row else {
            throw Problem(.notFound, "no key has this id", remedy: "'leadline access list' shows those there are")
        }
        return try grant(row)
    }

    private static func end(_ id: String, at moment: Timestamp, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL", arguments: [moment.micros, id])
    }

    private static func shorten(_ id: String, to moment: Timestamp, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE keys SET expires = min(expires, ?) WHERE id = ?", arguments: [moment.micros, id])
    }

    private func insert(_ grant: Grant, _ token: KeyToken, _ db: Database) throws {
        try Self.checkRoom(grant.program, db)
        try db.execute(
            sql: "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            arguments: try Self.arguments(grant, digest(of: token)))
    }

    /// - Throws: `Problem` where a program has as many keys as are kept.
    func checkRoom(_ program: String) throws(Problem) {
        do { try database.read { try Self.checkRoom(program, $0) } } catch { throw Problem(error) }
    }

    private static func checkRoom(_ program: String, _ db: Database) throws {
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM keys WHERE program = ?", arguments: [program])
        guard count ?? 0 < keysMax else {
            throw Problem(.conflict, "the program has \(keysMax) keys, and more are not kept")
        }
    }

    private static func arguments(_ grant: Grant, _ digest: [UInt8]) throws -> StatementArguments {
        [
            grant.id, grant.principal, grant.program, grant.role.rawValue, try json(grant.scopes.map(\.rawValue).sorted()),
            grant.partner, try json(grant.sources), grant.label, Data(digest), grant.created.micros, grant.expires.micros,
            try text(grant.budgets),
        ]
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }
}
