import ArgumentParser
import Audit
import Engine
import Foundation
import GRDB
import Journal
import KafkaTransport
import Vault

/// What an exit code means, the same for every command.
enum Outcome: Int32 {
    /// All went well.
    case ok = 0
    /// What was checked does not hold.
    case checkFailed = 1
    /// The command line or what it names was wrong.
    case input = 2
    /// The surroundings do not allow it: no data folder, a lock, a full disk.
    case environment = 3

    /// One line for the end of every command's help.
    static let note = "Exit codes: 0 done, 1 a check failed, 2 wrong input, 3 data folder, lock or disk. See 'leadline help exit-codes'."
}

/// Why a command stopped, in words for the person at the terminal: what, where, how to mend it.
struct CommandFailure: Error, CustomStringConvertible {
    var outcome: Outcome
    var what: String
    var place: String
    var remedy: String

    /// - Parameters:
    ///   - what: What is wrong, without a full stop.
    ///   - place: Where: a file, a line, a path; empty if `what` says it.
    ///   - remedy: What to do about it; empty if there is nothing.
    init(_ outcome: Outcome, _ what: String, at place: String = "", remedy: String = "") {
        self.outcome = outcome
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    var description: String { [what, place, remedy].filter { !$0.isEmpty }.joined(separator: ". ") }

    /// Another part's error as this command line tells it. Errors never quote records, so this shows no personal data.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as EngineError: self.init(.environment, "\(error)")
        case let error as VaultError: self.init(.environment, "\(error)")
        case let error as KafkaTransportError: self.init(.environment, "\(error)")
        case let error as KafkaError: self.init(.environment, "\(error)", remedy: "Check --kafka and the brokers, then run the command again")
        case JournalError.archived(let segment):
            self.init(.input, "\(segment)", remedy: "Name it with --with-archive \(segment.path)")
        case JournalError.archiveDiffers: self.init(.checkFailed, "\(error)")
        case let error as SegmentError: self.init(.checkFailed, "\(error)")
        case let error as ArchiveError: self.init(.input, "\(error)")
        case let error as JournalError: self.init(.environment, "\(error)")
        case let error as DatabaseError: self.init(database: error)
        case let error as CocoaError:
            self.init(.environment, error.localizedDescription)
        default: self.init(.environment, "\(error)")
        }
    }

    /// SQLite's message names tables at most; the statement's values stay unsaid.
    private init(database error: DatabaseError) {
        let remedy = switch error.resultCode {
        case .SQLITE_FULL: "Make room on the disk, then run the command again; nothing was half written"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "Another process works on it; wait, then run the command again"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: "Run 'leadline verify' and restore the file from a backup"
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: "Check who owns the data folder's files and who may write to them"
        default: ""
        }
        self.init(.environment, "SQLite stopped: \(error.message ?? error.resultCode.description)", remedy: remedy)
    }

    /// Says on stderr why the command stopped, and gives the exit code.
    static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // Help that was asked for arrives as an error of the parser's own.
        if error is ValidationError || Leadline.exitCode(for: error) == .success { return reportUsage(error) }
        let failure = CommandFailure(error)
        Terminal.say("error: \(failure)")
        return failure.outcome.rawValue
    }

    /// The same for what the argument parser says. Help goes to stdout, as it is what was asked for.
    static func reportUsage(_ error: any Error) -> Int32 {
        let message = Leadline.fullMessage(for: error)
        if Leadline.exitCode(for: error) == .success {
            Terminal.line(message)
            return Outcome.ok.rawValue
        }
        if let unknown = UnknownCommand(CommandLine.arguments.dropFirst()) {
            Terminal.say("error: \(unknown.sentence)")
        } else {
            Terminal.say(message.replacing("Error: ", with: "error: ", maxReplacements: 1))
        }
        return Outcome.input.rawValue
    }
}
