import Engine
import GRDB
public import LeadlineCore
public import UseCases
import Vault

/// That a principal may do nothing any more, in a program: whatever it is known by, and for good.
public struct AgentStop: Sendable, Equatable {
    /// The program in which it was stopped.
    public var program: String
    /// Who was stopped.
    public var principal: String
    /// When.
    public var at: Timestamp
    /// Why, in the words of whoever stopped it; names nobody.
    public var reason: String
    /// The principal that stopped it.
    public var by: String

    /// A stop from its parts.
    public init(program: String, principal: String, at: Timestamp, reason: String, by: String) {
        self.program = program
        self.principal = principal
        self.at = at
        self.reason = reason
        self.by = by
    }

    /// Longest reason.
    public static let reasonBytesMax = 512

    /// A reason as it may be kept beside the keys, in clear.
    static func check(reason: String) throws(Problem) {
        guard (1...reasonBytesMax).contains(reason.utf8.count), Asker.isNameless(reason),
            reason.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw Problem(
                .invalid, "a reason has 1 to \(reasonBytesMax) bytes on one line, and no address: it is kept in clear",
                at: "reason")
        }
    }
}

/// Stops in `access.db`.
extension AccessFile {
    /// A stop as it is kept, and as it is passed on.
    struct StoredStop: Codable, Sendable {
        var name: String
        var program: String
        var principal: String
        var at: Int64
        var reason: String
        var by: String

        var stop: AgentStop {
            AgentStop(program: program, principal: principal, at: Timestamp(micros: at), reason: reason, by: by)
        }
    }

    func stored(_ stop: AgentStop) -> StoredStop {
        StoredStop(
            name: stopName(stop.principal, stop.program), program: stop.program, principal: stop.principal,
            at: stop.at.micros, reason: stop.reason, by: stop.by)
    }

    private func stopName(_ principal: String, _ program: String) -> String {
        Hexadecimal.text(sessionDigests.digest(["stop", program, principal]))
    }

    /// Ends keys and sessions in the transaction that keeps the stop. The first stop stays.
    public func stop(_ principal: String, program: String, reason: String, by: String) throws(Problem) -> AgentStop {
        try AgentStop.check(reason: reason)
        let stop = AgentStop(program: program, principal: principal, at: now, reason: reason, by: by)
        do { try take(stored(stop)) } catch { throw Problem(error) }
        do { return try stops(program: program).first { $0.principal == principal } ?? stop } catch {
            throw Problem(error)
        }
    }

    /// Takes a stop that was made here or elsewhere.
    func take(_ stop: StoredStop) throws {
        try change { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO stops VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [stop.name, stop.program, stop.principal, stop.at, stop.reason, stop.by])
            try db.execute(
                sql: "UPDATE keys SET revoked = ? WHERE program = ? AND principal = ? AND revoked IS NULL",
                arguments: [stop.at, stop.program, stop.principal])
            try db.execute(
                sql: "DELETE FROM sessions WHERE program = ? AND principal = ?",
                arguments: [stop.program, stop.principal])
        }
    }

    /// Ends a key whose principal was stopped before it was told of.
    func endIfStopped(_ id: String) throws {
        guard let grant = try grant(id: id), grant.revoked == nil else { return }
        let stop = try stops(program: grant.program).first { $0.principal == grant.principal }
        if let stop { try takeEnd(of: id, at: stop.at) }
    }

    public func stops(program: String) throws -> [AgentStop] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM stops WHERE program = ? ORDER BY at DESC, principal", arguments: [program]
            ).map {
                AgentStop(
                    program: $0["program"], principal: $0["principal"], at: Timestamp(micros: $0["at"]),
                    reason: $0["reason"], by: $0["by"])
            }
        }
    }

    public func isStopped(_ principal: String, program: String) throws -> Bool {
        let name = stopName(principal, program)
        return try database.read { db in
            try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM stops WHERE name = ?"), arguments: [name]) != nil
        }
    }
}
