import ArgumentParser
import Audit
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Vault

/// The program's leads.
struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "List leads and show one.", discussion: Outcome.note,
        subcommands: [LeadsList.self, LeadsShow.self])
}

/// A lead as JSON. Documented in the command's help; fields are added, never changed.
private struct LeadJSON: Encodable {
    var program: String
    var lead: String
    var status: String
    var partner: String?
    var attempt: Int
    var valueMinorUnits: Int64?
    var currency: String?
    var country: String?
    var vertical: String?
    var submitted: String
    var changed: String
    var respondBy: String?

    init(_ row: LeadRow) {
        program = row.program
        lead = row.leadID
        status = row.status
        partner = row.partnerID.isEmpty ? nil : row.partnerID
        attempt = row.attempt
        valueMinorUnits = row.currency.isEmpty ? nil : row.valueMinorUnits
        currency = row.currency.isEmpty ? nil : row.currency
        country = row.country.isEmpty ? nil : row.country
        vertical = row.vertical.isEmpty ? nil : row.vertical
        submitted = TimeText.utc(row.submittedAt)
        changed = TimeText.utc(row.changedAt)
        respondBy = row.respondBy.map(TimeText.utc)
    }
}

/// Lists leads, the latest first.
struct LeadsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List leads, the latest submitted first.",
        discussion: """
            Statuses: assigned, responded, escalated, merged, and for closed leads won, lost, withdrawn, human, objected, \
            erased. With --json one object a line: program, lead, status, partner, attempt, valueMinorUnits, currency, \
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
            for row in rows { Terminal.line(try JSONText.line(LeadJSON(row))) }
            return
        }
        let counts = try projection.counts(program: program)
        rows.isEmpty ? tellEmpty(counts, program) : show(rows, counts)
    }

    private func show(_ rows: [LeadRow], _ counts: [(status: String, count: Int)]) {
        var table = TextTable([
            ("LEAD", .left), ("STATUS", .left), ("PARTNER", .left), ("TRY", .right), ("VALUE", .right), ("COUNTRY", .left),
            ("SUBMITTED", .left), ("RESPOND BY", .left),
        ])
        for row in rows {
            table.add([
                row.leadID, row.status, row.partnerID.isEmpty ? "-" : row.partnerID, row.attempt == 0 ? "-" : "\(row.attempt)",
                row.currency.isEmpty ? "-" : MoneyText.of(row.valueMinorUnits, row.currency, short: true),
                row.country.isEmpty ? "-" : row.country, TimeText.local(row.submittedAt), row.respondBy.map { TimeText.local($0) } ?? "-",
            ])
        }
        Terminal.write(table.text())
        Terminal.line("\n" + counts.map { "\(CountText.grouped(Int64($0.count))) \($0.status)" }.joined(separator: ", "))
    }

    private func tellEmpty(_ counts: [(status: String, count: Int)], _ program: String) {
        if counts.isEmpty {
            Terminal.line("No leads in \(program) yet. Send some: 'leadline produce leads --type leadline.v1.LeadSubmitted FILE', then 'leadline run --once'")
        } else {
            Terminal.line("No lead matches. There are: " + counts.map { "\($0.count) \($0.status)" }.joined(separator: ", "))
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

    private struct Step: Encodable {
        var position: UInt64
        var at: String
        var input: String
        var events: [String]
        var sealed: [String: String]?
        var erased: Bool?
    }

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
            show(row)
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

    private func show(_ row: LeadRow) {
        Terminal.line(Terminal.styled("Lead \(row.leadID)", .bold) + ", \(row.status)\(row.partnerID.isEmpty ? "" : " at \(row.partnerID)")")
        var facts: [String] = []
        if !row.currency.isEmpty { facts.append(MoneyText.of(row.valueMinorUnits, row.currency, short: true)) }
        facts += [row.country, row.vertical].filter { !$0.isEmpty }
        if row.attempt > 0 { facts.append("attempt \(row.attempt)") }
        if let respondBy = row.respondBy { facts.append("respond by \(TimeText.local(respondBy))") }
        if !facts.isEmpty { Terminal.line(facts.joined(separator: ", ")) }
        Terminal.line()
    }

    private func show(_ entry: EntryRecord, _ program: String, _ fields: SealedFields?, _ currency: String) throws {
        let place = Terminal.styled("\(TimeText.local(entry.stamp))  #\(entry.position)", .dim)
        Terminal.line("\(place)  \(Terminal.harmless(TimelineText.of(entry.input.fact, imported: entry.input.imported)))")
        for event in entry.events { Terminal.line("    \(Terminal.harmless(TimelineText.of(event, currency: currency)))") }
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
            var step = Step(
                position: entry.position, at: TimeText.utc(entry.stamp),
                input: TimelineText.of(entry.input.fact, imported: entry.input.imported),
                events: entry.events.map { TimelineText.of($0, currency: currency) })
            switch try fields?.open(entry, program: row.program) {
            case .opened(let bytes, let kind):
                step.sealed = Dictionary(try SchemaJSON.leaves(bytes, as: kind).map { ($0.path, $0.value) }) { first, _ in first }
            case .erased: step.erased = true
            case .nothing, nil: break
            }
            return step
        }
        Terminal.line(JSONText.object([("lead", try JSONText.line(LeadJSON(row))), ("timeline", try JSONText.line(steps))]))
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
