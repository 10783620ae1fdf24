import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Testing
import Vault

@testable import KafkaTransport

/// What every log promises, on the embedded log, the mock cluster and the test broker. (Guarantees 1 and 2.)
@Suite(.serialized) struct LogTests {
    @Test(arguments: LogKind.available) func recordsComeOnceInTheOrderTheyArrived(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        let records = [
            record(.controls, "1"), record(.partners, "2"), record(.leads, "3"), record(.outcomes, "4"), record(.leads, "5"),
        ]
        try place.append(records)
        let log = try place.open()
        let polled = try log.pollAll(5)
        // The broker's time has milliseconds; within one the topic's rank decides.
        let isOrdered = zip(polled, polled.dropFirst()).allSatisfy { a, b in
            (a.received, a.topic.rawValue, a.offset) < (b.received, b.topic.rawValue, b.offset)
        }
        #expect(isOrdered)
        #expect(polled.map(text).sorted() == ["1", "2", "3", "4", "5"])
        #expect(polled.allSatisfy { $0.headers == [RecordHeader("name", text($0))] && $0.key == Array("acme".utf8) })
    }

    @Test(arguments: LogKind.available) func whatIsCommittedDoesNotComeAgain(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        try place.append([record(.controls, "1"), record(.leads, "2"), record(.leads, "3")])
        var log = try place.open()
        var batch = Batch()
        batch.consumed = Array(try log.pollAll(3).prefix(2))
        batch.entries = [entry(0), entry(1)]
        try log.commit(batch)
        log = try place.open()
        #expect(try log.pollAll(1).map(text) == ["3"])
        #expect(try place.journal.read { try JournalReader().head(of: "acme", in: $0)?.size } == 2)
    }

    @Test(arguments: LogKind.available) func whatIsNotCommittedComesAgain(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        try place.append([record(.controls, "1"), record(.leads, "2")])
        let first = try place.open().pollAll(2).map(text)
        #expect(try place.open().pollAll(2).map(text) == first)
        #expect(first.count == 2)
    }

    @Test(arguments: LogKind.available) func tombstonesAndEmptyValuesDiffer(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        try place.append([
            NewRecord(topic: .leads, key: nil, headers: [], value: nil), NewRecord(topic: .leads, key: [], headers: [], value: []),
        ])
        let polled = try place.open().pollAll(2)
        #expect(polled.map(\.value) == [nil, []])
    }

    @Test(arguments: LogKind.available) func timeStandsBehindWhatIsUnread(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        try place.append((0..<10).map { record(.leads, "\($0)") })
        let log = try place.open()
        var last = Timestamp(micros: .min)
        var seen = 0
        while seen < 10 {
            let poll = try log.poll(max: 3, wait: .milliseconds(100), now: SystemClock().now())
            #expect(poll.records.allSatisfy { $0.received >= last })
            seen += poll.records.count
            var batch = Batch()
            batch.consumed = poll.records
            try log.commit(batch)
            if let record = poll.records.last { last = record.received }
            if seen < 10, !poll.records.isEmpty { #expect(poll.frontier <= SystemClock().now()) }
        }
        #expect(seen == 10)
    }

    @Test(arguments: LogKind.available) func outcomesThatWaitSurviveUntilTheirLeadComes(_ kind: LogKind) throws {
        let place = try LogPlace(kind)
        try place.append([record(.outcomes, "1"), record(.outcomes, "2"), record(.leads, "3")])
        var log = try place.open()
        let records = try log.pollAll(3)
        var batch = Batch()
        batch.consumed = records
        batch.entries = [entry(0), entry(1)]
        let letters = try (1...2).map { offset in
            var letter = WireDeadLetter()
            letter.origin.topic = Topic.outcomes.name
            letter.origin.offset = Int64(offset)
            return try letter.serializedBytes() as [UInt8]
        }
        batch.parked = [
            .init(program: "acme", leadID: "a", position: 0, deadLetter: letters[0]),
            .init(program: "acme", leadID: "b", position: 1, deadLetter: letters[1]),
        ]
        try log.commit(batch)
        if kind != .embedded { try place.takeNewDisk() }
        log = try place.open()
        #expect(try log.parkedLeads().map(\.leadID).sorted() == ["a", "b"])
        batch = Batch()
        batch.entries = [entry(2)]
        batch.arrived = [("acme", "a")]
        batch.unmatched = [.init(program: "acme", position: 1)]
        try log.commit(batch)
        if kind != .embedded { try place.takeNewDisk() }
        log = try place.open()
        #expect(try log.parkedLeads().isEmpty)
        if kind == .embedded {
            #expect(try EmbeddedLog(place.journal).deadLetters(from: 0, limit: 10).map(\.bytes) == [letters[1]])
        } else {
            let records = try place.values(.deadletter)
            #expect(records.map(\.value) == [letters[1]])
            let id = records[0].headers.first { $0.name.elementsEqual("ce_id".utf8) }
            #expect(id.map { String(decoding: $0.value, as: UTF8.self) } == "leadline.outcomes/0/2")
        }
    }

    /// One record never stops a partition, whatever its size, headers or key: it is rejected, kept whole, and what stands
    /// behind it is taken in. (Guarantee 1.)
    @Test(arguments: LogKind.available) func recordsOfAnySizeAreDeadLettersAndStopNothing(_ kind: LogKind) async throws {
        let place = try LogPlace(kind)
        func big(_ valueBytes: Int, headerBytes: Int = 0, keyBytes: Int = 4) -> NewRecord {
            NewRecord(
                topic: .leads, key: Array(repeating: UInt8(ascii: "k"), count: keyBytes),
                headers: [RecordHeader(name: Array("x".utf8), value: Array(repeating: 1, count: headerBytes))],
                value: Array(repeating: UInt8(ascii: "v"), count: valueBytes))
        }
        let sizes = [
            900_000, 999_999, 1_000_000, 1_048_000, 1_048_576, 1_048_588, 2_000_000, 4_194_304, 8_388_608, 20_000_000, 33_554_432,
        ]
        // The mock cluster drops what is more than some megabytes a partition.
        let sent = (kind == .mock ? [1_000_000, 1_048_588] : sizes).map { big($0) }
            + [big(10, headerBytes: 800_000), big(10, keyBytes: 800_000), big(10)]
        try place.append(sent)
        let keyring = try place.disk.folder.openVault()
        let log = try place.open(vault: keyring.vault)
        let (intake, letters) = (Intake(keyring), DeadLetters(keyring))
        var taking = intake
        var seen = 0
        while seen < sent.count {
            let poll = try log.poll(max: 1_000, wait: .milliseconds(100), now: SystemClock().now())
            var batch = Batch()
            batch.consumed = poll.records
            for record in poll.records {
                let rejection = try #require(throws: Rejection.self) { try taking.take(record) }
                batch.deadLetters.append(try letters.make(record, rejection))
                #expect(record.byteCount == sent[seen].value!.count + sent[seen].key!.count + 1 + sent[seen].headers[0].value.count)
                seen += 1
            }
            if log.carriesKeys { batch.keys = try keyring.vault.pendingRecords() }
            try log.commit(batch)
            try keyring.vault.flush()
        }
        let opened = try place.deadLetters().map { try DeadLetters.open($0, keyring.vault) }
        #expect(opened.map { Array($0.value).count } == sent.map { $0.value!.count })
        #expect(opened.map { Array($0.key) } == sent.map { $0.key })
        #expect(opened.allSatisfy { $0.value.allSatisfy { $0 == UInt8(ascii: "v") } })
    }

    /// A new master key wraps what the old one wrapped, while records are decided, and on a cluster another machine has it
    /// from the topic: people are found, duplicates refused and addresses opened without the old key.
    @Test(arguments: [LogKind.embedded, .mock]) func theMasterKeyIsReplaced(kind: LogKind) throws {
        let place = try LogPlace(kind)
        let keyFile = place.disk.folder.settings.masterKeyFile
        func lead(_ id: String, _ event: String, _ address: String) -> NewRecord {
            record(.leads, "LeadSubmitted", event, #"{"leadId":"\#(id)","accountDomain":"c.example","contact":{"email":"\#(address)"}}"#)
        }
        func record(_ topic: Topic, _ type: String, _ id: String, _ json: String) -> NewRecord {
            NewRecord(
                topic: topic, key: Array("acme".utf8),
                headers: [
                    RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"),
                    RecordHeader("ce_type", "leadline.v1.\(type)"), RecordHeader("content-type", "application/json"),
                ], value: Array(json.utf8))
        }
        func process(_ keyring: Keyring, _ count: Int) throws {
            var shard = try Shard(
                log: place.open(vault: keyring.vault), machine: Machine(clock: SystemClock()), timeSource: .wallClock, keyring: keyring,
                load: { program in
                    let journal = try place.journal
                    return try journal.read { db in
                        guard let head = try JournalReader().head(of: program, in: db) else { return ProgramStream(program: program) }
                        return try ProgramStream.recover(program, through: head.size, journal: db, snapshots: nil)
                    }
                }, store: { _ in })
            var records = 0
            while records < count || keyring.vault.needsRewrap {
                records += try shard.step(max: 100, wait: .milliseconds(100)).records
            }
        }
        try place.append([
            record(.controls, "ProgramRegistered", "1", #"{"name":"Acme","currency":"EUR"}"#), lead("lead-1", "2", "kim@acme.example"),
        ])
        try process(place.disk.folder.openVault(), 2)
        let before = Pseudonyms(masterKey: try MasterKey.load(from: keyFile), program: "acme")
        let address = before.lookup(kind: .email, value: "kim@acme.example")
        let known = try #require(try place.disk.folder.openVault().vault.findSubject(address))

        _ = try MasterKey.rotate(at: keyFile)
        try place.append([lead("lead-2", "3", "Kim@acme.example"), lead("lead-1", "2", "kim@acme.example")])
        let keyring = try place.disk.folder.openVault()
        #expect(keyring.vault.needsRewrap)
        try process(keyring, 2)
        #expect(try keyring.vault.findSubject(address) == known)
        #expect(try MasterKey.retire(at: keyFile) == 1)
        let rotated = try String(contentsOfFile: keyFile, encoding: .utf8)

        if kind != .embedded {
            try place.takeNewDisk()
            let file = URL(fileURLWithPath: place.disk.folder.settings.masterKeyFile)
            try Data(rotated.utf8).write(to: file)
            // What was made under the file that was there before holds no key yet.
            try place.disk.folder.removeVault()
        }
        let other = try place.disk.folder.openVault(makingIt: kind != .embedded)
        _ = try place.open(vault: other.vault)
        #expect(!other.vault.needsRewrap)
        #expect(try other.vault.findSubject(address) == known)
        let after = Pseudonyms(masterKey: other.masterKey, program: "acme")
        #expect(after.lookup(kind: .email, value: "kim@acme.example") == address && after.account(domain: "c.example") == before.account(domain: "c.example"))
        let entries = try place.journal.read { db in
            var entries: [EntryRecord] = []
            try JournalReader().forEachEntry(program: "acme", in: db) { _, bytes in
                entries.append(try unsafe bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) })
            }
            return entries
        }
        // The repeated record is one, and both leads are the same person's and company's.
        #expect(entries.contains { $0.input.fact == .duplicateReceived })
        let leads = entries.filter { if case .leadSubmitted = $0.input.fact { true } else { false } }
        #expect(leads.count == 2 && Set(leads.map(\.input.subject)).count == 1 && Set(leads.map(\.input.account)).count == 1)
        for entry in leads {
            let context = SealingContext.bytes("acme", .leadSubmitted, entry.input.eventDigest?.bytes ?? [])
            let opened = try other.vault.open(entry.sealed, subject: known, context: context)
            #expect(String(decoding: opened, as: UTF8.self).lowercased().contains("kim@acme.example"))
        }
    }

    /// A refused record that mentions a person is unreadable everywhere once the person is erased.
    @Test func deadLettersDieWithThePersonTheyMention() throws {
        let place = try LogPlace(.mock)
        let (program, folder) = ("acme", place.disk.folder)
        func event(_ topic: Topic, _ type: String, _ id: String, _ json: String) -> NewRecord {
            NewRecord(
                topic: topic, key: Array(program.utf8),
                headers: [
                    RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"),
                    RecordHeader("ce_type", "leadline.v1.\(type)"), RecordHeader("content-type", "application/json"),
                ], value: Array(json.utf8))
        }
        try place.append([
            event(.controls, "ProgramRegistered", "1", #"{"name":"Acme","currency":"EUR"}"#),
            event(.leads, "LeadSubmitted", "2", #"{"leadId":"","contact":{"email":"kim@acme.example"}}"#),
            event(.leads, "LeadSubmitted", "3", #"{"leadId":"lead-1","contact":{"email":"Kim@acme.example"}}"#),
            event(.leads, "LeadSubmitted", "4", #"{"leadId":"lead-2","country":7,"contact":{"email":"jo@acme.example"}}"#),
        ])
        let keyring = try folder.openVault()
        var shard = try Shard(
            log: place.open(vault: keyring.vault), machine: Machine(clock: SystemClock()), timeSource: .wallClock, keyring: keyring,
            load: { ProgramStream(program: $0) }, store: { _ in })
        func process(until count: Int) throws {
            var records = 0
            while records < count { records += try shard.step(max: 100, wait: .milliseconds(100)).records }
        }
        try process(until: 4)
        let letters = try place.values(.deadletter).map { try WireDeadLetter(serializedBytes: $0.value ?? []) }
        #expect(letters.count == 2)
        let vault = try folder.openVault().vault
        for letter in letters { _ = try DeadLetters.open(letter, vault) }
        try place.append([event(.controls, "ErasureRequested", "5", #"{"leadId":"lead-1"}"#)])
        try process(until: 1)
        func expectErased(_ opened: Vault) throws {
            #expect(throws: VaultError.self) { try DeadLetters.open(letters[0], opened) }
            #expect(String(decoding: try DeadLetters.open(letters[1], opened).value, as: UTF8.self).contains("jo@acme.example"))
        }
        try expectErased(keyring.vault)

        // Another machine, from the topics alone.
        try place.takeNewDisk()
        let other = try place.disk.folder.openVault().vault
        _ = try place.open(vault: other)
        try expectErased(other)
    }
}

/// What only a cluster can show.
@Suite(.serialized, .enabled(if: TestBroker.program != nil, "no test broker: set LEADLINE_BROKER to what deploy/broker --path prints"))
struct TransactionsTests {
    /// Somebody else takes the shard; what the first had under way stays invisible, and it is told to stop.
    @Test func aZombieCannotCommit() throws {
        let place = try LogPlace(.broker)
        try place.append([record(.leads, "1")])
        let zombie = try place.open()
        var batch = Batch()
        batch.consumed = try zombie.pollAll(1)
        batch.entries = [entry(0)]
        try place.takeNewDisk()
        let heir = try place.open()
        #expect(throws: KafkaError.self) { try zombie.commit(batch) }
        #expect(try place.values(.journal).isEmpty)
        var again = Batch()
        again.consumed = try heir.pollAll(1)
        again.entries = [entry(0)]
        try heir.commit(again)
        do {
            try zombie.commit(batch)
            Issue.record("the zombie has committed")
        } catch let error as KafkaError {
            #expect(error.isFenced || error.isFatal, "\(error)")
        }
        #expect(try place.values(.journal).count == 2)
    }

    @Test func anEmptyDiskIsFilledFromTheTopicAlone() throws {
        let place = try LogPlace(.broker)
        try place.append((0..<20).map { record(.leads, "\($0)") })
        let log = try place.open()
        var position: UInt64 = 0
        while position < 20 {
            var batch = Batch()
            batch.consumed = try log.poll(max: 7, wait: .milliseconds(100), now: SystemClock().now()).records
            batch.entries = batch.consumed.map { _ in
                defer { position += 1 }
                return entry(position)
            }
            if !batch.isEmpty { try log.commit(batch) }
        }
        let before = try place.journal.read { try JournalReader().head(of: "acme", in: $0) }
        try place.takeNewDisk()
        let rebuilt = try #require(try place.open() as? KafkaLog)
        #expect(rebuilt.recoveredEntries == 20)
        #expect(try place.journal.read { try JournalReader().head(of: "acme", in: $0) } == before)
        #expect(try rebuilt.poll(max: 10, wait: .milliseconds(300), now: SystemClock().now()).records.isEmpty)
    }

    @Test(arguments: ["gap", "repeat", "foreign"]) func aBrokenJournalTopicStopsTheShard(_ fault: String) throws {
        let place = try LogPlace(.broker)
        let log = try place.open()
        var batch = Batch()
        batch.entries = [entry(0)]
        try log.commit(batch)
        var frame = WireBatchFrame()
        frame.entryCount = 1
        let rogue: [UInt8] = switch fault {
        case "gap": entry(2).bytes
        case "repeat": entry(0, deadline: 2).bytes
        default: [0xff]
        }
        try place.append([
            NewRecord(topic: .journal, key: Array("acme".utf8), headers: [], value: rogue),
            NewRecord(topic: .journal, key: nil, headers: [], value: Array(try frame.serializedData())),
        ])
        #expect(throws: KafkaTransportError.self) { _ = try place.open() }
    }

    @Test func keysGoWithTheBatchAndDieWithTheErasure() throws {
        let place = try LogPlace(.broker)
        let vault = try place.disk.folder.openVault().vault
        let log = try place.open(vault: vault)
        let lookup = try #require(Pseudonym(Array(repeating: 7, count: 16)))
        let subject = try vault.subject(lookups: [lookup])
        let sealed = try vault.seal([1, 2, 3], subject: subject, context: [9])
        var batch = Batch()
        batch.entries = [entry(0)]
        batch.keys = try vault.pendingRecords()
        try log.commit(batch)
        try vault.flush()

        try place.takeNewDisk()
        let other = try place.disk.folder.openVault().vault
        let heir = try place.open(vault: other)
        #expect(try other.findSubject(lookup) == subject)
        #expect(try other.open(sealed, subject: subject, context: [9]) == [1, 2, 3])

        batch = Batch()
        batch.entries = [entry(1)]
        batch.erased = [subject]
        try heir.commit(batch)
        try place.takeNewDisk()
        let third = try place.disk.folder.openVault().vault
        _ = try place.open(vault: third)
        #expect(third.isErased(subject))
        #expect(try third.findSubject(lookup) == nil)
    }

    /// A journal that is not the one that was signed is not decided on, whoever changed it where.
    @Test(arguments: ["same", "longer", "shorter", "other", "none"]) func aTakeoverComparesTheJournalWithWhatWasPublished(_ journal: String) throws {
        let signed = try LogFolder()
        var batch = Batch()
        batch.entries = [entry(0), entry(1)]
        try EmbeddedLog(signed.folder.openJournal()).commit(batch)
        let checkpoint = try CheckpointSigner(signed.folder).sign("acme")

        let place = try LogPlace(.broker)
        batch.entries = switch journal {
        case "same": [entry(0), entry(1)]
        case "longer": [entry(0), entry(1), entry(2)]
        case "shorter": [entry(0)]
        case "other": [entry(0), entry(1, deadline: 2)]
        default: []
        }
        let log = try place.open()
        if !batch.entries.isEmpty { try log.commit(batch) }
        try place.append([CheckpointRecords.record(checkpoint)])
        try FileManager.default.copyItem(atPath: signed.folder.logKeyPath, toPath: place.disk.folder.logKeyPath)
        let settings = try #require(place.settings)
        func takeOver() throws {
            try TakeoverCheck(
                partition: place.partition, reader: PartitionReader(settings), signer: CheckpointSigner(place.disk.folder),
                logger: settings.logger
            ).run()
        }
        if ["same", "longer"].contains(journal) {
            try takeOver()
        } else {
            #expect(throws: KafkaTransportError.self) { try takeOver() }
        }
        // Somebody else's checkpoint stops nobody.
        let stranger = try LogFolder()
        batch.entries = [entry(0), entry(1), entry(2), entry(3), entry(4)]
        try EmbeddedLog(stranger.folder.openJournal()).commit(batch)
        try place.append([CheckpointRecords.record(try CheckpointSigner(stranger.folder).sign("acme"))])
        if journal == "same" { try takeOver() }
    }

    @Test func offsetsThatSomebodyResetStopTheShard() throws {
        let place = try LogPlace(.broker)
        try place.append([record(.leads, "1"), record(.leads, "2")])
        let log = try place.open()
        var batch = Batch()
        batch.consumed = try log.pollAll(2)
        batch.entries = [entry(0)]
        try log.commit(batch)
        let settings = try #require(place.settings)
        let intruder = try Producer(settings, transactionalID: "intruder-\(place.partition)")
        try intruder.initTransactions()
        try intruder.begin()
        try intruder.sendOffsets(
            [TopicPartition(Topic.leads.name, place.partition, offset: 1)], metadata: try GroupMetadata.outsideOfGroup(settings))
        _ = try intruder.commit()
        #expect(throws: KafkaTransportError.offsetsDiffer(topic: "leadline.leads", partition: place.partition, journal: 2, group: 1)) {
            _ = try place.open()
        }
    }
}
