import ArgumentParser
import Reports
import UseCases

/// The master key: replaced, and the old one retired. Whoever looks here for API keys finds them too.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Replace the master key, which wraps the key of every person; make API keys.",
        discussion: """
            'leadline keys rotate' puts a new master key into the key file, and keeps the old one beside it for what is \
            still wrapped under it. People's keys are then wrapped under the new one; 'leadline keys status' says how \
            far that is; 'leadline keys retire' takes the old key out of the file once nothing needs it.

            What people and events are found by hangs on a key that stays, wrapped in the same file: everybody is \
            found, duplicates are refused and owners match as before. The key that signs checkpoints is another; see \
            'leadline audit rotate-key'. API keys, by which others ask over HTTP, are at home in 'leadline access'; \
            create, list, revoke and budgets do the same here.

            \(MasterKeyText.limits) \(Outcome.note)
            """,
        subcommands: [
            Rotate.self, Status.self, Retire.self, AccessCommand.Create.self, AccessCommand.List.self,
            AccessCommand.Revoke.self, AccessCommand.SetBudgets.self,
        ])

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Put a new master key into the key file.",
            discussion: """
                Without a running processor everybody's key is wrapped again at once; a running one does so when it \
                starts next, while it decides. On Kafka copy the key file to every machine, then restart the instances \
                one after another; each wraps the keys of its partitions again and publishes them. \(Outcome.note)
                """)

        /// Taken so that whoever means an API key is told, and the master key stays.
        @Argument(help: .hidden)
        var id: String?

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func validate() throws {
            if id != nil {
                throw ValidationError(
                    "this replaces the master key; 'leadline access rotate ID' replaces an API key")
            }
        }

        func run() async throws {
            let standing = try data.deployment(kafka).rotateMasterKey()
            Terminal.lines(MasterKeyText.rotated(standing))
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say whether anything still needs an old master key.",
            discussion: """
                With --json, one object: path, retiring (old keys in the file), waiting (vaults with keys under an old \
                one), onTopic (such keys on leadline.keys; null without --kafka), settled. \(Outcome.note)
                """)

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let standing = try data.deployment(kafka).masterKeyStanding()
            if json {
                Terminal.line(try JSONText.line(standing))
            } else {
                Terminal.lines(MasterKeyText.lines(standing))
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire", abstract: "Take the old master keys out of the key file.",
            discussion: "Refuses while anything is wrapped under them. \(MasterKeyText.limits) \(Outcome.note)")

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            Terminal.lines(MasterKeyText.retired(try data.deployment(kafka).retireMasterKeys()))
        }
    }
}
