import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Logging
import Simulation
import Synchronization
import Testing

/// Goal: whoever puts an input in hears at once what is wrong with it, shares commits with others, and hears what
/// became of it.
@Suite struct InboxTests {
    static func lead(_ id: String, event: String = UUID().uuidString, program: String? = "acme") -> NewRecord {
        var record = binaryEvent(
            .leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"\#(id)","country":"IT"}"#.utf8), id: event,
            key: program)
        record.eventTime = nil
        return record
    }

    /// A sink that holds each group until it is let go.
    private actor HeldSink: RecordSink {
        private(set) var groups: [Int] = []
        private var next: Int64 = 0
        private var isHeld = true
        private var held: [CheckedContinuation<Void, Never>] = []

        func append(_ records: [NewRecord]) async throws -> [RecordPlace] {
            groups.append(records.count)
            if isHeld { await withCheckedContinuation { held.append($0) } }
            return records.map { record in
                defer { next += 1 }
                return RecordPlace(topic: record.topic, partition: 0, offset: next)
            }
        }

        func letGo() {
            isHeld = false
            for continuation in held { continuation.resume() }
            held.removeAll()
        }
    }

    /// Method: the first commit is held until a hundred callers wait behind it.
    @Test(.timeLimit(.minutes(10))) func aHundredCallersShareOneCommit() async throws {
        let sink = HeldSink()
        let inbox = GroupedInbox(sink)
        let offsets = try await withThrowingTaskGroup(of: Int64.self) { group in
            group.addTask { try await inbox.append(Self.lead("first")).place.offset }
            while await sink.groups.isEmpty { await Task.yield() }
            for index in 0..<100 { group.addTask { try await inbox.append(Self.lead("lead-\(index)")).place.offset } }
            while inbox.waiting < 101 { await Task.yield() }
            await sink.letGo()
            return try await group.reduce(into: [Int64]()) { $0.append($1) }
        }
        #expect(await sink.groups == [1, 100])
        #expect(inbox.commits == 2)
        #expect(offsets.sorted() == Array(0...100))
    }

    /// The same on the real log: what a caller is told is what stands there.
    @Test func callersGetTheirOwnPlaces() async throws {
        let folder = try TestFolder()
        let inbox = GroupedInbox(try EmbeddedRecordSink(folder.folder))
        let places = try await withThrowingTaskGroup(of: (String, Int64).self) { group in
            for index in 0..<50 {
                group.addTask {
                    (
                        "lead-\(index)",
                        try await inbox.append(Self.lead("lead-\(index)", event: "lead-\(index)")).place.offset
                    )
                }
            }
            return try await group.reduce(into: [(String, Int64)]()) { $0.append($1) }
        }
        let stored = try EmbeddedLog(folder.folder.openJournal()).pending(.leads, from: 0, limit: 100)
        #expect(stored.count == 50)
        for (id, offset) in places {
            #expect(stored.first { $0.offset == offset }?.headers.contains(RecordHeader("ce_id", id)) == true)
        }
        #expect(inbox.waiting == 0)
        #expect(inbox.commits <= 50)
    }

    @Test func whatIntakeWouldRefuseIsRefusedAtOnceWithItsField() async throws {
        let folder = try TestFolder()
        let inbox = GroupedInbox(try EmbeddedRecordSink(folder.folder))
        let wrong = binaryEvent(.leads, "leadline.v1.LeadSubmitted", Array(#"{"leadId":"l","country":"Italy"}"#.utf8))
        let error = await #expect(throws: InboxRefusal.self) {
            _ = try await inbox.append([Self.lead("a"), wrong, Self.lead("b"), Self.lead("c", program: nil)])
        }
        #expect(error?.refused.map(\.index) == [1, 3])
        #expect(error?.refused.map(\.rejection.field) == ["country", "key"])
        // All or none.
        #expect(try EmbeddedLog(folder.folder.openJournal()).pendingCount() == 0)
    }

    /// What the inbox refuses is what intake makes a dead letter of, word for word; what it lets through intake takes.
    @Test func theInboxSaysWhatIntakeSays() async throws {
        let values: [[UInt8]?] = [
            nil, [], Array("{".utf8), Array(#"{"leadId":""}"#.utf8), Array(#"{"leadId":"a b"}"#.utf8),
            Array(#"{"leadId":"l","country":"it"}"#.utf8),
            Array(#"{"leadId":"l","dealValue":{"minorUnits":"-1","currency":"EUR"}}"#.utf8),
            Array(#"{"leadId":"l","accountDomain":"a b"}"#.utf8),
            Array(#"{"leadId":"good"}"#.utf8), [0xff, 0xfe],
        ]
        let records = values.enumerated().map { binaryEvent(.leads, "leadline.v1.LeadSubmitted", $1, id: "e\($0)") }
        let folder = try TestFolder()
        try folder.append(records)
        try await folder.process()
        let letters = try folder.deadLetters().map(\.letter)
        var rules = IntakeRules()
        let refused = records.compactMap { rules.rejection(of: $0, now: TestFolder.start) }
        // The good one is refused later, by the stream: no program is registered.
        #expect(letters.count == records.count && refused.count == records.count - 1)
        let early = letters.filter { $0.reason != .unknownProgram }
        #expect(
            early.map(\.detail) == refused.map(\.detail) && early.map(\.field) == refused.map(\.field)
                && early.map(\.reason) == refused.map(\.reason))
    }

    @Test func aFailedCommitIsTheFailureOfAllItsCallers() async throws {
        struct Broken: RecordSink {
            struct Failure: Error {}
            func append(_ records: [NewRecord]) async throws -> [RecordPlace] { throw Failure() }
        }
        let fates = RecordFates()
        let inbox = GroupedInbox(Broken(), fates: fates)
        await #expect(throws: Broken.Failure.self) { _ = try await inbox.append(Self.lead("a")) }
        #expect(inbox.waiting == 0)
        #expect(fates.awaited == 0)
    }

    /// Method: a runtime works; records of every fate go in, and each waits for its own.
    @Test(.timeLimit(.minutes(10))) func everyFateIsHeardOf() async throws {
        let folder = try TestFolder()
        let processor = try Processor(folder.folder)
        let runtime = try Runtime(
            folder.folder, processor, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let work = Task { try await runtime.run { _ in } }
        let inbox = try runtime.inbox(folder.folder)
        var setUp = binaryEvent(
            .controls, "leadline.v1.ProgramRegistered", Array(#"{"name":"Acme","currency":"EUR"}"#.utf8), id: "register"
        )
        setUp.eventTime = nil
        let registered = try await inbox.append(setUp)
        guard case .decided("acme", 0, false, _) = try await registered.fate() else {
            Issue.record("the registration is not the first entry")
            return
        }
        // A program without partners escalates.
        let lead = try await inbox.append(Self.lead("l-1", event: "one"))
        guard case .decided("acme", let position, false, let decisions) = try await lead.fate() else {
            Issue.record("the lead was not decided")
            return
        }
        #expect(position > 0 && decisions.contains { $0.type == "leadline.v1.LeadEscalated" && $0.subject == "l-1" })
        let again = try await inbox.append(Self.lead("l-1", event: "one")).fate()
        guard case .decided("acme", _, true, []) = again else {
            Issue.record("a repeat is \(again)")
            return
        }
        let conflict = try await inbox.append(Self.lead("l-2", event: "one")).fate()
        guard case .rejected(let rejection) = conflict else {
            Issue.record("other content under a known id is \(conflict)")
            return
        }
        #expect(rejection.field == "id")
        guard case .rejected(let unknown) = try await inbox.append(Self.lead("l-3", program: "nobody")).fate() else {
            Issue.record("an unknown program has decided")
            return
        }
        #expect(unknown.field == "key")
        #expect(processor.fates.awaited == 0)
        // Many at once, each its own.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    guard
                        case .decided(_, _, _, let decisions) = try await inbox.append(Self.lead("many-\(index)"))
                            .fate()
                    else {
                        Issue.record("many-\(index) was not decided")
                        return
                    }
                    #expect(decisions.map(\.subject) == ["many-\(index)"])
                }
            }
            try await group.waitForAll()
        }
        work.cancel()
        try await work.value
        let leads = try LeadsProjection(folder.folder)
        try leads.catchUp()
        #expect(try leads.counts(program: "acme").reduce(0) { $0 + $1.count } == 41)
    }

    @Test(.timeLimit(.minutes(10))) func whoStopsWaitingIsForgottenAndALostShardTellsNobodyTwice() async throws {
        let fates = RecordFates()
        let place = RecordPlace(topic: .leads, partition: 3, offset: 9)
        let watch = fates.listen().watch([place])[0]
        let waiter = Task { try await watch.outcome() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(fates.awaited == 1)
        fates.abandon(partition: 2)
        #expect(fates.awaited == 1)
        fates.abandon(partition: 3)
        #expect(try await watch.outcome() == nil && fates.awaited == 0)
        do {
            let listening = fates.listen()
            // Heard before anybody says what it waits for.
            fates.report([(place, .entry(program: "a", position: 1, isRepeat: false))])
            let late = listening.watch([place])[0]
            #expect(try await late.outcome() == .entry(program: "a", position: 1, isRepeat: false))
        }
        let next = fates.listen().watch([place])[0]
        #expect(fates.awaited == 1)
        withExtendedLifetime(next) {}
    }

    /// Listeners that overlap for ever keep no more than what came since the oldest of them began.
    @Test func whatEveryListenerCameAfterIsForgotten() {
        let fates = RecordFates()
        var listening = fates.listen()
        for offset: Int64 in 0..<1_000 {
            let place = RecordPlace(topic: .leads, partition: 0, offset: offset)
            fates.report([(place, .entry(program: "a", position: UInt64(offset), isRepeat: false))])
            let next = fates.listen()
            listening = next
            #expect(fates.kept == 0)
        }
        fates.report([(RecordPlace(topic: .leads, partition: 0, offset: 1_000), .entry(program: "a", position: 1_000, isRepeat: false))])
        #expect(fates.kept == 1)
        withExtendedLifetime(listening) {}
    }

    @Test func withoutAProcessorAPlaceIsAllThatIsKnown() async throws {
        let folder = try TestFolder()
        let appended = try await GroupedInbox(try EmbeddedRecordSink(folder.folder)).append(Self.lead("a"))
        #expect(try await appended.fate() == .accepted(RecordPlace(topic: .leads, partition: 0, offset: 0)))
    }
}
