import ArgumentParser
import Engine
import Gateway
import LeadlineCore
import Reports
import UseCases

/// Agents under the program's keys, and the switch that stops one.
struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "Agents under the program's keys, a switch that stops one, and example agents to try.",
        discussion: """
            An agent is a principal: whoever asks under one key, and under those that take its place. Budgets are a \
            key's: leads, value and answers to offers a day of UTC; see 'leadline access budgets'.

            'leadline agents stop' ends an agent at once, in every face and at every gateway: its keys and sessions \
            end, tokens of an issuer let it in no more, and the open offers of the partner that it speaks for count as \
            declined, for the reason that it was stopped. What its partner agreed to before stands; 'leadline agents \
            show' lists it. A stop is for good; a partner goes on under a new key.

            'leadline agents simulate' and 'leadline agents worth' need no folder: they try example agents of partners, \
            good and bad, against the real engine.

            \(Outcome.note)
            """,
        subcommands: [List.self, Show.self, Stop.self, AgentsSimulate.self, AgentsWorth.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Everyone who asks under the program's keys.", discussion: Outcome.note)

        @Flag(help: "Print one line of JSON an agent: agent, partner, keys, budgets, usedToday, renews, stopped.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let now = Machine.real.clock.now()
            let agents = try await data.withAccess(kafka) { try $0.agents(program: $1, at: now) }
            if json {
                for agent in agents { Terminal.line(try JSONText.line(AgentDocument(agent, at: now))) }
            } else {
                Terminal.write(AgentLines.table(agents, now: now, Terminal.style))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "One agent, with what its partner agreed to and stands.",
            discussion: Outcome.note)

        @Argument(help: ArgumentHelp("The agent's principal, or the id of a key of its.", valueName: "agent"))
        var agent: String

        @Flag(help: "Print one line of JSON, with openOffers and agreed besides.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func run() async throws {
            let now = Machine.real.clock.now()
            let standing = try await data.withAccess(kafka) { try $0.knownAgent(agent, program: $1, at: now) }
            try AgentLines.show(standing, try data.deployment(kafka), at: now, isJSON: json)
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stop", abstract: "Stop an agent at once and for good.", discussion: Outcome.note)

        @Argument(help: ArgumentHelp("The agent's principal, or the id of a key of its.", valueName: "agent"))
        var agent: String

        @Option(help: ArgumentHelp("Why; kept in clear, so it holds no address.", valueName: "text"))
        var reason: String

        @Option(help: ArgumentHelp("Who says so, without an address; kept there too.", valueName: "text"))
        var by = "command line"

        @Option(
            help: ArgumentHelp(
                "Whose open offers count as declined, where nothing here says it: of a principal of an issuer that has not asked for a month.",
                valueName: "id"))
        var partner: String?

        @Flag(help: "Print one line of JSON, as 'show' does.")
        var json = false

        @OptionGroup var data: DataFolderOptions
        @OptionGroup var kafka: KafkaOptions

        func validate() throws {
            if by.isEmpty || by.utf8.count > 128 || !Asker.isNameless(by) {
                throw ValidationError("--by must have 1 to 128 bytes and no address")
            }
        }

        func run() async throws {
            let now = Machine.real.clock.now()
            let standing = try await data.withAccess(kafka) { access, program in
                let known = try access.knownAgent(agent, program: program, at: now)
                _ = try await access.stop(known.agent, program: program, reason: reason, by: by)
                return try access.knownAgent(known.agent, program: program, at: now)
            }
            // The agent is stopped by now, whatever becomes of its offers.
            let deployment = try data.deployment(kafka, reason: reason)
            for partner in partner.map({ [$0] }) ?? standing.partners {
                try await deployment.declineOpenOffers(of: partner, by: by)
            }
            try AgentLines.show(standing, deployment, at: now, isJSON: json)
        }
    }
}

extension AccessDirectory {
    /// An agent that must be there.
    fileprivate func knownAgent(_ name: String, program: String, at now: Timestamp) throws(Problem) -> AgentStanding {
        guard let known = try agent(name, program: program, at: now) else {
            throw Problem(
                .notFound, "no agent and no key has this id", remedy: "'leadline agents list' shows those there are")
        }
        return known
    }
}
