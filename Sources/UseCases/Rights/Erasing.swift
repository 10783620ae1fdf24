public import Audit
public import Engine
import Foundation
import Journal
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
import Reports
import Vault

/// What came of an erasure.
public struct ErasureOutcome: Sendable {
    /// People who were erased.
    public let people: Int
    /// Rejected or waiting records that were emptied.
    public let records: Int
    /// Keys of such records that were destroyed.
    public let recordKeys: Int
    /// Copies on a cluster's topics, and when they end.
    public let copies: [TopicCopy]
    /// Indices of the names that lead to nobody.
    public let unknown: [Int]
}

extension Deployment {
    /// Records that are submitted at once.
    private static let erasureChunk = 1_000

    /// Erases people: submitted, journaled, their keys destroyed, rejected records emptied, and a certificate for each.
    /// - Parameters:
    ///   - names: e-mail addresses and leads' ids.
    ///   - requester: who asked for it, recorded in the certificate.
    ///   - suppress: true if leads that come with the people's addresses later are to go to a human.
    ///   - sent: told how many erasures were sent to a cluster, before its processor is waited for.
    ///   - certified: takes each certificate.
    public func erase(
        _ names: [String], requestedBy requester: String, suppress: Bool = false, sent: (Int) -> Void = { _ in },
        certified: (ErasureCertificate) throws -> Void
    ) async throws(Problem) -> ErasureOutcome {
        try await Problem.told {
            for name in names { try PersonName.check(name) }
            let run = try plan(names)
            if run.targets.isEmpty { throw Problem.nobody(in: program) }
            if suppress { try await self.suppress(run.targets.map { ($0.person, names[$0.name]) }) }
            try await submit(run, requester, sent)
            return try finish(run, requester, certified)
        }
    }

    /// Takes down who is meant before the vault forgets them, and notes it.
    private func plan(_ names: [String]) throws -> ErasureRun {
        guard FileManager.default.fileExists(atPath: folder.settings.masterKeyFile) else {
            throw Problem(
                .unavailable, "without the master key nobody can be erased", at: folder.settings.masterKeyFile,
                remedy: "Restore it")
        }
        let keyring = try openedVault()
        let line = progress("finding", unit: "people")
        defer { line.finish() }
        // The search opens entries and rejected records before it is known whose they are. Without a log that can be
        // written it does not begin; whom it opened is noted once it is known.
        try note("audit erase", [], reason: Self.searched)
        var opened: [String] = []
        let run = try ErasureRun(
            folder, program: program, keyring: keyring, names: names, leaves: EntryFields.leaves,
            open: EntryFields.opener(keyring, program: program) { opened.append($0) }
        ) { line.update(UInt64($0), of: UInt64($1)) }
        let targets = run.targets.flatMap { $0.person.subjects.map(\.description) }
        for part in targets.chunked(Self.erasureChunk) { try note("audit erase", part, reason: "erasure requested") }
        let others = opened.filter(Set(opened).subtracting(targets).contains)
        for part in others.chunked(Self.erasureChunk) { try note("audit erase", part, reason: Self.searched) }
        return run
    }

    private static let searched = "searched for who is to be erased, shown to nobody"

    // MARK: Submitting

    private func submit(_ run: ErasureRun, _ requester: String, _ sent: (Int) -> Void) async throws {
        let leads = run.leadsToErase
        if leads.isEmpty { return }
        if folder.isShard { return try await send(leads, run, requester, sent) }
        do { _ = try folder.lock() } catch EngineError.locked {
            throw Problem(
                .conflict, "another leadline process works on \(folder.path)",
                remedy:
                    "Send it there: echo '{\"leadId\":\"\(leads[0])\"}' | leadline produce controls --type leadline.v1.ErasureRequested - --data \(folder.path), one line a person, then run this command again with leads' ids for the certificates"
            )
        }
        let line = progress("erasing", unit: "people")
        defer { line.finish() }
        var done: UInt64 = 0
        for part in leads.chunked(Self.erasureChunk) {
            let outcome = try await Publication.publish(erasures(part, requester), to: folder)
            guard case .processed(let report) = outcome, report.rejections == 0 else {
                throw Problem(
                    .unavailable, "the erasures were not processed: \(outcome.sentence)",
                    remedy: "Run this command again once they are")
            }
            done += UInt64(part.count)
            line.update(done, of: UInt64(leads.count))
        }
    }

    private func erasures(_ leads: [String], _ requester: String) -> [NewRecord] {
        leads.map { lead in
            let body = JSONText.object([("leadId", JSONText.quoted(lead)), ("requester", JSONText.quoted(requester))])
            return event(.erasureRequested, body)
        }
    }

    /// An instance journals what stands on the topic; its copy of the journal, in this folder, shows when.
    private func send(_ leads: [String], _ run: ErasureRun, _ requester: String, _ sent: (Int) -> Void) async throws {
        let cluster = try requiredCluster()
        for part in leads.chunked(Self.erasureChunk) {
            _ = try await Publication.publish(erasures(part, requester), to: folder, cluster: cluster)
        }
        sent(leads.count)
        let late = Problem(
            .unavailable,
            "the erasures are on leadline.controls, but this folder's journal does not show them yet", at: folder.path,
            remedy:
                "Run this command again, with leads' ids, in the data folder of the instance that has the partition; 'leadline status' shows the members"
        )
        try await awaitJournal(otherwise: late) { try run.isRecorded() ? () : nil }
    }

    // MARK: Certificates

    private func finish(
        _ run: ErasureRun, _ requester: String, _ certified: (ErasureCertificate) throws -> Void
    ) throws -> ErasureOutcome {
        let keyring = try folder.openVault()
        try run.finish(keyring)
        let copies = folder.isShard ? try Topics.copiesOfErased(cluster.map { try ClusterAdmin($0) }) : []
        let certifier = try ErasureRun.Certifier(run, keyring)
        let now = folder.now()
        let line = progress("certifying", unit: "people")
        defer { line.finish() }
        for (index, target) in run.targets.enumerated() {
            try certified(try certifier.certificate(of: target, requestedBy: requester, issued: now, copies: copies))
            line.update(UInt64(index + 1), of: UInt64(run.targets.count))
        }
        return ErasureOutcome(
            people: run.targets.count,
            records: run.targets.reduce(0) { $0 + $1.records.deadLetters + $1.records.waiting },
            recordKeys: run.targets.reduce(0) { $0 + $1.recordKeys.count }, copies: copies, unknown: run.unknown)
    }
}

extension Array {
    /// In parts of at most so many elements.
    fileprivate func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
