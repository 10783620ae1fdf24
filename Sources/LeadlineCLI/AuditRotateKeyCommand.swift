import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import UseCases

struct AuditRotateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key", abstract: "Replace the key that signs checkpoints, by a statement of the old one.",
        discussion: """
            The old key signs a statement that names the new one, and is then overwritten. Whoever pinned any earlier \
            key follows the statements from there, so nobody has to be told. Prints the statement; give it to those \
            who check files offline. With several machines, copy the key file to each.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let key = try data.deployment().rotateLogKey()
        if let rotation = key.rotation { Terminal.write(rotation) }
        Terminal.say("new verifier key: \(key.verifierKey)")
        Terminal.say("The key file \(key.path) has changed: back it up.")
    }
}
