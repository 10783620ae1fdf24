import CRdKafka
import Engine
import Foundation
import LeadlineCore
import Testing

@testable import KafkaTransport

/// Goal: whoever puts an input on a cluster's topics hears where it stands, shares round trips with others, and hears of a
/// record that the broker refused. Method: the inbox on a mock cluster, read back partition by partition.
@Suite(.serialized) struct RecordSinkTests {
    private static func lead(_ id: String, program: String) -> NewRecord {
        let headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/test"),
            RecordHeader("ce_type", "leadline.v1.LeadSubmitted"), RecordHeader("content-type", "application/json"),
        ]
        return NewRecord(
            topic: .leads, key: Array(program.utf8), headers: headers, value: Array(#"{"leadId":"\#(id)","country":"IT"}"#.utf8))
    }

    private static func id(_ record: TopicRecord) -> String? {
        record.headers.first { $0.name.elementsEqual("ce_id".utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    private struct Place: Hashable {
        var partition: UInt32
        var offset: Int64
    }

    private static func standing(_ settings: KafkaSettings) throws -> [Place: String] {
        var found: [Place: String] = [:]
        try TopicReader(settings, .leads, partitionCount: 4).readAll { record in
            found[Place(partition: UInt32(record.partition), offset: record.offset)] = id(record)
        }
        return found
    }

    @Test(.timeLimit(.minutes(5))) func eachRecordStandsWhereItIsSaidTo() async throws {
        let settings = KafkaSettings(bootstrap: try MockCluster().bootstrap)
        let inbox = GroupedInbox(KafkaRecordSink(settings))
        let said = try await withThrowingTaskGroup(of: [(RecordPlace, String)].self) { group in
            for caller in 0..<40 {
                group.addTask {
                    let ids = (0..<3).map { "\(caller)-\($0)" }
                    let appended = try await inbox.append(ids.enumerated().map { Self.lead($1, program: "program-\(caller + $0)") })
                    for record in appended { #expect(try await record.fate() == .accepted(record.place)) }
                    return Array(zip(appended.map(\.place), ids))
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let standing = try Self.standing(settings)
        #expect(said.count == 120 && standing.count == 120 && Set(said.map(\.0)).count == 120)
        for (place, id) in said {
            #expect(place.topic == .leads && standing[Place(partition: place.partition, offset: place.offset)] == id)
        }
        #expect(Set(standing.keys.map(\.partition)).count == 4)
        // Who waited while another's records were under way shared the next round trip.
        #expect(inbox.commits < 40)
    }

    /// A refusal is that call's alone.
    @Test(.timeLimit(.minutes(5))) func aRefusedRecordIsHeardOfAndTheNextOneGoes() async throws {
        let cluster = try MockCluster()
        var settings = KafkaSettings(bootstrap: cluster.bootstrap)
        settings.properties["message.max.bytes"] = "2000"
        let inbox = GroupedInbox(KafkaRecordSink(settings))
        var large = Self.lead("large", program: "acme")
        large.value = Array(#"{"leadId":"large","freeText":"\#(String(repeating: "x", count: 4_000))"}"#.utf8)
        await #expect(throws: KafkaError.self) { try await inbox.append([large]) }
        let place = try await inbox.append(Self.lead("small", program: "acme")).place
        #expect(try Self.standing(settings)[Place(partition: place.partition, offset: place.offset)] == "small")
    }
}
