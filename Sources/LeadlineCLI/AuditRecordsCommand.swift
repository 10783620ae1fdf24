import ArgumentParser
import Audit
import Engine
import Evaluation
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

extension RecordsSection: ExpressibleByArgument {}

struct AuditRecordsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records",
        abstract: "Print the system's records: registers, cards, logs and the proof of completeness.",
        discussion: """
            processing: records of processing (GDPR Art. 30), with categories of data and time limits. policies: one \
            card a version; the one in force, or the one of --policy, with every field in words. models: one card a \
            trained version (a month of learning under one logic version and one policy), with what it learned from, \
            what came of its predictions, and who approved the policy. completeness: head, newest signed checkpoint, gap report; \
            everything is verified for it. fairness: per partner, with override rates, rates of \
            being chosen and disparity; per country of the enquiry. sla: per partner, with time \
            zones and the versions of their rules. transfers: leads' residencies against partners'. access: who \
            opened whose data, and whether the log is whole. retention: erasures, restrictions, objections, and \
            entries moved to archives. changes: what each policy changed, how many of the decisions before it it \
            would have changed, decided again (for the newest five), and which logic versions were adopted. dpia: facts that a data \
            protection impact assessment (GDPR Art. 35) begins with, and what it must look at.

            Where entries were archived, all but access, retention and completeness need the archives: --with-archive.

            --section may be repeated; without it all are printed. --json gives one object: records (the fields of \
            ProgramRecords), access, accessBrokenLine, accessMissing, completeness, checkpoint. No personal data. Exit code 1 if the \
            verification or the access log fails. \(Outcome.note)
            """)

    @Option(
        help: ArgumentHelp(
            "Only this section: \(RecordsSection.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name")
    )
    var section: [RecordsSection] = []

    @Option(
        help: ArgumentHelp(
            "Show this version of the policy in full, by the beginning of its hash; older ones too.",
            valueName: "version"))
    var policy: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    private var sections: Set<RecordsSection> {
        if !section.isEmpty { return Set(section) }
        return policy == nil ? Set(RecordsSection.allCases) : [.policies]
    }

    func run() async throws {
        let document = try await data.deployment().records(sections, policy: policy)
        if json { Terminal.line(try JSONText.line(document)) } else { show(document) }
        if document.completeness?.isGood == false || document.accessBrokenLine != nil || document.accessMissing != nil {
            throw Problem(.checkFailed, "the records are not whole: see above", remedy: "Run 'leadline audit verify'")
        }
    }

    // MARK: Text

    private func show(_ document: RecordsDocument) {
        let text = RecordsText(document.records, style: Terminal.style)
        for name in RecordsSection.allCases where sections.contains(name) {
            Terminal.line(Terminal.styled(name.rawValue.uppercased(), .bold))
            var lines: [String] = []
            switch name {
            case .processing: lines += text.processing
            case .policies: lines += text.policies(policy)
            case .models: lines += text.models
            case .completeness:
                lines += document.completeness.map(VerificationText.lines) ?? []
                lines += document.checkpoint?.unicodeScalars.split(separator: "\n").map { String($0) } ?? []
            case .fairness: lines += text.fairness
            case .sla: lines += text.promises
            case .transfers: lines += text.transfers
            case .access: lines += AccessText.lines(document)
            case .retention: lines += text.retention
            case .changes: lines += text.changes
            case .dpia: lines += text.impact
            }
            Terminal.lines(lines + [""])
        }
    }
}
