import Engine
import Foundation
import GRDB
import LeadlineCore
import Vault

/// Sessions in `access.db`. A row holds no name and no address, and is gone once the session is over.
extension AccessFile {
    static let sessionSchema = """
        CREATE TABLE sessions (
            digest BLOB PRIMARY KEY, principal TEXT NOT NULL, program TEXT NOT NULL, key TEXT, granted TEXT,
            begun INTEGER NOT NULL, idle INTEGER NOT NULL, ends INTEGER NOT NULL) STRICT;
        CREATE INDEX sessions_by_principal ON sessions (program, principal, begun);
        """

    /// What an issuer's word let do when somebody signed in there.
    private struct Granted: Codable {
        var role: Role
        var partner: String?
        var scopes: [String]
        var sources: [String]
    }

    /// A session as it is kept, and as it is passed on.
    struct StoredSession: Codable, Sendable {
        var digest: Data
        var principal: String
        var program: String
        /// The key that it was begun with; nil where an issuer's word stands in `granted`.
        var key: String?
        var granted: String?
        var begun: Int64
        var idle: Int64
        var ends: Int64

        /// By which grants name it.
        var id: String { Hexadecimal.text(digest) }
    }

    private func digest(_ token: SessionToken) -> [UInt8] { sessionDigests.digest([token.text]) }

    /// A session that is not kept yet.
    func newSession(_ token: SessionToken, _ grant: Grant, _ limits: SessionLimits) throws -> StoredSession {
        let now = machine.clock.now()
        let granted = Granted(
            role: grant.role, partner: grant.partner, scopes: grant.scopes.map(\.rawValue).sorted(),
            sources: grant.sources)
        let ofKey = grant.credential.isOfKey
        return StoredSession(
            digest: Data(digest(token)), principal: grant.principal, program: grant.program,
            key: ofKey ? grant.id : nil,
            granted: ofKey ? nil : String(decoding: try JSONEncoder().encode(granted), as: UTF8.self),
            begun: now.micros, idle: now.micros + limits.idleMicros, ends: now.micros + limits.wholeMicros)
    }

    public func beginSession(_ token: SessionToken, _ grant: Grant, _ limits: SessionLimits) throws {
        let session = try newSession(token, grant, limits)
        try database.write { db in
            try forget(db, machine.clock.now())
            for id in try Self.surplus(beside: session, limits, db) { try Self.end(id, db) }
            try Self.insert(session, db)
        }
    }

    private static func insert(_ session: StoredSession, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                session.digest, session.principal, session.program, session.key, session.granted, session.begun,
                session.idle, session.ends,
            ])
    }

    /// Sessions of a principal that make room for one more, the oldest first.
    private static func surplus(
        beside session: StoredSession, _ limits: SessionLimits, _ db: Database
    ) throws -> [String] {
        try Data.fetchAll(
            db,
            sql: """
                SELECT digest FROM sessions WHERE program = ? AND principal = ? AND digest <> ?
                ORDER BY begun DESC, digest LIMIT -1 OFFSET ?
                """, arguments: [session.program, session.principal, session.digest, limits.ofPrincipal - 1]
        ).map { Hexadecimal.text($0) }
    }

    func surplus(beside session: StoredSession, _ limits: SessionLimits) throws -> [String] {
        try database.read { try Self.surplus(beside: session, limits, $0) }
    }

    /// Takes a session that was begun elsewhere; one that is here already stays as it is.
    func take(_ session: StoredSession) throws { try database.write { try Self.insert(session, $0) } }

    /// Takes that a session was used, here or elsewhere: it is over so much later.
    /// - Returns: false where there is no such session.
    @discardableResult
    func takeUse(of id: String, until idle: Int64) throws -> Bool {
        guard let digest = Hexadecimal.bytes(id) else { return false }
        return try database.write { db in
            try db.execute(
                sql: "UPDATE sessions SET idle = max(idle, ?) WHERE digest = ?", arguments: [idle, Data(digest)])
            return db.changesCount > 0
        }
    }

    /// How exactly the last use is kept: a request within it writes nothing.
    private static let useMicros: Int64 = 10_000_000

    public func grant(for token: SessionToken, _ limits: SessionLimits) throws -> Grant? {
        guard let found = try session(token, limits) else { return nil }
        if found.next - found.idle >= min(Self.useMicros, limits.idleMicros / 10) {
            try takeUse(of: found.id, until: found.next)
        }
        return found.grant
    }

    /// A session that is not over: when it is over without a use, and when after this one.
    struct UsedSession {
        var id: String
        var grant: Grant
        var idle: Int64
        var next: Int64
    }

    func session(_ token: SessionToken, _ limits: SessionLimits) throws -> UsedSession? {
        let (digest, now) = (digest(token), machine.clock.now())
        guard let (grant, idle) = try session(digest, at: now) else { return nil }
        return UsedSession(
            id: Hexadecimal.text(digest), grant: grant, idle: idle, next: now.micros + limits.idleMicros)
    }

    public func grant(session id: String) throws -> Grant? {
        guard let digest = Hexadecimal.bytes(id) else { return nil }
        return try session(digest, at: machine.clock.now())?.grant
    }

    /// A session that is not over, with the grant of its key as that stands now.
    private func session(_ digest: [UInt8], at now: Timestamp) throws -> (grant: Grant, idle: Int64)? {
        try database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM sessions WHERE digest = ? AND idle > ? AND ends > ?",
                arguments: [Data(digest), now.micros, now.micros])
            guard let row, var grant = try Self.grant(ofSession: row, db) else { return nil }
            grant.credential = .session(Hexadecimal.text(digest), ofKey: row["key"] != nil)
            grant.expires = min(grant.expires, Timestamp(micros: row["ends"]))
            return grant.isInForce(at: now) ? (grant, row["idle"]) : nil
        }
    }

    private static func grant(ofSession row: Row, _ db: Database) throws -> Grant? {
        if let key: String = row["key"] { return try grant(id: key, db) }
        guard let json: String = row["granted"] else { return nil }
        let granted = try JSONDecoder().decode(Granted.self, from: Data(json.utf8))
        return Grant(
            id: "oidc", principal: row["principal"], program: row["program"], role: granted.role,
            scopes: Set(granted.scopes.compactMap(Scope.init(rawValue:))), partner: granted.partner,
            sources: granted.sources, label: "", created: Timestamp(micros: row["begun"]),
            expires: Timestamp(micros: row["ends"]), revoked: nil)
    }

    public func endSession(_ id: String) throws -> Bool { try database.write { try Self.end(id, $0) } }

    @discardableResult
    private static func end(_ id: String, _ db: Database) throws -> Bool {
        guard let digest = Hexadecimal.bytes(id) else { return false }
        try db.execute(sql: "DELETE FROM sessions WHERE digest = ?", arguments: [Data(digest)])
        return db.changesCount > 0
    }

    public func endSessions(of principal: String, program: String) throws -> Int {
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE principal = ? AND program = ?", arguments: [principal, program])
            return db.changesCount
        }
    }

    /// A principal's sessions in a program.
    func sessions(of principal: String, program: String) throws -> [String] {
        try database.read { db in
            try Data.fetchAll(
                db, sql: "SELECT digest FROM sessions WHERE principal = ? AND program = ? ORDER BY begun",
                arguments: [principal, program])
        }.map { Hexadecimal.text($0) }
    }

    public func forgetSessions() throws {
        if try sessionsOver().isEmpty { return }
        try database.write { try forget($0, machine.clock.now()) }
    }

    /// Sessions whose time is over.
    func sessionsOver() throws -> [String] {
        let now = machine.clock.now()
        return try database.read { db in
            try Data.fetchAll(
                db.cachedStatement(sql: "SELECT digest FROM sessions WHERE idle <= ? OR ends <= ?"),
                arguments: [now.micros, now.micros])
        }.map { Hexadecimal.text($0) }
    }

    private func forget(_ db: Database, _ now: Timestamp) throws {
        try db.execute(sql: "DELETE FROM sessions WHERE idle <= ? OR ends <= ?", arguments: [now.micros, now.micros])
    }
}
