import Audit
import Engine
import Evaluation
import GRDB
import Journal
import LeadlineSchemas

/// One walk over a program's journal from its first entry on: folded, never decided again, with what the model said at
/// each award. The chain is checked on the way: what was tampered with is not folded.
struct JournalWalk {
    private(set) var stream: ProgramStream
    private(set) var evaluation = JournalEvaluation()

    /// Walks to the entry at `last`, or to the newest.
    static func run(_ data: DataFolderOptions, through last: UInt64? = nil) throws -> JournalWalk {
        let folder = try data.folder()
        return try run(folder, program: data.program(in: folder), through: last)
    }

    /// The same of a program in a folder that is open already.
    static func run(_ folder: DataFolder, program: String, through last: UInt64? = nil) throws -> JournalWalk {
        var walk = JournalWalk(stream: ProgramStream(program: program))
        if let last { try checkExists(last, walk.stream.program, folder) }
        try EntryScan.run(folder, program: walk.stream.program) { entry, position in
            if let last, position > last { return }
            try walk.take(entry, at: position)
        }
        return walk
    }

    private static func checkExists(_ position: UInt64, _ program: String, _ folder: DataFolder) throws {
        guard let head = try folder.openJournalReadOnly().read({ try JournalReader().head(of: program, in: $0) }) else {
            throw CommandFailure(unknownProgram: program, folder)
        }
        try CommandFailure.check(position: position, in: head)
    }

    private mutating func take(_ entry: EntryRecord, at position: UInt64) throws {
        try stream.fold(entry, at: position)
        evaluation.take(entry.events, folded: stream.state, at: entry.stamp)
    }
}

extension CommandFailure {
    /// The data folder has no entry of the program.
    init(unknownProgram program: String, _ folder: DataFolder) {
        self.init(
            .input, "the program \(program) is not in this data folder", at: folder.path,
            remedy: "Name another with --program, or send ProgramRegistered on leadline.controls")
    }

    /// - Throws: if the stream has no entry at the position.
    static func check(position: UInt64, in head: StreamHead) throws {
        if position < head.size { return }
        let newest = head.size == 0 ? "the program has no entries" : "the program's newest entry is at position \(head.size - 1)"
        throw CommandFailure(.input, newest, at: "--at \(position)", remedy: "Name that position or an earlier one")
    }
}
