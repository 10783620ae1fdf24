import Audit
public import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

/// One page of the list of leads.
public struct LeadsPage: Sendable {
    public let rows: [LeadRow]
}

/// What an entry holds of a lead's person.
public enum OpenedFields: Sendable {
    /// Nothing was sealed, or nobody asked.
    case none
    /// Names and values.
    case fields([(path: String, value: String)])
    /// The person was erased: it stays sealed for ever.
    case erased
}

/// A lead with all that happened to it.
public struct LeadHistory: Sendable {
    public let row: LeadRow
    public let steps: [(entry: EntryRecord, opened: OpenedFields)]
    /// The program's currency.
    public let currency: String
}

extension Deployment {
    /// Leads, the latest submitted first.
    /// - Parameter lead: the last one of the page before; nil begins with the first page.
    public func leads(status: String?, partnerID: String?, after lead: String?, limit: Int) throws(Problem) -> LeadsPage
    {
        try Problem.told {
            let projection = try leadsProjection()
            var query = LeadsProjection.Query(program: program)
            query.status = status
            query.partnerID = partnerID
            query.limit = limit
            if let lead {
                guard let last = try projection.lead(lead, program: program) else {
                    throw Problem(
                        .notFound, "no lead \(Escaping.harmless(lead)) in the program \(program)",
                        remedy: "--after takes a lead that the list showed")
                }
                query.after = .init(submittedAt: last.submittedAt, leadID: last.leadID)
            }
            return LeadsPage(rows: try projection.list(query))
        }
    }

    /// How many leads of each status the program has.
    public func leadCounts() throws(Problem) -> [(status: String, count: Int)] {
        try Problem.told { try leadsProjection().counts(program: program) }
    }

    /// Leads that came from some sources, the latest submitted first. Where a lead came from its journal alone tells, so
    /// so many leads are looked at and no more.
    /// - Parameters:
    ///   - tokens: the sources as the journal names them.
    ///   - lead: the last one that was looked at before; nil begins with the latest.
    /// - Returns: those found, and the last lead that was looked at; nil once all were.
    public func leads(from tokens: Set<String>, status: String?, after lead: String?, limit: Int, looking max: Int)
        throws(Problem) -> (rows: [LeadRow], last: String?)
    {
        let page = try leads(status: status, partnerID: nil, after: lead, limit: max)
        return try Problem.told {
            let projection = try leadsProjection()
            var found: [LeadRow] = []
            var last: String?
            try journalReader().read { db in
                for listed in page.rows where found.count < limit {
                    last = listed.leadID
                    guard let row = try projection.lead(listed.leadID, program: program) else { continue }
                    let entry = try JournaledLead(row, in: db).entries.first {
                        if case .leadSubmitted(let fact) = $0.input.fact { fact.leadID == row.leadID } else { false }
                    }
                    if let origin = entry?.origin, tokens.contains(origin.source) { found.append(row) }
                }
            }
            let isEnd = page.rows.count < max && last == page.rows.last?.leadID
            return (found, isEnd ? nil : last)
        }
    }

    /// One lead and its timeline.
    /// - Parameter unseals: opens names, addresses and free text; the read is noted first, with who asks and why.
    public func lead(_ lead: String, unseals: Bool) throws(Problem) -> LeadHistory {
        try Problem.told {
            guard let row = try leadsProjection().lead(lead, program: program) else {
                throw Problem(
                    .notFound, "no lead \(Escaping.harmless(lead)) in the program \(program)",
                    remedy:
                        "'leadline leads list' shows what is there; it may also wait for 'leadline run', or be in the dead letters"
                )
            }
            let entries = try journalReader().read { try JournaledLead(row, in: $0).entries }
            let opened = unseals ? try unsealed(entries) : entries.map { _ in .none }
            return LeadHistory(
                row: row, steps: zip(entries, opened).map { (entry: $0, opened: $1) }, currency: try currency())
        }
    }

    /// What was decided when an event about a lead came first; nil where the journal at hand does not hold that.
    public func firstDecisions(ofEvent id: String, aboutLead lead: String) throws(Problem) -> (
        position: UInt64, decisions: [PublishedDecision]
    )? {
        try Problem.told {
            let positions = try leadsProjection().positions(of: lead, program: program)
            return try journalReader().read { db -> (position: UInt64, decisions: [PublishedDecision])? in
                let readable = try JournalReader().firstReadable(of: program, in: db)
                for position in positions where position >= readable {
                    guard let bytes = try JournalReader().entry(program: program, position: position, in: db),
                        try EntryCodec.decode(bytes).origin?.eventID == id
                    else { continue }
                    return (position, try PublishedDecision.all(program: program, entry: bytes))
                }
                return nil
            }
        }
    }

    /// What was decided about a lead from a position on, an entry at a time.
    public func decisions(aboutLead lead: String, from position: UInt64) throws(Problem) -> [(
        position: UInt64, decisions: [PublishedDecision]
    )] {
        try Problem.told {
            let positions = try leadsProjection().positions(of: lead, program: program)
            return try journalReader().read { db in
                let first = max(position, try JournalReader().firstReadable(of: program, in: db))
                return try positions.filter { $0 >= first }.compactMap { position in
                    guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else {
                        return nil
                    }
                    let all = try PublishedDecision.all(program: program, entry: bytes)
                    return (position, all.filter { $0.subject == lead })
                }
            }
        }
    }

    /// Notes the read first, and gives nobody back whom an old vault still knows.
    private func unsealed(_ entries: [EntryRecord]) throws -> [OpenedFields] {
        let subjects = Set(entries.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description })
            .sorted()
        let keyring = readers == nil ? try openedVault() : nil
        try note("leads show", subjects)
        let program = program
        let open = { @Sendable (keyring: Keyring) in
            let fields = SealedFields(vault: keyring.vault)
            return try entries.map { try Self.opened(fields, $0, program) }
        }
        if let keyring { return try open(keyring) }
        guard let readers else { preconditionFailure("a vault is opened where none is open") }
        return try readers.keyring.use(readers.leads, open)
    }

    private static func opened(_ fields: SealedFields, _ entry: EntryRecord, _ program: String) throws -> OpenedFields {
        switch try fields.open(entry, program: program) {
        case .nothing: .none
        case .erased: .erased
        case .opened(let bytes, let kind):
            .fields(try EntryFields.opened(bytes, kind).map { (path: $0.name, value: $0.value) })
        }
    }

    /// The projection, caught up.
    func leadsProjection(label: String = "reading the journal") throws -> LeadsProjection {
        let projection = try readers?.leads ?? LeadsProjection(folder)
        let line = progress(label)
        defer { line.finish() }
        try projection.catchUp { line.update($0, of: $1) }
        return projection
    }
}
