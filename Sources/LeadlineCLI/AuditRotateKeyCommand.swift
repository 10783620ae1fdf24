import ArgumentParser
import Engine
import Foundation
import Journal
import LeadlineCore

struct AuditRotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Replace the key that signs checkpoints, by a statement of the old one.",
        discussion: """
            The old key signs a statement that names the new one, and is then overwritten. Whoever pinned any earlier key \
            follows the statements from there, so nobody has to be told. Prints the statement; give it to those who check \
            files offline. With several machines, copy the key file to each.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let folder = try data.folder()
        _ = try CheckpointSigner(folder)
        let key = try LogKeyFile.rotate(at: folder.logKeyPath, time: UInt64(max(0, SystemClock().now().micros / 1_000_000)))
        // Opening the signer again keeps the statement in the data folder as well.
        let verifier = try CheckpointSigner(folder).verifierKey(data.program(in: folder))
        if let statement = key.rotations.last { Terminal.write(statement.description) }
        Terminal.say("new verifier key: \(verifier)")
        Terminal.say("The key file \(folder.logKeyPath) has changed: back it up.")
    }
}
