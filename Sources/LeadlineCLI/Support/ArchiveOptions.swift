import ArgumentParser
import UseCases

/// Reading from an archive instead of from a data folder.
struct ArchiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read this archive of 'leadline export', a folder or a .tar file, instead of a data folder; may be repeated for one that goes on where another ends.",
            valueName: "path"))
    var archive: [String] = []

    /// Asks the data folder, or one made of the archives, which is removed afterwards.
    func asking<Result>(_ data: DataFolderOptions, _ body: (Deployment) async throws -> Result) async throws -> Result {
        if archive.isEmpty { return try await body(try data.deployment()) }
        return try await Deployment.unpacking(
            archive, program: data.givenProgram, asker: .atTerminal(), progress: TerminalProgress().show, body)
    }
}
