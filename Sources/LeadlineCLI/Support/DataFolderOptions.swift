import ArgumentParser
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore

/// Which data folder and which program a command means.
struct DataFolderOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("Data folder.", discussion: "Default: $LEADLINE_DATA, else ./leadline-data.", valueName: "dir"))
    var givenPath: String?

    @Option(name: .customLong("program"), help: ArgumentHelp("Program. Default: the one the data folder was made for.", valueName: "id"))
    var givenProgram: String?

    @Option(
        help: ArgumentHelp(
            "The archive that 'leadline archive' moved the folder's oldest entries to; may be repeated.", valueName: "path"))
    var withArchive: [String] = []

    /// The folder's path.
    var path: String { givenPath ?? Self.defaultPath }

    /// The folder that is meant where none is named.
    static var defaultPath: String {
        if let path = ProcessInfo.processInfo.environment["LEADLINE_DATA"], !path.isEmpty { return path }
        return "leadline-data"
    }

    /// Opens the folder, or the shard in it that holds the program; the error says how to make one.
    func folder() throws -> DataFolder {
        let folder = try DataFolder(path: path)
        return try reading(folder.holding(program(in: folder)))
    }

    /// The folder with the archived entries that `--with-archive` names.
    func reading(_ folder: DataFolder) throws -> DataFolder {
        withArchive.isEmpty ? folder : folder.reading(try ArchivesAtHand.open(withArchive, for: folder))
    }

    /// The program that the command means.
    func program(in folder: DataFolder) -> String { givenProgram ?? folder.settings.program }

    /// The program's state after its last entry, recovered from the newest snapshot and the entries after it.
    /// A program without entries has the empty state.
    func state(in folder: DataFolder) throws -> State {
        let program = program(in: folder)
        let journal = try folder.openJournalReadOnly()
        let derived = try folder.openDerived()
        return try journal.read { db in
            guard let head = try JournalReader().head(of: program, in: db) else { return State() }
            return try derived.read { try ProgramStream.recover(program, through: head.size, journal: db, snapshots: $0).state }
        }
    }
}

extension DataFolderOptions {
    /// The same for a program that must exist.
    func registeredState(in folder: DataFolder) throws -> State {
        let state = try state(in: folder)
        if !state.isRegistered { throw CommandFailure(unknownProgram: program(in: folder), folder) }
        return state
    }
}
