import Engine
import Foundation
import GRDB
import LeadlineCore
public import UseCases
import Vault

/// What principals took of their budgets, in `access.db`. A row names a principal and counts; it is gone after a month.
extension AccessFile {
    static let budgetSchema = """
        ALTER TABLE keys ADD COLUMN budgets TEXT;
        CREATE TABLE charges (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, day INTEGER NOT NULL,
            leads INTEGER NOT NULL, value INTEGER NOT NULL, offers INTEGER NOT NULL) STRICT;
        CREATE INDEX charges_by_principal ON charges (program, principal, day);
        CREATE TABLE stops (
            name TEXT PRIMARY KEY, program TEXT NOT NULL, principal TEXT NOT NULL, at INTEGER NOT NULL,
            reason TEXT NOT NULL, by TEXT NOT NULL) STRICT;
        """

    /// A charge as it is kept, and as it is passed on.
    struct StoredCharge: Codable, Sendable {
        /// A keyed digest of program, principal and change.
        var name: String
        var program: String
        var principal: String
        var day: Int64
        var use: BudgetUse
    }

    func stored(_ charge: BudgetCharge) -> StoredCharge {
        StoredCharge(
            name: Hexadecimal.text(sessionDigests.digest(["charge", charge.program, charge.principal, charge.event])),
            program: charge.program, principal: charge.principal, day: charge.day, use: charge.use)
    }

    // MARK: Budgets of a key

    public func setBudgets(_ budgets: Budgets, of id: String, program: String) throws(Problem) -> Grant {
        try GrantRules.check(budgets)
        let grant = try known(id, program: program)
        do { try takeBudgets(budgets, of: grant.id) } catch { throw Problem(error) }
        return try known(id, program: program)
    }

    /// Sets the budgets of a key that is here.
    func takeBudgets(_ budgets: Budgets, of id: String) throws {
        try change { db in
            try db.execute(
                sql: "UPDATE keys SET budgets = ? WHERE id = ?", arguments: [try Self.text(budgets), id])
        }
    }

    /// Nil for none, so that a key without budgets is kept as it always was.
    static func text(_ budgets: Budgets) throws -> String? {
        budgets.isEmpty ? nil : String(decoding: try JSONEncoder().encode(budgets), as: UTF8.self)
    }

    static func budgets(_ text: String?) throws -> Budgets {
        try text.map { try JSONDecoder().decode(Budgets.self, from: Data($0.utf8)) } ?? Budgets()
    }

    // MARK: Charges

    /// Looks and takes in one transaction, so that of two changes at once one alone gets what is left for one.
    public func charge(_ charges: [BudgetCharge], within budgets: Budgets) throws -> [BudgetOutcome] {
        try database.write { db in try charges.map { try Self.take(stored($0), within: budgets, db) } }
    }

    private static func take(_ charge: StoredCharge, within budgets: Budgets, _ db: Database) throws -> BudgetOutcome {
        let known = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM charges WHERE name = ?"), arguments: [charge.name])
        if known != nil { return .repeated }
        let after = try used(charge.principal, charge.program, charge.day, db) + charge.use
        for name in Budgets.Name.allCases where charge.use[name] > 0 {
            if let budget = budgets[name], after[name] > budget {
                return .exceeded(name: name.rawValue, budget: budget)
            }
        }
        try insert(charge, db)
        return .taken
    }

    private static func insert(_ charge: StoredCharge, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO charges VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                charge.name, charge.program, charge.principal, charge.day, charge.use.leads, charge.use.valueMinorUnits,
                charge.use.offers,
            ])
    }

    public func giveBack(_ charges: [BudgetCharge]) throws {
        let names = charges.map { stored($0).name }
        try database.write { db in for name in names { try Self.forget(charge: name, db) } }
    }

    public func used(by principal: String, program: String, day: Int64) throws -> BudgetUse {
        try database.read { try Self.used(principal, program, day, $0) }
    }

    private static func used(
        _ principal: String, _ program: String, _ day: Int64, _ db: Database
    ) throws -> BudgetUse {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT coalesce(sum(leads), 0) AS leads, coalesce(sum(value), 0) AS value,
                        coalesce(sum(offers), 0) AS offers
                    FROM charges WHERE program = ? AND principal = ? AND day = ?
                    """),
            arguments: [program, principal, day])
        guard let row else { return BudgetUse() }
        return BudgetUse(leads: row["leads"], valueMinorUnits: row["value"], offers: row["offers"])
    }

    public func forgetCharges() throws {
        let names = try chargesOver()
        if names.isEmpty { return }
        try database.write { db in for name in names { try Self.forget(charge: name, db) } }
    }

    /// Charges of days that are too long ago for a change of theirs to be sent again.
    func chargesOver() throws -> [String] {
        let day = BudgetCharge.day(now) - BudgetCharge.daysKept
        return try database.read { db in
            try String.fetchAll(
                db.cachedStatement(sql: "SELECT name FROM charges WHERE day < ? LIMIT 1000"), arguments: [day])
        }
    }

    private static func forget(charge name: String, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM charges WHERE name = ?", arguments: [name])
    }

    // MARK: Taking what was charged elsewhere

    func take(_ charge: StoredCharge) throws { try database.write { try Self.insert(charge, $0) } }

    func takeEnd(ofCharge name: String) throws { try database.write { try Self.forget(charge: name, $0) } }
}
