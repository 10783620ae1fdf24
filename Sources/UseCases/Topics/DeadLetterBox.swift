import Audit
import Engine
import Foundation
import KafkaTransport
import LeadlineCore
import LeadlineSchemas
public import Reports
import SwiftProtobuf
import Vault

/// Which dead letters are meant.
public enum DeadLetterChoice: Sendable {
    case all
    /// Of one reason, e.g. "unknown-program".
    case reason(String)
    case places([DeadLetterPlace])
}

/// What came of sending dead letters again.
public struct Resubmission: Sendable {
    /// Those that were meant.
    public let letters: [DeadLetterView]
    /// Those that cannot be sent again, and why.
    public let failures: [Problem]
    /// Records that were sent, or would be.
    public let sent: Int
    /// Nil if nothing was sent.
    public let publication: Publication?
}

extension Deployment {
    /// Dead letters from an offset on, of every partition.
    /// - Parameter reason: only those of it; nil takes all.
    public func deadLetters(reason: String?, from: Int64, limit: Int) throws(Problem) -> [DeadLetterView] {
        try Problem.told {
            try DeadLetterBox(self).select(from: from, limit: limit) { reason == nil || $0.reason == reason }
        }
    }

    /// One dead letter.
    /// - Parameter unseals: opens its record; the read is noted first. Nobody knows whose data a rejected record holds,
    ///   so its key's random id stands there.
    public func deadLetter(at place: DeadLetterPlace, unseals: Bool) throws(Problem) -> (
        letter: DeadLetterView, record: OpenedRecord?
    ) {
        try Problem.told {
            let box = try DeadLetterBox(self)
            let letter = try box.at(place)
            guard unseals else { return (letter, nil) }
            try noteDeadLetters("deadletter show", [letter])
            return (letter, try OpenedRecord.open(letter.letter, try box.vault(of: place)))
        }
    }

    /// Sends rejected records again, as they were. An outcome whose lead never came gets a new event id, because its
    /// old one counts as seen.
    /// - Parameter isDry: sends nothing.
    public func resubmit(_ choice: DeadLetterChoice, isDry: Bool) async throws(Problem) -> Resubmission {
        try await Problem.told {
            let box = try DeadLetterBox(self)
            let letters = try box.select(choice)
            if letters.isEmpty { return Resubmission(letters: [], failures: [], sent: 0, publication: nil) }
            try noteDeadLetters("deadletter resubmit", letters, reason: "sent again, shown to nobody")
            var records: [NewRecord] = []
            var failures: [Problem] = []
            for letter in letters {
                let place = "dead letter \(letter.place)"
                switch try OpenedRecord.open(letter.letter, try box.vault(of: letter.place)) {
                case .erased:
                    failures.append(
                        Problem(.checkFailed, "the key was erased; the record cannot be sent again", at: place))
                case .notKept:
                    failures.append(
                        Problem(.checkFailed, "the record was too large to be kept; ask its producer for it", at: place)
                    )
                case .record(let record): records.append(try Self.again(record, letter))
                }
            }
            let publication = isDry ? nil : try await publish(records)
            return Resubmission(letters: letters, failures: failures, sent: records.count, publication: publication)
        }
    }

    func noteDeadLetters(_ action: String, _ letters: [DeadLetterView], reason: String? = nil) throws {
        try note(action, letters.compactMap { SubjectID($0.letter.keyID)?.description }, in: root, reason: reason)
    }

    private static func again(_ record: WireDeadRecord, _ view: DeadLetterView) throws -> NewRecord {
        guard let topic = Topic(name: view.letter.origin.topic), topic.isInput else {
            throw Problem(.checkFailed, "the dead letter names no input topic", at: "dead letter \(view.place)")
        }
        let again = NewRecord(
            topic: topic, key: record.hasKey ? Array(record.key) : nil,
            headers: record.headers.map { RecordHeader(name: Array($0.name), value: Array($0.value)) },
            value: record.hasValue ? Array(record.value) : nil)
        return view.letter.reason == .leadNeverCame ? try renamed(again) : again
    }

    /// The same event under a new id.
    private static func renamed(_ record: NewRecord) throws -> NewRecord {
        var record = record
        let id = Machine.real.newID()
        let name = Array("ce_id".utf8)
        if let index = record.headers.lastIndex(where: {
            String(decoding: $0.name, as: UTF8.self).lowercased() == "ce_id"
        }) {
            record.headers[index] = RecordHeader(name: name, value: Array(id.utf8))
        } else if let value = record.value,
            var event = (try JSONSerialization.jsonObject(with: Data(value))) as? [String: Any]
        {
            event["id"] = id
            record.value = Array(
                try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes]))
        }
        return record
    }
}

/// The dead letters of a data folder, or of a cluster.
struct DeadLetterBox {
    private static let pageSize = 1_000
    private let deployment: Deployment
    private let log: EmbeddedLog

    init(_ deployment: Deployment) throws {
        self.deployment = deployment
        log = try EmbeddedLog(deployment.root.openJournal())
        if deployment.cluster == nil, !deployment.root.shards.isEmpty {
            throw Problem(
                .invalid, "this data folder belongs to a Kafka deployment, whose dead letters are on the cluster",
                at: deployment.root.path, remedy: "Name the cluster with --kafka host:port, or in $LEADLINE_KAFKA")
        }
    }

    /// The vault that opens a letter.
    func vault(of place: DeadLetterPlace) throws -> Vault {
        guard let partition = place.partition else { return try deployment.openedVault(in: deployment.root).vault }
        let shard = try deployment.root.shard(partition)
        guard FileManager.default.fileExists(atPath: shard.vaultPath) else {
            throw Problem(
                .notFound, "the keys of partition \(partition) are not in this data folder", at: deployment.root.path,
                remedy:
                    "Use the data folder of the instance that has the partition; 'leadline status' shows the members")
        }
        return try deployment.openedVault(in: shard).vault
    }

    func select(_ choice: DeadLetterChoice) throws -> [DeadLetterView] {
        switch choice {
        case .all: try select(from: 0, limit: .max) { _ in true }
        case .reason(let reason): try select(from: 0, limit: .max) { $0.reason == reason }
        case .places(let places): try places.map { try at($0) }
        }
    }

    /// Letters that are to be erased by themselves.
    func select(_ choice: RecordErasureChoice) throws -> [DeadLetterView] {
        switch choice {
        case .places(let places): try places.map { try at($0) }
        case .olderThan(let days):
            try select(from: 0, limit: .max) { [now = deployment.folder.now()] view in
                view.received < now.adding(micros: -days * Timestamp.microsPerDay)
            }
        case .unsearchable: try select(from: 0, limit: .max) { $0.letter.unsearchable }
        }
    }

    /// Letters from an offset on, of every partition, the first `limit` that are wanted.
    func select(from: Int64, limit: Int, where isWanted: (DeadLetterView) -> Bool) throws -> [DeadLetterView] {
        var found: [DeadLetterView] = []
        try forEach(from: from) { view in
            if isWanted(view) { found.append(view) }
            return found.count < limit
        }
        return found
    }

    func at(_ place: DeadLetterPlace) throws -> DeadLetterView {
        var found: DeadLetterView?
        try forEach(from: place.offset) { view in
            if view.place == place { found = view }
            return found == nil && deployment.cluster != nil
        }
        guard let found else {
            throw Problem(
                .notFound, "there is no dead letter at \(place)", remedy: "'leadline deadletter list' shows them")
        }
        return found
    }

    /// A page of a data folder's own letters, as far as they are the program's, and where to go on.
    func page(from: Int64, limit: Int) throws -> (letters: [DeadLetterView], next: Int64?) {
        let stored = try log.deadLetters(from: from, limit: limit)
        let letters = try stored.map {
            DeadLetterView(.init(offset: $0.offset), try WireDeadLetter(serializedBytes: $0.bytes))
        }
        return (letters.filter(isTheirs), stored.last.map { $0.offset + 1 })
    }

    /// True for a letter of the program. One that names no program, or none that is known, is shown to whoever runs the
    /// data folder's own.
    private func isTheirs(_ view: DeadLetterView) -> Bool {
        let letter = view.letter
        if letter.programID == deployment.program { return true }
        let isNobodys = letter.programID.isEmpty || letter.reason == .unknownProgram
        return isNobodys && deployment.program == deployment.root.settings.program
    }

    /// Hands letters over until `body` says false.
    private func forEach(from: Int64, _ body: (DeadLetterView) throws -> Bool) throws {
        if let cluster = deployment.cluster { return try forEach(on: cluster, from: from, body) }
        var next = from
        while case let page = try page(from: next, limit: Self.pageSize), let end = page.next {
            next = end
            for view in page.letters where try !body(view) { return }
        }
    }

    private func forEach(on cluster: KafkaSettings, from: Int64, _ body: (DeadLetterView) throws -> Bool) throws {
        var goesOn = true
        let reader = try TopicReader(cluster, .deadletter, partitionCount: Topics.partitionCount(ClusterAdmin(cluster)))
        var parts: [Int32: DeadLetterParts] = [:]
        try reader.readAll(while: { goesOn }) { record in
            guard goesOn, record.offset >= from, let value = record.value else { return }
            let letter = try WireDeadLetter(serializedBytes: value)
            guard let whole = parts[record.partition, default: .init()].take(letter, offset: record.offset) else {
                return
            }
            let view = DeadLetterView(.init(partition: record.partition, offset: whole.offset), whole.letter)
            if isTheirs(view) { goesOn = try body(view) }
        }
    }
}

extension OpenedRecord {
    /// Opens a dead letter's record.
    static func open(_ letter: WireDeadLetter, _ vault: Vault) throws -> OpenedRecord {
        do { return .record(try DeadLetters.open(letter, vault)) } catch VaultError.erased {
            return .erased
        } catch DeadLetterError.notKept {
            return .notKept
        }
    }
}
