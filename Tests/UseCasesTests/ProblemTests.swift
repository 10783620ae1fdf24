import Audit
import Engine
import Evaluation
import Foundation
import GRDB
import Journal
import Testing
import UseCases
import Vault

/// Every error becomes one neutral problem, whose kind a face maps to an exit code or a status.
@Suite struct ProblemTests {
    struct Row: CustomTestStringConvertible {
        var error: any Error
        var kind: Problem.Kind
        var testDescription: String { "\(error)" }
    }

    static let rows: [Row] = [
        Row(error: Problem(.notFound, "no such thing"), kind: .notFound),
        Row(error: EngineError.locked(path: "/d"), kind: .conflict),
        Row(error: EngineError.dataFolder(path: "/d", "it is not there"), kind: .unavailable),
        Row(error: VaultError.masterKeyAbsent(path: "/k"), kind: .unavailable),
        Row(error: JournalError.unknownProgram("acme"), kind: .notFound),
        Row(error: ExplanationError.unknownLead("l-1", program: "acme"), kind: .notFound),
        Row(error: ArchiveError.exists(path: "/a"), kind: .invalid),
        Row(error: SegmentError.notStated(path: "/a", program: "acme"), kind: .checkFailed),
        Row(error: AuditFault(.decoding, program: "acme", position: 3, "no entry"), kind: .checkFailed),
        Row(error: DatabaseError(resultCode: .SQLITE_FULL), kind: .unavailable),
        Row(error: CocoaError(.fileNoSuchFile), kind: .unavailable),
    ]

    @Test(arguments: rows) func anErrorIsToldAsAProblem(_ row: Row) {
        let problem = Problem(row.error)
        #expect(problem.kind == row.kind)
        #expect(!problem.what.isEmpty)
    }

    /// A statement's values never show, whatever SQLite says.
    @Test func aDatabaseErrorNamesNoValue() {
        let error = DatabaseError(
            resultCode: .SQLITE_CONSTRAINT, message: "UNIQUE constraint failed: leads.lead", sql: "INSERT INTO leads VALUES (?)",
            arguments: ["marta@officine.example"])
        #expect(!"\(Problem(error))".contains("marta"))
        #expect(!"\(Problem(error))".contains("INSERT"))
    }
}
