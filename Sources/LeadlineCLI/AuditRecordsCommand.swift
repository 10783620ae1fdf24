import ArgumentParser
import Audit
import Engine
import Evaluation
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports

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

    private func wants(_ name: RecordsSection) -> Bool { section.isEmpty || section.contains(name) }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        do {
            var document = RecordsDocument(records: try records(folder, program))
            if wants(.access) { (document.access, document.accessBrokenLine) = try AccessLog.read(folder) }
            if wants(.completeness) {
                // Signed first, so that what is verified is what the newest checkpoint covers.
                document.checkpoint = try CheckpointSigner(folder).sign(program).note.description
                document.completeness = try await Verifier(folder).run().worded
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
        var builder = RecordsBuilder(program: program, left: left, words: AuditWords())
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

    private func show(_ document: RecordsDocument) {
        let text = RecordsText(document.records, style: Terminal.style)
        for name in RecordsSection.allCases where wants(name) {
            Terminal.line(Terminal.styled(name.rawValue.uppercased(), .bold))
            var lines: [String] = []
            switch name {
            case .processing: lines += text.processing
            case .policies: lines += text.policies
            case .models: lines += text.models
            case .completeness:
                lines += document.completeness.map(VerificationText.lines) ?? []
                lines += document.checkpoint?.lines.filter { !$0.isEmpty }.map(String.init) ?? []
            case .fairness: lines += text.fairness
            case .sla: lines += text.promises
            case .transfers: lines += text.transfers
            case .access: lines += AccessText.lines(document.access ?? [], brokenLine: document.accessBrokenLine)
            case .retention: lines += text.retention
            case .changes: lines += text.changes
            }
            Terminal.lines(lines + [""])
        }
    }
}
