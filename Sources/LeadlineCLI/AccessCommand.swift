import ArgumentParser
import Engine
import Gateway
import LeadlineCore
import Reports
import UseCases

/// Who may ask the gateway for what.
struct AccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Make, list, replace and end the API keys of the gateway.",
        discussion: """
            A key is 'll_', its id and a secret, and is shown once, when it is made; the data folder keeps a keyed \
            digest of it. A change holds at once, for a running 'leadline serve' too: streams, waits and sessions \
            under an ended key end within a second. With --kafka the keys are those that all gateways of the cluster \
            share. 'leadline keys' is about another thing, the master key; create, list, revoke and budgets are there too. \
            \(Outcome.note)
            """,
        subcommands: [Create.self, List.self, Revoke.self, Rotate.self, SetBudgets.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an API key.",
            discussion: """
                Roles: \(Role.allCases.map(\.rawValue).joined(separator: ", ")). Without --scope the key may do \
                all that its role may. \(Outcome.note)
                """)

        @Option(help: ArgumentHelp("Who it is for.", valueName: "role"))
        var role: Role

        @Option(name: .customLong("scope"), help: ArgumentHelp("Only this; may be repeated.", valueName: "scope"))
        var scopes: [Scope] = []

        @Option(
            help: ArgumentHelp("The partner it speaks for, with the roles partner and partner-lead.", valueName: "id"))
        var partner: String?

        @Option(
            name: .customLong("source"),
            help: ArgumentHelp("A CloudEvents source it may send from; may be repeated.", valueName: "uri"))
        var sources: [String] = []

        @Option(help: ArgumentHelp("What it is for; names a system and nobody.", valueName: "text"))
        var label = ""

        @Option(help: ArgumentHelp("How long it holds.", valueName: "count"))
        var days = 365

        @Flag(help: "Print the key and what it is as JSON.")
        var json = false

        @OptionGroup var budget: BudgetOptions
        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let made = try await data.withAccess(kafka) { access, program in
                try await access.create(
                    GrantRequest(
                        program: program, role: role, scopes: scopes.isEmpty ? nil : Set(scopes), partner: partner,
                        sources: sources, label: label, days: days, budgets: budget.budgets))
            }
            try AccessLines.show(made, isJSON: json)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the program's API keys, without their secrets.",
            discussion: """
                With --json one object a line: id, principal, role, partner, scopes, sources, label, created, expires, \
                revoked, budgets. \(Outcome.note)
                """)

        @Flag(help: "Print one key a line as JSON.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let grants = try await data.withAccess(kafka) { try $0.list(program: $1) }
            if json {
                for grant in grants { Terminal.line(try JSONText.line(GrantDocument(grant))) }
            } else {
                Terminal.write(AccessLines.table(grants, now: Machine.real.clock.now(), Terminal.style))
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "End an API key, at once and for good.", discussion: Outcome.note)

        @Argument(help: ArgumentHelp("The key's id, which stands between 'll_' and the secret.", valueName: "id"))
        var id: String

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let grant = try await data.withAccess(kafka) { try await $0.revoke(id, program: $1) }
            Terminal.line("Ended: \(grant.id) (\(grant.role.rawValue)).")
        }
    }

    struct SetBudgets: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "budgets",
            abstract: "Set how much an API key lets through a day; what is not given is not bounded.",
            discussion: """
                Past a budget the gateway refuses with the budget's name and when it is there anew, at midnight UTC. \
                They count by who asks, so a key that takes another's place goes on where that one was. \(Outcome.note)
                """)

        @Argument(help: ArgumentHelp("The key's id, which stands between 'll_' and the secret.", valueName: "id"))
        var id: String

        @Flag(help: "Print the key, without its secret, as JSON.")
        var json = false

        @OptionGroup var budget: BudgetOptions
        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let grant = try await data.withAccess(kafka) {
                try await $0.setBudgets(budget.budgets, of: id, program: $1)
            }
            if json { return Terminal.line(try JSONText.line(GrantDocument(grant))) }
            Terminal.line("Set: \(grant.id) (\(grant.role.rawValue)).")
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Put a new key in the place of one, with the same rights.",
            discussion: """
                The one who asks stays the same to Leadline: what was sent under the old key and is sent again under \
                the new one counts once. \(Outcome.note)
                """)

        @Argument(help: ArgumentHelp("The old key's id.", valueName: "id"))
        var id: String

        @Option(help: ArgumentHelp("How long the new one holds.", valueName: "count"))
        var days = 365

        @Option(help: ArgumentHelp("How long the old one still holds beside it.", valueName: "hours"))
        var overlapHours = 0

        @Flag(help: "Print the key and what it is as JSON.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func validate() throws {
            if !(0...720).contains(overlapHours) { throw ValidationError("--overlap-hours must be from 0 to 720") }
        }

        func run() async throws {
            let made = try await data.withAccess(kafka) {
                try await $0.rotate(id, program: $1, days: days, overlapHours: overlapHours)
            }
            try AccessLines.show(made, isJSON: json)
        }
    }
}

extension Role: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
