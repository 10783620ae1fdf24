import ArgumentParser
import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

/// The program's leads.
struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "List leads and show one.", discussion: Outcome.note,
        subcommands: [LeadsList.self, LeadsShow.self])
}

/// Lists leads, the latest first.
struct LeadsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List leads, the latest submitted first.",
        discussion: """
            Statuses: received, assigned, responded, escalated, merged, and for closed leads won, lost, withdrawn, human, \
            objected, erased. With --json one object a line: program, lead, status, partner, attempt, valueMinorUnits, currency, \
            country, vertical, submitted, changed, respondBy; what is not known is left out.

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
            throw ValidationError("--status must be one of \(LeadsText.statuses.joined(separator: ", ")), not '\(Escaping.harmless(status))'")
        }
    }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        let projection = try LeadsView.open(folder)
        var query = LeadsProjection.Query(program: program)
        query.status = status
        query.partnerID = partner
        query.limit = limit
        if let after {
            guard let last = try projection.lead(after, program: program) else {
                throw CommandFailure(
                    .input, "no lead \(Terminal.harmless(after)) in the program \(program)",
                    remedy: "--after takes a lead that the list showed")
            }
            query.after = .init(submittedAt: last.submittedAt, leadID: last.leadID)
        }
        let rows = try projection.list(query)
        if json {
            for row in rows { Terminal.line(try JSONText.line(LeadDocument(row))) }
            return
        }
        let counts = try projection.counts(program: program)
        rows.isEmpty ? tellEmpty(counts, program) : show(rows, counts)
    }

    private func show(_ rows: [LeadRow], _ counts: [(status: String, count: Int)]) {
        Terminal.write(LeadsText.table(rows, Terminal.style))
        Terminal.line("\n" + LeadsText.counts(counts))
    }

    private func tellEmpty(_ counts: [(status: String, count: Int)], _ program: String) {
        if counts.isEmpty {
            Terminal.line("No leads in \(program) yet. Send some: 'leadline produce leads --type leadline.v1.LeadSubmitted FILE', then 'leadline run --once'")
        } else {
            Terminal.line("No lead matches. There are: " + LeadsText.counts(counts))
        }
    }
}

/// The projection, caught up.
private enum LeadsView {
    static func open(_ folder: DataFolder) throws -> LeadsProjection {
        let projection = try LeadsProjection(folder)
        var progress = ProgressBar("reading the journal", unit: "entries")
        try projection.catchUp { done, total in progress.update(done, of: total) }
        progress.finish()
        return projection
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

    @Flag(help: "Open names, addresses and free text with the vault.")
    var unseal = false

    @Flag(help: "Print the lead and its timeline as JSON.")
    var json = false

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        guard let row = try LeadsView.open(folder).lead(lead, program: program) else {
            throw CommandFailure(
                .input, "no lead \(Terminal.harmless(lead)) in the program \(program)",
                remedy: "'leadline leads list' shows what is there; it may also wait for 'leadline run', or be in the dead letters")
        }
        let entries = try LeadEntries.read(folder, program, row.positions)
        let fields = unseal ? try openedVault(folder, program, entries) : nil
        let currency = try LeadEntries.currency(folder, program)
        if json {
            try printJSON(row, entries, fields, currency)
        } else {
            Terminal.line(LeadsText.head(row, Terminal.style))
            for entry in entries { try show(entry, program, fields, currency) }
        }
    }

    /// Notes the read first, and gives nobody back whom an old vault still knows.
    private func openedVault(_ folder: DataFolder, _ program: String, _ entries: [EntryRecord]) throws -> SealedFields {
        let keyring = try folder.openVault()
        try PersonFinder.honourErasures(folder, keyring)
        let subjects = Set(entries.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description }).sorted()
        try AccessLog.note(folder, command: "leads show", program: program, subjects: subjects, reason: "")
        return SealedFields(vault: keyring.vault)
    }

    private static let facts = FactWords { TimeText.local($0) }
    private static func events(_ currency: String) -> EventWords { EventWords(currency: currency) { TimeText.local($0) } }

    private func show(_ entry: EntryRecord, _ program: String, _ fields: SealedFields?, _ currency: String) throws {
        let place = Terminal.styled("\(TimeText.local(entry.stamp))  #\(entry.position)", .dim)
        Terminal.line("\(place)  \(Terminal.harmless(Self.facts.sentence(entry.input.fact, imported: entry.input.imported)))")
        let words = Self.events(currency)
        for event in entry.events { Terminal.line("    \(Terminal.harmless(words.sentence(event)))") }
        guard let fields else { return }
        switch try fields.open(entry, program: program) {
        case .nothing: break
        case .erased: Terminal.line("    sealed: the person was erased")
        case .opened(let bytes, let kind):
            for leaf in try SchemaJSON.leaves(bytes, as: kind) { Terminal.line("    \(leaf.path): \(Terminal.harmless(leaf.value))") }
        }
    }

    private func printJSON(_ row: LeadRow, _ entries: [EntryRecord], _ fields: SealedFields?, _ currency: String) throws {
        let steps = try entries.map { entry in
            var step = LeadStepDocument(
                position: entry.position, at: TimeText.utc(entry.stamp),
                input: Self.facts.sentence(entry.input.fact, imported: entry.input.imported),
                events: entry.events.map(Self.events(currency).sentence))
            switch try fields?.open(entry, program: row.program) {
            case .opened(let bytes, let kind):
                step.sealed = Dictionary(try SchemaJSON.leaves(bytes, as: kind).map { ($0.path, $0.value) }) { first, _ in first }
            case .erased: step.erased = true
            case .nothing, nil: break
            }
            return step
        }
        Terminal.line(JSONText.object([("lead", try JSONText.line(LeadDocument(row))), ("timeline", try JSONText.line(steps))]))
    }
}

/// Entries of the journal by their positions.
enum LeadEntries {
    static func read(_ folder: DataFolder, _ program: String, _ positions: [UInt64]) throws -> [EntryRecord] {
        try folder.openJournalReadOnly().read { db in
            try positions.compactMap { position in
                try JournalReader().entry(program: program, position: position, in: db).map { try EntryCodec.decode($0) }
            }
        }
    }

    /// The program's currency, which its first entry states.
    static func currency(_ folder: DataFolder, _ program: String) throws -> String {
        try folder.openJournalReadOnly().read { try ProgramStream.currency(of: program, $0) }
    }
}
