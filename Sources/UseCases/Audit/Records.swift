import Audit
import Engine
import Evaluation
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
public import Reports
import Vault

/// A part of the system's records.
public enum RecordsSection: String, CaseIterable, Sendable {
    case processing, policies, models, completeness, fairness, sla, transfers, access, retention, changes, dpia

    /// True for what can be told without the entries that were archived.
    fileprivate var isTold: Bool { self == .access || self == .retention || self == .completeness }
}

extension Deployment {
    /// How many policies are held against the history before them.
    private static let replayedMax = 5

    /// The system's records: registers, cards, logs, and the proof of completeness.
    /// - Parameter policy: beginning of a policy's version; nil asks for none in particular.
    /// - Throws: `Problem` where the program never had that policy.
    public func records(
        _ sections: Set<RecordsSection>, policy: String? = nil
    ) async throws(Problem) -> RecordsDocument {
        try await Problem.told {
            var document = RecordsDocument(records: try programRecords(sections))
            if let policy, !document.records.policies.contains(where: { $0.version.utf8.starts(with: policy.utf8) }) {
                throw Problem(
                    .notFound, "the program never had this version of a policy", at: policy,
                    remedy: "'leadline audit records --section policies' lists those it had")
            }
            if sections.contains(.access) {
                let log = try AccessLogCheck(folder)
                (document.access, document.accessBrokenLine) = (
                    log.records.filter { $0.program == program }, log.brokenLine
                )
                document.accessMissing = try accessAnchor().flatMap { log.missing($0) }
            }
            if sections.contains(.completeness) {
                // Signed first, so that what is verified is what the newest checkpoint covers.
                document.checkpoint = try CheckpointSigner(folder).sign(program).note.description
                document.completeness = try await Verifier(folder).run(program: others() ? program : nil).worded
            }
            return document
        }
    }

    /// True if the folder holds other programs too, of which these records say nothing.
    private func others() throws -> Bool {
        try folder.openJournalReadOnly().read { try JournalReader().streams(in: $0) }.contains { $0.program != program }
    }

    /// What the program's newest checkpoint says of the access log.
    private func accessAnchor() throws -> AccessLogFile.Head? {
        try folder.openCheckpointsIfMade()?.read { try CheckpointStore().latest(program: program, in: $0) }
            .flatMap { AccessLogFile.Head($0.checkpoint) }
    }

    /// Nil where there is no master key to know by what was kept.
    private func recordsStore() throws -> RecordsStore? {
        guard FileManager.default.fileExists(atPath: folder.settings.masterKeyFile) else { return nil }
        return try RecordsStore(folder.openDerived(), MasterKey.load(from: folder.settings.masterKeyFile))
    }

    private func programRecords(_ sections: Set<RecordsSection>) throws -> ProgramRecords {
        let left = try folder.openJournalReadOnly().read { try JournalReader().archivedSegments(of: program, in: $0) }
        let store = try recordsStore()
        let kept = try store?.newest(of: program, left: left, words: AuditWords())
        var builder = kept?.builder ?? RecordsBuilder(program: program, left: left, words: AuditWords())
        // Counts over part of the journal would mislead; what was executed may be told as far as it is here.
        let walked = try walk(skipsArchived: sections.allSatisfy(\.isTold), after: kept?.head) { entry, position in
            builder.take(entry, at: position)
        }
        if walked.isWhole, walked.head.size >= (kept?.head.size ?? 0) + RecordsStore.worthwhileEntries {
            try store?.keep(builder, through: walked.head)
        }
        var records = builder.result()
        guard sections.contains(.changes) || sections.contains(.policies) else { return records }
        for index in builder.policies.indices.dropFirst() {
            let before = try JSONLeaves.of(json: SchemaJSON.text(builder.policies[index - 1].fact.policy))
            let after = try JSONLeaves.of(json: SchemaJSON.text(builder.policies[index].fact.policy))
            records.policies[index].changes = FieldDiff.between(before, after).map {
                .init(field: $0.field, before: $0.before, after: $0.after)
            }
        }
        if sections.contains(.changes) { try replay(builder, &records) }
        return records
    }

    /// The newest policies, each against the history before it, in one walk.
    private func replay(_ builder: RecordsBuilder, _ records: inout ProgramRecords) throws {
        let chosen = builder.policies.indices.dropFirst().suffix(Self.replayedMax)
        guard !chosen.isEmpty else { return }
        var replays = chosen.map {
            CandidateReplay(builder.policies[$0].fact.policy, version: builder.policies[$0].fact.version)
        }
        try walk("replaying against policies") { entry, position in
            for (place, index) in chosen.enumerated() where position < builder.policies[index].position {
                _ = replays[place].take(entry.input, entry.events, at: entry.stamp)
            }
        }
        for (place, index) in chosen.enumerated() {
            let report = replays[place].report(program: program)
            records.policies[index].difference = .init(decisions: report.decisions, changed: report.changed)
        }
    }
}
