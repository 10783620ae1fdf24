import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Logging
import SwiftProtobuf
import Testing
import Vault

@testable import KafkaTransport

/// Goal: a copy that follows a cluster has what was decided elsewhere, with its keys, and tells whoever waits what became
/// of a record. Method: an inbox and a copy in one folder, a processor in another, on the mock cluster.
@Suite(.serialized) struct FollowedClusterTests {
    /// A program whose records are on the partition that the place decides for.
    private static let program: String = {
        (0...).lazy.map { "program-\($0)" }.first { Partitioner.partition(of: Array($0.utf8), count: 4) == 0 } ?? ""
    }()
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct Stage {
        let place: LogPlace
        let processor: Processor<KafkaLog>
        let copies: DataFolder

        init() throws {
            let place = try LogPlace(.mock)
            self.place = place
            let settings = try #require(place.settings)
            let metadata = GroupMetadata()
            metadata.set(try GroupMetadata.outsideOfGroup(settings))
            var options = KafkaLogOptions(partitionCount: 4)
            options.requiresAppendTime = false
            options.linger = .zero
            processor = try Processor(place.disk.folder, timeSource: .wallClock) { [options] journal, vault in
                try KafkaLog(settings, partition: 0, options: options, metadata: metadata, journal: journal, vault: vault)
            }
            copies = try DataFolder.forCopy(path: place.disk.root + "/copies", settings: place.disk.folder.settings)
        }

        func follower() throws -> FollowedCluster {
            try FollowedCluster(copies, try #require(place.settings), logger: FollowedClusterTests.quiet)
        }

        /// Decides until told to stop.
        func deciding(_ body: () async throws -> Void) async throws {
            let work = Task { [processor] in
                try await processor.run(batchMax: 10, pause: .milliseconds(20)) { _ in }
            }
            defer { work.cancel() }
            try await body()
        }
    }

    private static func event(_ topic: Topic, _ type: String, _ id: String, _ json: String, program: String = program) -> NewRecord {
        NewRecord(
            topic: topic, key: Array(program.utf8),
            headers: [
                RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"),
                RecordHeader("ce_type", "leadline.v1.\(type)"), RecordHeader("content-type", "application/json"),
            ], value: Array(json.utf8))
    }

    private static func lead(_ lead: String, _ id: String) -> NewRecord {
        event(.leads, "LeadSubmitted", id, #"{"leadId":"\#(lead)","country":"IT","contact":{"email":"\#(lead)@mail.example"}}"#)
    }

    @Test(.timeLimit(.minutes(5))) func whatBecomesOfARecordIsHeardOfWhoeverDecides() async throws {
        let stage = try Stage()
        let cluster = try stage.follower()
        try await cluster.catchUp()
        let following = Task { try await cluster.run() }
        defer { following.cancel() }
        let journals = try cluster.folders.map { JournalDecisions(try $0.openJournalPool(), commits: cluster.commits) }
        let inbox = GroupedInbox(KafkaRecordSink(try #require(stage.place.settings)), fates: cluster.fates) { journals[Int($0)] }
        // Durable and waited for before anybody decides.
        let registered = try await inbox.append(Self.event(.controls, "ProgramRegistered", "r", #"{"name":"A","currency":"EUR"}"#))
        try await stage.deciding {
            guard case .decided(Self.program, 0, false, _) = try await registered.fate() else {
                Issue.record("the registration is not the first entry")
                return
            }
            guard case .decided(_, let position, false, let decisions) = try await inbox.append(Self.lead("l-1", "one")).fate() else {
                Issue.record("the lead was not decided")
                return
            }
            #expect(decisions.map(\.type) == ["leadline.v1.LeadEscalated"])
            // As soon as it is seen, what it seals opens in the copy.
            let folder = cluster.folders[cluster.partition(of: Self.program)]
            let bytes = try await folder.openJournalReadOnly().read {
                try JournalReader().entry(program: Self.program, position: position, in: $0)
            }
            let entry = try EntryCodec.decode(try #require(bytes))
            let keyring = try folder.openVault()
            let subject = try #require(entry.input.subject.flatMap { SubjectID($0.bytes) })
            #expect(try keyring.vault.findSubject(
                Pseudonyms(masterKey: keyring.masterKey, program: Self.program).lookup(kind: .lead, value: "l-1")) == subject)
            guard case .decided(_, _, true, []) = try await inbox.append(Self.lead("l-1", "one")).fate() else {
                Issue.record("the repeat is no repeat")
                return
            }
            guard case .rejected(let rejection) = try await inbox.append(Self.lead("l-2", "one")).fate() else {
                Issue.record("other content under a known id was not rejected")
                return
            }
            #expect(rejection.reason == .eventIDConflict && rejection.field == "id" && !rejection.detail.isEmpty)
            #expect(cluster.fates.awaited == 0)
            // An erasure reaches the copy's keys with its entry.
            guard case .decided = try await inbox.append(
                Self.event(.controls, "ErasureRequested", "e", #"{"leadId":"l-1","requester":"dpo"}"#)).fate()
            else {
                Issue.record("the erasure was not decided")
                return
            }
            #expect(try folder.openVault().vault.isErased(subject))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aCopyGoesOnWhereItWasAndHasOneFollower() async throws {
        let stage = try Stage()
        try stage.place.append([
            Self.event(.controls, "ProgramRegistered", "r", #"{"name":"A","currency":"EUR"}"#), Self.lead("l-1", "one"),
        ])
        _ = try await stage.processor.runUntilIdle(batchMax: 10)
        do {
            let cluster = try stage.follower()
            #expect(cluster.standing() == nil)
            try await cluster.catchUp()
            #expect(cluster.standing()?.recordsBehind == 0)
            #expect(throws: EngineError.locked(path: stage.copies.path)) { _ = try stage.follower() }
        }
        try stage.place.append([Self.lead("l-2", "two")])
        _ = try await stage.processor.runUntilIdle(batchMax: 10)
        let cluster = try stage.follower()
        try await cluster.catchUp()
        let size = { (folder: DataFolder) in
            try folder.openJournalReadOnly().read { try JournalReader().head(of: Self.program, in: $0) }
        }
        let here = try size(cluster.folders[0]), there = try size(stage.place.disk.folder)
        #expect(here == there && here != nil)
        #expect(try await cluster.commits.entries(of: Self.program, past: 2) == here?.size)
    }

    @Test(.timeLimit(.minutes(5))) func aJournalWithAGapIsNotFollowed() async throws {
        let stage = try Stage()
        let cluster = try stage.follower()
        try await cluster.catchUp()
        let producer = try Producer(try #require(stage.place.settings), transactionalID: nil)
        var frame = WireBatchFrame()
        frame.entryCount = 1
        let entry = entry(3, program: Self.program)
        try producer.produce(Topic.journal.name, 0, key: Array(Self.program.utf8), value: entry.bytes)
        try producer.produce(Topic.journal.name, 0, key: nil, value: try frame.serializedBytes())
        try producer.flush()
        let error = await #expect(throws: KafkaTransportError.self) { try await cluster.run() }
        guard case .journalBroken(0, 1, let detail) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(detail.contains("goes on at position 3, but 0 is next"))
    }
}
