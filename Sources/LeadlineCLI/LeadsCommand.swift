import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault
import UseCases

/// The program's leads.
struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "List leads, show one, and undo or make links of one.",
        discussion: Outcome.note, subcommands: [LeadsList.self, LeadsShow.self, LeadsUnlink.self, LeadsLink.self])
}

/// Lists leads, the latest first.
struct LeadsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List leads, the latest submitted first.",
        discussion: """
            Statuses: received, assigned, responded, escalated, merged, and for closed leads won, lost, withdrawn, \
            human, objected, erased. With --json one object a line: program, lead, status, partner, attempt, \
            valueMinorUnits, currency, country, vertical, submitted, changed, respondBy; what is not known is left out.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Option(help: ArgumentHelp("Only leads of this status.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("Only leads that this partner holds.", valueName: "id"))
    var partner: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 50

    @Option(help: ArgumentHelp("Go on after this lead, the last one of the page before.", valueName: "lead"))
    var after: String?

    @Flag(help: "Print one lead a line as JSON.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1") }
        if let status, !LeadsText.statuses.contains(status) {
            throw ValidationError(
                "--status must be one of \(LeadsText.statuses.joined(separator: ", ")), not '\(Escaping.harmless(status))'"
            )
        }
    }

    func run() async throws {
        let deployment = try data.deployment()
        let page = try deployment.leads(status: status, partnerID: partner, after: after, limit: limit)
        if json {
            for row in page.rows { Terminal.line(try JSONText.line(LeadDocument(row))) }
        } else if page.rows.isEmpty {
            tellEmpty(try deployment.leadCounts(), deployment.program)
        } else {
            Terminal.write(LeadsText.table(page.rows, Terminal.style))
            let counts = try deployment.leadCounts()
            Terminal.line("\n" + LeadsText.counts(counts))
        }
    }

    private func tellEmpty(_ counts: [(status: String, count: Int)], _ program: String) {
        if counts.isEmpty {
            Terminal.line(
                "No leads in \(program) yet. Send some: 'leadline produce leads --type leadline.v1.LeadSubmitted FILE', then 'leadline run --once'"
            )
        } else {
            Terminal.line("No lead matches. There are: " + LeadsText.counts(counts))
        }
    }
}

/// Shows one lead with all that happened to it.
struct LeadsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a lead and its timeline.",
        discussion: """
            Personal data is shown only with --unseal, which needs the master key. 'leadline explain LEAD' says why it \
            went where it went.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Argument(help: ArgumentHelp("The lead.", valueName: "lead"))
    var lead: String

    @Flag(help: "Open names, addresses and free text with the vault. The read is noted in the access log.")
    var unseal = false

    @Option(help: ArgumentHelp("Why it is opened, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print the lead and its timeline as JSON.")
    var json = false

    func validate() throws { try UnsealOption.check(unseal, reason) }

    func run() async throws {
        let history = try data.deployment(reason: reason).lead(lead, unseals: unseal)
        if json { return try printJSON(history) }
        Terminal.line(LeadsText.head(history.row, Terminal.style))
        for step in history.steps { show(step.entry, step.opened, history.currency) }
    }

    private static let facts = FactWords { TimeText.local($0) }
    private static func events(_ currency: String) -> EventWords {
        EventWords(currency: currency) { TimeText.local($0) }
    }

    private func show(_ entry: EntryRecord, _ opened: OpenedFields, _ currency: String) {
        let place = Terminal.styled("\(TimeText.local(entry.stamp))  #\(entry.position)", .dim)
        Terminal.line(
            "\(place)  \(Terminal.harmless(Self.facts.sentence(entry.input.fact, imported: entry.input.imported)))")
        let words = Self.events(currency)
        for event in entry.events { Terminal.line("    \(Terminal.harmless(words.sentence(event)))") }
        switch opened {
        case .none: break
        case .erased: Terminal.line("    sealed: the person was erased")
        case .fields(let leaves):
            for leaf in leaves { Terminal.line("    \(leaf.path): \(Terminal.harmless(leaf.value))") }
        }
    }

    private func printJSON(_ history: LeadHistory) throws {
        let words = Self.events(history.currency)
        let steps = history.steps.map { entry, opened in
            var step = LeadStepDocument(
                position: entry.position, at: TimeText.utc(entry.stamp),
                input: Self.facts.sentence(entry.input.fact, imported: entry.input.imported),
                events: entry.events.map(words.sentence))
            switch opened {
            case .fields(let leaves): step.sealed = Dictionary(leaves.map { ($0.path, $0.value) }) { first, _ in first }
            case .erased: step.erased = true
            case .none: break
            }
            return step
        }
        Terminal.line(
            JSONText.object([
                ("lead", try JSONText.line(LeadDocument(history.row))), ("timeline", try JSONText.line(steps)),
            ]))
    }
}
