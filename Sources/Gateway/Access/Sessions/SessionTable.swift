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

    /// How exactly the last use is kept: a request within it writes nothing.
    private static let useMicros: Int64 = 10_000_000

    /// What an issuer's word let do when somebody signed in there.
    private struct Granted: Codable {
        var role: Role
        var partner: String?
        var scopes: [String]
        var sources: [String]
    }

    private func digest(_ token: SessionToken) -> [UInt8] { sessionDigests.digest([token.text]) }

    public func beginSession(_ token: SessionToken, _ grant: Grant, _ limits: SessionLimits) throws {
        let now = machine.clock.now()
        let granted = Granted(
            role: grant.role, partner: grant.partner, scopes: grant.scopes.map(\.rawValue).sorted(),
            sources: grant.sources)
        let ofKey = grant.credential.isOfKey
        let json = ofKey ? nil : String(decoding: try JSONEncoder().encode(granted), as: UTF8.self)
        try database.write { db in
            try forget(db, now)
            try db.execute(
                sql: """
                    DELETE FROM sessions WHERE digest IN (
                    SELECT digest FROM sessions WHERE program = ? AND principal = ? ORDER BY begun DESC, digest
                    LIMIT -1 OFFSET ?)
                    """, arguments: [grant.program, grant.principal, limits.ofPrincipal - 1])
            try db.execute(
                sql: "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Data(digest(token)), grant.principal, grant.program, ofKey ? grant.id : nil, json, now.micros,
                    now.micros + limits.idleMicros, now.micros + limits.wholeMicros,
                ])
        }
    }

    public func grant(for token: SessionToken, _ limits: SessionLimits) throws -> Grant? {
        let (digest, now) = (digest(token), machine.clock.now())
        guard let (grant, idle) = try session(digest, at: now) else { return nil }
        let next = now.micros + limits.idleMicros
        if next - idle >= min(Self.useMicros, limits.idleMicros / 10) {
            try database.write { db in
                try db.execute(
                    sql: "UPDATE sessions SET idle = ? WHERE digest = ?", arguments: [next, Data(digest)])
            }
        }
        return grant
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

    public func endSession(_ id: String) throws -> Bool {
        guard let digest = Hexadecimal.bytes(id) else { return false }
        return try database.write { db in
            try db.execute(sql: "DELETE FROM sessions WHERE digest = ?", arguments: [Data(digest)])
            return db.changesCount > 0
        }
    }

    public func endSessions(of principal: String, program: String) throws -> Int {
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM sessions WHERE principal = ? AND program = ?", arguments: [principal, program])
            return db.changesCount
        }
    }

    public func forgetSessions() throws {
        let now = machine.clock.now()
        let isAny = try database.read { db in
            try Int.fetchOne(
                db, sql: "SELECT 1 FROM sessions WHERE idle <= ? OR ends <= ? LIMIT 1",
                arguments: [now.micros, now.micros])
        }
        if isAny != nil { try database.write { try forget($0, now) } }
    }

    private func forget(_ db: Database, _ now: Timestamp) throws {
        try db.execute(sql: "DELETE FROM sessions WHERE idle <= ? OR ends <= ?", arguments: [now.micros, now.micros])
    }
}
