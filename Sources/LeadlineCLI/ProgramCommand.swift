import ArgumentParser
import Engine
import LeadlineSchemas
import Reports
import UseCases

/// What the program tells the people whose data it processes.
struct ProgramCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "program",
        abstract: "Apply and show what the program tells the people whose data it processes.", discussion: Outcome.note,
        subcommands: [ProgramApply.self, ProgramShow.self])
}

/// Sets the program's profile.
struct ProgramApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Set the program's profile from a YAML file.",
        discussion: """
            The profile says who answers for the processing and how to reach the data protection officer, what the \
            data is processed for and on what ground, why decisions may be left to a program and what that rests on, \
            who else gets the data, transfers with their safeguards, what each CloudEvents source is, and with which \
            authority a complaint can be lodged. A person's edition of the dossier is written from it, and says of \
            what it leaves out that it is not stated. Storage periods stand in the policy.

            Texts are given in as many of en, de, fr, it and es as there are. All that is written is sealed under a \
            key of the program; closed choices stand in clear. The file replaces the profile before as a whole. \
            Comparing opens that one, which is noted in the access log with --reason.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Why it is changed, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Check and show the difference; publish nothing.")
    var dryRun = false

    @Flag(help: "Print the difference as JSON.")
    var json = false

    func run() async throws {
        let deployment = try data.deployment(kafka, reason: reason)
        let profile = try read()
        let change = try deployment.compare(profile)
        try change.show("profile", version: profile.version, isJSON: json, isDry: dryRun)
        if change.isUnchanged || dryRun { return }
        Terminal.say(try await deployment.publish(profile).sentence)
    }

    private func read() throws -> ProposedProgramProfile {
        let yaml = try YAMLFile(file)
        let message = try yaml.message(WireProgramProfileSet.self, at: yaml.root, path: "")
        do { return try ProposedProgramProfile(message) } catch let rejection as Rejection {
            throw yaml.failure(rejection, in: yaml.root, path: "")
        }
    }
}

/// Shows the program's profile.
struct ProgramShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the program's profile, as YAML that can be applied again.",
        discussion: """
            The profile is opened with the master key, and the read is noted in the access log with --reason.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Option(help: ArgumentHelp("An older version, or its beginning. Default: the one in force.", valueName: "version"))
    var version: String?

    @Option(help: ArgumentHelp("Why it is looked at, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print version, position and profile as JSON.")
    var json = false

    func run() async throws {
        let profile = try data.deployment(reason: reason).programProfile(version: version)
        if json {
            Terminal.line(
                JSONText.object([
                    ("version", JSONText.quoted(profile.version)), ("position", String(profile.position)),
                    ("from", JSONText.quoted(TimeText.utc(profile.from))), ("profile", try profile.json()),
                ]))
        } else {
            Terminal.line(
                "# Version \(profile.version), position \(profile.position), from \(TimeText.utc(profile.from))")
            Terminal.write(try YAMLTree.yaml(json: try profile.json()))
        }
    }
}
