import Audit
import Engine
import Evaluation
import Foundation
import GRDB
import Journal
import KafkaTransport
import Reports
import Vault

extension Problem {
    /// Another part's error as people are told it.
    public init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let rejection as Rejection: self.init(rejection)
        case let refusal as InboxRefusal where !refusal.refused.isEmpty: self.init(refusal.refused[0].rejection)
        case let error as any Error & CustomStringConvertible where Self.kind(of: error) != nil:
            self.init(Self.kind(of: error) ?? .unavailable, "\(error)")
        case let fault as AuditFault: self.init(.checkFailed, "\(fault.worded)")
        case JournalError.unknownProgram(let program):
            self.init(
                .notFound, "the journal has no program \(program)", remedy: "Name no program to take all there are")
        case JournalError.archived(let segment):
            self.init(.notFound, "\(segment)", remedy: "Name it with --with-archive \(segment.path)")
        case JournalError.archiveDiffers: self.init(.checkFailed, "\(error)")
        case let error as KafkaError:
            self.init(.unavailable, "\(error)", remedy: "Check --kafka and the brokers, then run the command again")
        case let error as EvaluationError: self.init(.invalid, error.what, remedy: error.remedy)
        case let error as DatabaseError: self.init(database: error)
        case let error as CocoaError: self.init(.unavailable, error.localizedDescription)
        default: self.init(.unavailable, "\(error)")
        }
    }

    /// What intake refuses, and which field it is about.
    private init(_ rejection: Rejection) {
        self.init(.invalid, rejection.detail, at: rejection.field.isEmpty ? "" : Self.fieldPlace + rejection.field)
    }

    private static let fieldPlace = "field "

    /// The field of a message that is to be mended, e.g. "contact.email"; nil where it is about none.
    public var field: String? {
        guard kind == .invalid, place.utf8.starts(with: Self.fieldPlace.utf8) else { return nil }
        return String(decoding: Array(place.utf8.dropFirst(Self.fieldPlace.utf8.count)), as: UTF8.self)
    }

    /// The kind of an error whose own words say everything.
    private static func kind(of error: any Error) -> Kind? {
        switch error {
        case EngineError.locked: .conflict
        case EngineError.journalOlder, EngineError.listDiffers: .checkFailed
        case is CheckpointRefusal, is ErasureFault, is SegmentError: .checkFailed
        case is ExplanationError: .notFound
        case is ProverError, is ArchiveError: .invalid
        case is EngineError, is VaultError, is LogKeyError, is StatementKeyError, is KafkaTransportError: .unavailable
        default: nil
        }
    }

    /// SQLite's message names tables at most; the statement's values stay unsaid.
    private init(database error: DatabaseError) {
        let remedy =
            switch error.resultCode {
            case .SQLITE_FULL: "Make room on the disk, then run the command again; nothing was half written"
            case .SQLITE_BUSY, .SQLITE_LOCKED: "Another process works on it; wait, then run the command again"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "Run 'leadline verify' and restore the file from a backup"
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                "Check who owns the data folder's files and who may write to them"
            default: ""
            }
        self.init(.unavailable, "SQLite stopped: \(error.message ?? error.resultCode.description)", remedy: remedy)
    }

    /// The data folder has no entry of the program.
    static func unknownProgram(_ program: String, _ folder: DataFolder) -> Problem {
        Problem(
            .notFound, "the program \(program) is not in this data folder", at: folder.path,
            remedy: "Name another with --program, or send ProgramRegistered on leadline.controls")
    }

    /// - Throws: if the stream has no entry at the position.
    static func check(position: UInt64, in head: StreamHead) throws(Problem) {
        if position < head.size { return }
        let newest =
            head.size == 0 ? "the program has no entries" : "the program's newest entry is at position \(head.size - 1)"
        throw Problem(.notFound, newest, at: "--at \(position)", remedy: "Name that position or an earlier one")
    }

    /// Does work whose errors are told as problems.
    static func told<Value>(_ work: () throws -> Value) throws(Problem) -> Value {
        do { return try work() } catch { throw Problem(error) }
    }

    /// The same for work that waits.
    static func told<Value>(_ work: () async throws -> Value) async throws(Problem) -> Value {
        do { return try await work() } catch { throw Problem(error) }
    }
}
