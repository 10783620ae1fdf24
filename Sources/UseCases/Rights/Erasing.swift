public import Audit
public import Engine
import Foundation
import Journal
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
public import Reports
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
    /// Rejected records that could not be searched whole.
    public let unsearchable: Int
    /// People of earlier erasures that were cut short before their certificates were written, and who were not named now.
    public let unfinished: Int
}

/// Who asks for an erasure, and what the certificate is to name.
public struct ErasureOrder: Sendable {
    /// Who asked for it.
    public var requester: String
    /// Backups of the vault from before, as the operator names them.
    public var backups: [String]
    /// True if leads that come with the people's addresses later are to go to a human.
    public var suppresses: Bool

    /// An order from its parts.
    public init(requester: String, backups: [String] = [], suppresses: Bool = false) {
        self.requester = requester
        self.backups = backups
        self.suppresses = suppresses
    }
}

/// What an erasure would reach, before anything is done.
public struct ErasurePreview: Sendable {
    /// One person who would be erased.
    public struct Person: Sendable {
        /// Index of the name that it was found by.
        public let name: Int
        /// Random ids whose keys would be destroyed.
        public let subjects: [String]
        /// The person's leads.
        public let leads: [String]
        /// Rejected or waiting records that would be emptied.
        public let records: Int
        /// Records of others that name the person, which stay; nil where they were not looked for.
        public let namedElsewhere: Int?
    }

    /// Everybody who was found.
    public let people: [Person]
    /// Indices of the names that lead to nobody.
    public let unknown: [Int]
    /// Rejected records that could not be searched whole.
    public let unsearchable: Int
}

extension Deployment {
    /// Says what an erasure of these people would reach, and does nothing. The search is noted, as that of an erasure.
    /// - Throws: `Problem` where nobody is found.
    public func previewErasure(of names: [String]) throws(Problem) -> ErasurePreview {
        try Problem.told {
            for name in names { try PersonName.check(name) }
            try checkCanCertify()
            let run = try plan(names)
            if run.targets.isEmpty { throw Problem.nobody(in: program) }
            return ErasurePreview(
                people: run.targets.map { target in
                    .init(
                        name: target.name, subjects: target.person.allSubjects.map(\.description),
                        leads: target.person.leadIDs, records: target.records.count,
                        namedElsewhere: target.namedElsewhere)
                }, unknown: run.unknown, unsearchable: run.unsearchable)
        }
    }

    /// Records that are submitted at once.
    static let erasureChunk = 1_000

    /// Erases people: submitted, journaled, their keys destroyed, rejected records emptied, and a certificate for each.
    /// Everything that it needs is checked before anything is done; cut short, it goes on when it is run again.
    /// - Parameters:
    ///   - names: e-mail addresses and leads' ids.
    ///   - sent: told how many erasures were sent to a cluster, before its processor is waited for.
    ///   - certified: takes each certificate.
    public func erase(
        _ names: [String], order: ErasureOrder, sent: (Int) -> Void = { _ in },
        certified: (ErasureCertificate) throws -> Void
    ) async throws(Problem) -> ErasureOutcome {
        try await Problem.told {
            for name in names { try PersonName.check(name) }
            let cluster = folder.isShard ? try requiredCluster() : nil
            // What the certificate says of topics is asked while nothing is done yet: it needs the cluster.
            let copies = try cluster.map { try Topics.copiesOfErased(ClusterAdmin($0)) } ?? []
            try checkCanCertify()
            let run = try plan(names)
            if run.targets.isEmpty { throw Problem.nobody(in: program) }
            try checkCanSubmit(run)
            try run.begin()
            if order.suppresses { try await suppress(run.targets.map { ($0.person, names[$0.name]) }) }
            try await submit(run, order.requester, sent)
            return try finish(run, order, copies, certified)
        }
    }

    /// The master key, the vault, the log's key and a journal that continues what was signed: without any of these a
    /// person would be erased and nobody could say so.
    private func checkCanCertify() throws {
        guard FileManager.default.fileExists(atPath: folder.settings.masterKeyFile) else {
            throw Problem(
                .unavailable, "without the master key nobody can be erased", at: folder.settings.masterKeyFile,
                remedy: "Restore it")
        }
        do { _ = try LogKeyFile.load(from: folder.logKeyPath) } catch {
            throw Problem(
                .unavailable, "without the log's key no certificate can be signed, so nobody was erased: \(error)",
                at: folder.logKeyPath, remedy: "Restore it")
        }
        _ = try Prover(folder, program: program)
    }

    /// On its own log it processes what it submits, which one process at a time may do.
    private func checkCanSubmit(_ run: ErasureRun) throws {
        guard submitting == nil, !folder.isShard, !run.requests.isEmpty else { return }
        do { _ = try folder.lock() } catch EngineError.locked {
            let lead = run.targets.lazy.compactMap(\.leadsToErase.first).first ?? "LEAD"
            throw Problem(
                .conflict, "another leadline process works on \(folder.path), and nobody was erased",
                remedy:
                    "Send it there: echo '{\"leadId\":\"\(lead)\"}' | leadline produce controls --type leadline.v1.ErasureRequested - --data \(folder.path), one line a person, then run this command again with leads' ids for the certificates"
            )
        }
    }

    /// Takes down who is meant before the vault forgets them, and notes it.
    private func plan(_ names: [String]) throws -> ErasureRun {
        let keyring = try openedVault()
        let line = progress("finding", unit: "people")
        defer { line.finish() }
        // The search opens entries and rejected records before it is known whose they are. Without a log that can be
        // written it does not begin; whom it opened is noted once it is known.
        try note("audit erase", [], reason: Self.searched)
        var opened: [String] = []
        var run = try ErasureRun(
            folder, program: program, keyring: keyring, names: names, leaves: EntryFields.leaves,
            open: EntryFields.opener(keyring, program: program) { opened.append($0) }, elsewhere: try lettersElsewhere()
        ) { line.update(UInt64($0), of: UInt64($1)) }
        let targets = run.targets.flatMap { ($0.person.allSubjects + $0.records).map(\.description) }
        for part in targets.chunked(Self.erasureChunk) { try note("audit erase", part, reason: "erasure requested") }
        let others = opened.filter(Set(opened).subtracting(targets).contains)
        for part in others.chunked(Self.erasureChunk) { try note("audit erase", part, reason: Self.searched) }
        let leadless = run.targets.filter { $0.person.leads.isEmpty }.map(\.name)
        if !leadless.isEmpty {
            let found = try mentions(leadless.map { names[$0] }, keyring)
            run.note(namedElsewhere: Dictionary(zip(leadless, found.map(\.count))) { first, _ in first })
        }
        return run
    }

    private static let searched = "searched for who is to be erased, shown to nobody"

    // MARK: Submitting

    private func submit(_ run: ErasureRun, _ requester: String, _ sent: (Int) -> Void) async throws {
        let requests = run.requests
        if requests.isEmpty { return }
        if submitting == nil, folder.isShard { return try await send(requests, run, requester, sent) }
        let line = progress("erasing", unit: "people")
        defer { line.finish() }
        var done: UInt64 = 0
        for part in requests.chunked(Self.erasureChunk) {
            try await process(part.map { record($0, requester) })
            done += UInt64(part.count)
            line.update(done, of: UInt64(requests.count))
        }
    }

    private func process(_ records: [NewRecord]) async throws {
        if let submitting {
            _ = try await submitting.submit(records)
            return
        }
        let outcome = try await Publication.publish(records, to: folder)
        guard case .processed(let report) = outcome, report.rejections == 0 else {
            throw Problem(
                .unavailable, "the erasures were not processed: \(outcome.sentence)",
                remedy: "Run this command again once they are")
        }
    }

    private func record(_ request: ErasureRun.Request, _ requester: String) -> NewRecord {
        switch request {
        case .person(let lead):
            let body = JSONText.object([("leadId", JSONText.quoted(lead)), ("requester", JSONText.quoted(requester))])
            return event(.erasureRequested, body)
        case .records(let lead, let ids):
            return record(erasing: ids, lead: lead, requester: requester, reason: "the person is erased")
        }
    }

    private func record(erasing ids: [SubjectID], lead: String?, requester: String, reason: String) -> NewRecord {
        let body = JSONText.object([
            ("leadId", lead.map(JSONText.quoted)),
            ("recordIds", "[\(ids.map { JSONText.quoted($0.description) }.joined(separator: ","))]"),
            ("requester", JSONText.quoted(requester)), ("reason", JSONText.quoted(reason)),
        ])
        return event(.rejectedRecordsErased, body)
    }

    /// An instance journals what stands on the topic; its copy of the journal, in this folder, shows when.
    private func send(_ requests: [ErasureRun.Request], _ run: ErasureRun, _ requester: String, _ sent: (Int) -> Void)
        async throws
    {
        let cluster = try requiredCluster()
        for part in requests.chunked(Self.erasureChunk) {
            _ = try await Publication.publish(part.map { record($0, requester) }, to: folder, cluster: cluster)
        }
        sent(requests.count)
        try await awaitJournal(otherwise: lateErasures) { try run.isRecorded() ? () : nil }
    }

    private var lateErasures: Problem {
        Problem(
            .unavailable,
            "the erasures are on leadline.controls, but this folder's journal does not show them yet", at: folder.path,
            remedy:
                "Run this command again, with the same names, in the data folder of the instance that has the partition; 'leadline status' shows the members"
        )
    }

    // MARK: Certificates

    private func finish(
        _ run: ErasureRun, _ order: ErasureOrder, _ copies: [TopicCopy],
        _ certified: (ErasureCertificate) throws -> Void
    ) throws -> ErasureOutcome {
        let keyring = try folder.openVault()
        try run.finish(keyring)
        let certifier = try ErasureRun.Certifier(run, keyring)
        let now = folder.now()
        let line = progress("certifying", unit: "people")
        defer { line.finish() }
        var (records, keys) = (0, 0)
        for (index, target) in run.targets.enumerated() {
            let certificate = try certifier.certificate(
                of: target, requestedBy: order.requester, issued: now, copies: copies, backups: order.backups)
            let statement = certificate.statement
            records += statement.deadLettersEmptied + statement.waitingEmptied
            keys += statement.deadLetterKeysDestroyed ?? 0
            try certified(certificate)
            line.update(UInt64(index + 1), of: UInt64(run.targets.count))
        }
        return ErasureOutcome(
            people: run.targets.count, records: records, recordKeys: keys, copies: copies, unknown: run.unknown,
            unsearchable: run.unsearchable, unfinished: try run.end())
    }
}

// MARK: - Rejected records by themselves

/// Which rejected records are erased by themselves.
public enum RecordErasureChoice: Sendable {
    /// Those at these places.
    case places([DeadLetterPlace])
    /// Those that came longer ago.
    case olderThan(days: Int64)
    /// Those that could not be searched whole.
    case unsearchable
}

extension Deployment {
    /// Erases rejected records: journaled, their keys destroyed, their contents removed.
    /// - Returns: how many were erased.
    public func eraseRejected(
        _ choice: RecordErasureChoice, requestedBy requester: String, reason: String
    ) async throws(Problem) -> Int {
        try await Problem.told {
            let box = try DeadLetterBox(self)
            let letters = try box.select(choice).filter { !$0.letter.sealed.isEmpty }
            let ids = letters.compactMap { SubjectID($0.letter.keyID) }
            if ids.isEmpty { return 0 }
            try noteDeadLetters("deadletter erase", letters, reason: reason)
            let records = ids.chunked(Self.erasureChunk).map {
                record(erasing: $0, lead: nil, requester: requester, reason: reason)
            }
            if let cluster {
                try await erase(ids, records, on: cluster)
            } else if submitting != nil {
                try await process(records)
            } else {
                do { _ = try folder.lock() } catch EngineError.locked {
                    throw Problem(
                        .conflict, "another leadline process works on \(folder.path)",
                        remedy: "Stop it for as long as this takes; nothing was erased")
                }
                try await process(records)
            }
            let keyring = try folder.openVault()
            try RecordErasure(folder).empty(keyring)
            let kept = ids.count { !keyring.vault.isErased($0) }
            if kept > 0 {
                throw Problem(
                    .checkFailed,
                    "\(kept) of \(ids.count) rejected records are another program's and were not erased",
                    remedy: "Name their program with --program")
            }
            return ids.count
        }
    }

    private func erase(_ ids: [SubjectID], _ records: [NewRecord], on cluster: KafkaSettings) async throws {
        _ = try await Publication.publish(records, to: folder, cluster: cluster)
        let wanted = Set(ids)
        try await awaitJournal(otherwise: lateErasures) { () -> Void? in
            let erased = try LeadsProjection(folder).erasuresToRepeat()
            return wanted.isSubset(of: erased) ? () : nil
        }
    }
}

extension Array {
    /// In parts of at most so many elements.
    func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
