import CRdKafka
import ChildPrograms
import Engine
import Foundation
import GRDB
import Glibc
import Journal
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import Synchronization
import Testing
import Vault

@testable import KafkaTransport

/// librdkafka's mock cluster, in this process: groups and injected errors, but neither isolation nor fencing.
///
/// It stays until the process ends: librdkafka 2.0.2 now and then waits for ever while it takes one down.
@safe final class MockCluster {
    private let cluster: OpaquePointer
    let bootstrap: String

    init(partitions: Int32 = 4) throws {
        let client = unsafe try ConfigHandle([:]).makeClient(RD_KAFKA_PRODUCER).release()
        unsafe cluster = try #require(rd_kafka_mock_cluster_new(client, 1))
        bootstrap = unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        for topic in Topic.allCases { unsafe rd_kafka_mock_topic_create(cluster, topic.name, partitions, 1) }
    }

    /// The next requests of this kind are answered with these errors, one each.
    func inject(_ api: Int16, _ errors: [rd_kafka_resp_err_t]) {
        unsafe rd_kafka_mock_push_request_errors_array(cluster, api, errors.count, errors)
    }
}

/// The test broker, started once; its shell ends it after this process.
enum TestBroker {
    static var program: String? { ProcessInfo.processInfo.environment["LEADLINE_BROKER"].flatMap { $0.isEmpty ? nil : $0 } }
    static let partitions: Int32 = 64
    private static let running = Mutex<String?>(nil)
    private static let nextPartition = Mutex<Int32>(0)

    /// The broker that tests share, each with a partition of its own.
    static func bootstrap() throws -> String {
        try running.withLock { running in
            if let running { return running }
            let bootstrap = try start(partitions: partitions)
            running = bootstrap
            return bootstrap
        }
    }

    /// A broker with Leadline's topics; its shell ends it after this process.
    static func start(partitions: Int32) throws -> String {
        let port = try freePort()
        // Whoever waits for the end of the tests' output must not wait for the shell: its files are its own.
        let shell = ChildProgram("/bin/sh", ["-c", """
            d=$(mktemp -d); "$0" start --only kafka --host 127.0.0.1 --kafka-port \(port) --data-dir "$d" &
            p=$!; while kill -0 "$1"; do sleep 0.5; done; kill -9 $p; wait $p; rm -rf "$d"
            """, try #require(program), "\(getpid())"])
        _ = try shell.start()
        let bootstrap = "127.0.0.1:\(port)"
        let admin = try ClusterAdmin(KafkaSettings(bootstrap: bootstrap))
        _ = try admin.partitionCounts()
        for plan in Topics.plans(partitions: partitions, replicas: 1, inputBytesMax: 50_000_000) { _ = try admin.create(plan) }
        try Topics.awaitEverywhere(admin)
        return bootstrap
    }

    /// A partition that no other test of this run has used.
    static func freshPartition() -> Int32 {
        nextPartition.withLock { next in
            defer { next += 1 }
            return next
        }
    }

    private static func freePort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    /// A socket that listens on a port of its own of this machine's loopback.
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, size) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        try #require(bound)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

/// A data folder of its own, gone with the value.
final class LogFolder {
    let root = NSTemporaryDirectory() + "leadline-kafka-\(UUID().uuidString)"
    let folder: DataFolder

    init() throws {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let key = root + "/master.key"
        _ = FileManager.default.createFile(
            atPath: key, contents: Data((String(repeating: "5a", count: 32) + "\n").utf8), attributes: [.posixPermissions: 0o600])
        folder = try DataFolder.create(path: root + "/data", settings: .init(program: "acme", masterKeyFile: key))
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: root) }
}

/// What a log runs on.
enum LogKind: String, CaseIterable, CustomTestStringConvertible {
    case embedded, mock, broker
    var testDescription: String { rawValue }
    /// The broker is tested where there is one.
    static var available: [LogKind] { TestBroker.program == nil ? [.embedded, .mock] : allCases }
}

/// A place to test a log in: records go in, logs are opened on them, on the same disk or an empty one.
final class LogPlace {
    let kind: LogKind
    let partition: Int32
    private(set) var disk: LogFolder
    private let mock: MockCluster?
    private(set) var settings: KafkaSettings?
    private let metadata = GroupMetadata()
    private var member: Producer?
    private var queues: [DatabaseQueue] = []

    init(_ kind: LogKind) throws {
        self.kind = kind
        disk = try LogFolder()
        mock = kind == .mock ? try MockCluster() : nil
        partition = kind == .broker ? TestBroker.freshPartition() : 0
        switch kind {
        case .embedded: settings = nil
        case .mock: settings = KafkaSettings(bootstrap: mock?.bootstrap ?? "", group: "test")
        case .broker: settings = KafkaSettings(bootstrap: try TestBroker.bootstrap(), group: "test-\(UUID().uuidString)")
        }
        if let settings { metadata.set(try GroupMetadata.outsideOfGroup(settings)) }
    }

    /// From here on the disk is empty, as on another machine.
    func takeNewDisk() throws { disk = try LogFolder() }

    func inject(_ api: Int16, _ errors: [rd_kafka_resp_err_t]) { mock?.inject(api, errors) }

    var journal: DatabaseQueue { get throws { try disk.folder.openJournal() } }

    func open(vault: Vault? = nil) throws -> any ShardLog {
        let queue = try disk.folder.openJournal()
        guard let settings else { return try EmbeddedLog(queue) }
        var options = KafkaLogOptions(partitionCount: 1)
        options.requiresAppendTime = kind != .mock
        options.linger = .zero
        return try KafkaLog(
            settings, partition: partition, options: options, metadata: metadata, journal: queue,
            vault: try vault ?? disk.folder.openVault().vault)
    }

    /// Puts records onto the log, one after another.
    func append(_ records: [NewRecord]) throws {
        guard let settings else {
            try EmbeddedLog(journal).append(records, now: SystemClock().now())
            return
        }
        var large = settings
        large.properties["message.max.bytes"] = "50000000"
        let producer = try Producer(large, transactionalID: nil)
        for record in records {
            try producer.produce(record.topic.name, partition, key: record.key, value: record.value, headers: record.headers)
            // One at a time, so that their order is known.
            try producer.flush()
        }
    }

    /// The dead letters, put together.
    func deadLetters() throws -> [WireDeadLetter] {
        if kind == .embedded {
            return try EmbeddedLog(journal).deadLetters(from: 0, limit: 1_000).map { try WireDeadLetter(serializedBytes: $0.bytes) }
        }
        var parts = DeadLetterParts()
        return try values(.deadletter).compactMap {
            parts.take(try WireDeadLetter(serializedBytes: $0.value ?? []), offset: $0.offset)?.letter
        }
    }

    /// Values on one of the cluster's topics, as a `read_committed` consumer sees them.
    func values(_ topic: Topic) throws -> [FetchedRecord] {
        let reader = try PartitionReader(try #require(settings))
        let place = TopicPartition(topic.name, partition)
        let end = try reader.ends([place])[0]
        try reader.assign([TopicPartition(topic.name, partition, offset: 0)])
        var found: [FetchedRecord] = []
        var next: Int64 = 0
        while next < end {
            try reader.fetch(waitMillis: 100) { fetched in
                switch fetched {
                case .record(let record):
                    found.append(record)
                    next = record.offset + 1
                case .end(_, _, let offset): next = max(next, offset)
                }
            }
        }
        return found
    }
}

/// A record whose content does not matter.
func record(_ topic: Topic, _ text: String) -> NewRecord {
    NewRecord(topic: topic, key: Array("acme".utf8), headers: [RecordHeader("name", text)], value: Array(text.utf8))
}

/// An entry that a reader of the journal can read.
func entry(_ position: UInt64, program: String = "acme", deadline: Int64 = 1) -> PendingEntry {
    var writer = WireWriter()
    let stamp = Timestamp(micros: 1_000 + Int64(position))
    EntryCodec.encode(
        position: position, stamp: stamp, logicVersion: 1, origin: nil,
        inputBytes: InputCodec.encode(Input(.timeAdvanced(through: Timestamp(micros: deadline)), imported: false)), events: [], into: &writer)
    return PendingEntry(program: program, position: position, stampMicros: stamp.micros, bytes: writer.bytes, eventCount: 0)
}

extension ShardLog {
    /// Polls until so many records have come.
    func pollAll(_ count: Int, max: Int = 100) throws -> [LogRecord] {
        var records: [LogRecord] = []
        for _ in 0..<200 where records.count < count {
            records += try poll(max: max, wait: .milliseconds(100), now: SystemClock().now()).records
        }
        return records
    }
}

func text(_ record: LogRecord) -> String { String(decoding: record.value ?? [], as: UTF8.self) }

/// A registration of a program, under an event id.
func registration(_ program: String, _ id: String) -> NewRecord {
    NewRecord(
        topic: .controls, key: Array(program.utf8),
        headers: [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"),
            RecordHeader("ce_type", "leadline.v1.ProgramRegistered"), RecordHeader("content-type", "application/json"),
        ],
        value: Array(#"{"name":"\#(id)","currency":"EUR"}"#.utf8))
}
