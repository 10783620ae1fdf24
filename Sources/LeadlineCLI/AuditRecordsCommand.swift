import ArgumentParser
import Audit
import Engine
import Evaluation
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// A part of the records.
enum RecordsSection: String, CaseIterable, ExpressibleByArgument {
    case processing, policies, models, completeness, fairness, sla, transfers, access, retention, changes
}

struct AuditRecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Print the system's records: registers, cards, logs and the proof of completeness.",
        discussion: """
            processing: records of processing (GDPR Art. 30). policies, models: one card a version, with validity, counts \
            and the hash of what was learned. completeness: head, newest signed checkpoint, gap report; everything is \
            verified for it. fairness: per partner, with override rates. sla: per partner, with time zones and the versions \
            of their rules. transfers: leads' residencies against partners'. access: who opened whose data, and whether the \
            log is whole. retention: erasures, restrictions, objections, and entries moved to archives. changes: what each \
            policy changed, how many of the decisions before it it would have changed, decided again (for the newest five), \
            and which logic versions were adopted.

            Where entries were archived, all but access, retention and completeness need the archives: --with-archive.

            --section may be repeated; without it all are printed. --json gives one object: records (the fields of \
            ProgramRecords), access, accessBrokenLine, completeness, checkpoint. No personal data. Exit code 1 if the \
            verification or the access log fails. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("Only this section: \(RecordsSection.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var section: [RecordsSection] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    private static let replayedMax = 5

    private struct Document: Encodable {
        var records: ProgramRecords
        var access: [AccessLog.Record]?
        var accessBrokenLine: Int?
        var completeness: VerificationReport?
        var checkpoint: String?
    }

    private func wants(_ name: RecordsSection) -> Bool { section.isEmpty || section.contains(name) }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            var document = Document(records: try records(folder, program))
            if wants(.access) { (document.access, document.accessBrokenLine) = try AccessLog.read(folder) }
            if wants(.completeness) {
                // Signed first, so that what is verified is what the newest checkpoint covers.
                document.checkpoint = try CheckpointSigner(folder).sign(program).note.description
                document.completeness = try await Verifier(folder).run()
            }
            if json { Terminal.line(try JSONText.line(document)) } else { show(document) }
            if document.completeness?.isGood == false || document.accessBrokenLine != nil {
                throw CommandFailure(.checkFailed, "the records are not whole: see above", remedy: "Run 'leadline audit verify'")
            }
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch { throw CommandFailure(ofAudit: error) }
    }

    private func records(_ folder: DataFolder, _ program: String) throws -> ProgramRecords {
        let left = try folder.openJournalReadOnly().read { try JournalReader().archivedSegments(of: program, in: $0) }
        var builder = RecordsBuilder(program: program, left: left)
        // Counts over part of the journal would mislead; what was executed may be told as far as it is here.
        let isWhole = RecordsSection.allCases.contains { ![.access, .retention, .completeness].contains($0) && wants($0) }
        try EntryScan.run(folder, program: program, skipsArchived: !isWhole) { entry, position in builder.take(entry, at: position) }
        var records = builder.result()
        guard wants(.changes) || wants(.policies) else { return records }
        for index in builder.policies.indices.dropFirst() {
            let before = try YAMLTree.leaves(json: SchemaJSON.text(builder.policies[index - 1].fact.policy))
            let after = try YAMLTree.leaves(json: SchemaJSON.text(builder.policies[index].fact.policy))
            records.policies[index].changes = FieldDiff.between(before, after).map { .init(field: $0.field, before: $0.before, after: $0.after) }
        }
        if wants(.changes) { try replay(builder, &records, folder, program) }
        return records
    }

    /// The newest policies, each against the history before it, in one walk.
    private func replay(_ builder: RecordsBuilder, _ records: inout ProgramRecords, _ folder: DataFolder, _ program: String) throws {
        let chosen = builder.policies.indices.dropFirst().suffix(Self.replayedMax)
        guard !chosen.isEmpty else { return }
        var replays = chosen.map { CandidateReplay(builder.policies[$0].fact.policy, version: builder.policies[$0].fact.version) }
        try EntryScan.run(folder, program: program, label: "replaying against policies") { entry, position in
            for (place, index) in chosen.enumerated() where position < builder.policies[index].position {
                _ = replays[place].take(entry.input, entry.events, at: entry.stamp)
            }
        }
        for (place, index) in chosen.enumerated() {
            let report = replays[place].report(program: program)
            records.policies[index].difference = .init(decisions: report.decisions, changed: report.changed)
        }
    }

    // MARK: Text

    private func show(_ document: Document) {
        let text = RecordsText(document.records)
        var lines: [String] = []
        for name in RecordsSection.allCases where wants(name) {
            lines.append(Terminal.styled(name.rawValue.uppercased(), .bold))
            switch name {
            case .processing: lines += text.processing
            case .policies: lines += text.policies
            case .models: lines += text.models
            case .completeness: lines += (document.completeness?.lines ?? []) + (document.checkpoint.map { $0.split(separator: "\n").map(String.init) } ?? [])
            case .fairness: lines += text.fairness
            case .sla: lines += text.promises
            case .transfers: lines += text.transfers
            case .access: lines += Self.access(document)
            case .retention: lines += text.retention
            case .changes: lines += text.changes
            }
            lines.append("")
        }
        Terminal.line(lines.map { $0.hasPrefix("\u{1B}") ? $0 : Terminal.harmless($0) }.joined(separator: "\n"))
    }

    private static func access(_ document: Document) -> [String] {
        let records = document.access ?? []
        let verdict = document.accessBrokenLine.map { "BROKEN: line \($0) does not follow from the one before it" } ?? "\(records.count) reads; each line follows from the one before"
        return records.map { "\($0.time) \($0.user) \($0.command) \($0.program) \($0.subjects.joined(separator: ",")): \($0.reason)" } + [verdict]
    }
}

/// Records as lines for people.
struct RecordsText {
    private let records: ProgramRecords

    init(_ records: ProgramRecords) { self.records = records }

    var processing: [String] {
        let counts = records.processing
        return [
            "program \(records.program): \(counts.purpose)", "people: \(counts.people); \(counts.persons) known by random ids",
            "lawful bases of leads: " + Self.counts(counts.lawfulBases), "inputs: " + Self.counts(counts.inputs),
            "entries with sealed fields: \(counts.sealedEntries)",
            "recipients: \(records.transfers.map(\.partner).reduce(into: Set<String>()) { $0.insert($1) }.count) partners, see transfers",
        ] + counts.measures.map { "measure: \($0)" }
    }

    var policies: [String] {
        records.policies.flatMap { card in
            ["\(card.version.prefix(12)) \(card.name), by \(card.method), from \(card.from) until \(card.until ?? "now"), \(CountText.of(card.decisions, "decision")), position \(card.position), event \(card.event ?? "-"), approver \(card.approver ?? "not recorded")"]
                + card.hardRules.map { "  \($0)" }
        }
    }

    var models: [String] {
        ["\(records.modelVersions) versions used by decisions; a version is a hash over all that the model was told, awards too, so that each decision may have its own\(records.modelVersions > 20 ? ", the newest 20 here and more with --json" : ""); 'leadline model card' shows calibration and weights"]
            + records.models.suffix(20).map {
                "\($0.version) from \($0.from) until \($0.until), \(CountText.of($0.decisions, "decision")), learned \($0.won) won and \($0.lost) lost (positions \($0.trainedFrom.map(String.init) ?? "-") to \($0.trainedThrough.map(String.init) ?? "-")), data \($0.dataHash.prefix(32))"
            }
    }

    var fairness: [String] {
        var table = TextTable([("PARTNER", .left), ("AMONG BEST", .right), ("BY LEADLINE", .right), ("BY HUMAN", .right), ("IN HISTORY", .right), ("TAKEN BACK", .right), ("WON", .right), ("LOST", .right), ("REVIEWS", .right), ("OVERRIDDEN", .right)])
        for row in records.fairness {
            let rate = row.overrideRate.map { "\(row.overridden) (\(ReportText.percent($0)))" } ?? "-"
            table.add([row.partner, "\(row.considered)", "\(row.assigned)", "\(row.byHuman)", "\(row.fromHistory)", "\(row.takenBack)", "\(row.won)", "\(row.lost)", "\(row.reviews)", rate])
        }
        return table.text().split(separator: "\n").map(String.init)
    }

    var promises: [String] {
        var table = TextTable([("PARTNER", .left), ("TIMERS", .right), ("MET", .right), ("MISSED", .right), ("MEAN", .right), ("TIME ZONE", .left), ("RULES", .left)])
        for row in records.promises where row.timers + row.met + row.missed > 0 || !row.calendars.isEmpty {
            let rules = row.calendars.sorted { $0.value < $1.value }.map { "\($0.key) from #\($0.value)" }.joined(separator: ", ")
            table.add([row.partner, "\(row.timers)", "\(row.met)", "\(row.missed)", ReportText.seconds(row.meanSeconds), row.timeZone.isEmpty ? "none: round the clock" : row.timeZone, rules.isEmpty ? "-" : rules])
        }
        return table.text().split(separator: "\n").map(String.init)
    }

    var transfers: [String] {
        var table = TextTable([("LEADS OF", .left), ("PARTNER", .left), ("KEEPS DATA IN", .left), ("LEADS", .right), ("OUTSIDE", .right), ("BY LEADLINE", .right)])
        for row in records.transfers {
            table.add([row.leadResidency.isEmpty ? "(not stated)" : row.leadResidency, row.partner, row.partnerResidencies.joined(separator: ","), "\(row.leads)", "\(row.outside)", "\(row.outsideByLeadline)"])
        }
        return table.text().split(separator: "\n").map(String.init)
            + ["outside: the partner's profile does not cover the lead's residency. Imported history and humans are not bound by hard rules; Leadline is, where the policy has one"]
    }

    private var archived: [String] {
        records.archived.map { part in
            let role = part.archivedBy.map { " by \($0)" } ?? ""
            let place = part.path.map { "; the archive was at \($0)" } ?? "; they have not left this journal"
            return "\(part.time ?? "(stated in an archive)") archived entries \(part.first) to \(part.next - 1)\(role), archive \(part.archive), position \(part.position)\(place)"
        }
    }

    var retention: [String] {
        ["executed: \(records.executions.isEmpty ? "no erasure, no retention so far" : Self.counts(records.executions))", "input payloads are deleted in the transaction that journals them; sealed data ends by erasure, and by the policy's retention where it sets one"]
            + records.retention.suffix(100).map { execution in
                let policy = execution.policyVersion.map { " by policy \($0.prefix(12))" } ?? ""
                return "\(execution.time) \(execution.kind)\(policy) at position \(execution.position), \(execution.effects) events"
            } + archived
    }

    var changes: [String] {
        policyChanges + records.logic.enumerated().map { index, change in
            let event = change.event.map { ", event \($0)" } ?? ""
            return "\(change.time) logic version \(change.version) \(index == 0 ? "decides from the beginning" : "adopted; it decides from position \(change.position) on")\(event)"
        }
    }

    private var policyChanges: [String] {
        records.policies.flatMap { card in
            let difference = card.difference.map { "decided again over the history before it: \($0.changed) of \($0.decisions) decisions would have been others" }
            return ["\(card.from) \(card.version.prefix(12)) \(card.name)"] + card.changes.map { "  \($0.field): \($0.before ?? "-") -> \($0.after ?? "-")" }
                + [difference.map { "  " + $0 }].compactMap { $0 }
        }
    }

    private static func counts(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
