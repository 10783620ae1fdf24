import Testing

@testable import KafkaTransport

/// What a group's coordinator says of its members, and what follows from it for a producer that was fenced.
@Suite struct GroupDescriptionTests {
    /// An assignment as consumers write it: version, topics with names and partitions.
    private static func assignment(_ topics: [(String, [Int32])]) -> [UInt8] {
        func bytes(_ value: Int32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        var all: [UInt8] = [0, 1] + bytes(Int32(topics.count))
        for (name, partitions) in topics {
            all += [UInt8(name.utf8.count >> 8), UInt8(name.utf8.count & 255)] + name.utf8
            all += bytes(Int32(partitions.count)) + partitions.flatMap(bytes)
        }
        return all + bytes(-1)
    }

    @Test func anAssignmentIsReadForItsTopicAlone() {
        let bytes = Self.assignment([("other", [0, 9]), ("leadline.controls", [7, 3, 11])])
        #expect(GroupDescription.partitions(of: "leadline.controls", inAssignment: bytes) == [3, 7, 11])
        #expect(GroupDescription.partitions(of: "leadline.leads", inAssignment: bytes) == [])
    }

    @Test func anAssignmentThatEndsTooSoonOrLiesHoldsNothingThatIsNotThere() {
        let bytes = Self.assignment([("leadline.controls", [7, 3, 11])])
        for count in 0..<bytes.count - 4 {
            let found = GroupDescription.partitions(of: "leadline.controls", inAssignment: Array(bytes.prefix(count)))
            #expect(found.isEmpty, "the first \(count) bytes")
        }
        #expect(GroupDescription.partitions(of: "x", inAssignment: [0, 0, 0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff]) == [])
        #expect(GroupDescription.partitions(of: "x", inAssignment: [0, 0, 0xff, 0xff, 0xff, 0xff]) == [])
    }

    struct Row: CustomTestStringConvertible {
        var says: String
        var members: [(id: String, client: String, partitions: [Int32])]
        var isStable = true
        var name: String? = "p1"
        var standing: GroupMember.Standing
        var testDescription: String { says }
    }

    static let rows = [
        Row(says: "a member that holds the partition", members: [("own", "p1", [4, 5])], standing: .holds),
        Row(says: "a member whose partition was moved", members: [("own", "p1", [5]), ("b", "p2", [4])], standing: .lost),
        Row(says: "a member of a group that moves partitions", members: [("own", "p1", [])], isStable: false, standing: .unknown),
        Row(says: "a member that was put out", members: [("b", "p2", [4])], standing: .lost),
        Row(says: "a member that was put out of an empty group", members: [], standing: .lost),
        Row(says: "a member whose name another has", members: [("new", "p1", [4])], standing: .replaced),
        Row(says: "a member whose name another has, while partitions move", members: [("new", "p1", [])], isStable: false, standing: .replaced),
        Row(says: "a dynamic member that was put out", members: [("new", "p1", [4])], name: nil, standing: .lost),
    ]

    @Test(arguments: rows) func theCoordinatorSaysWhoseAShardIs(_ row: Row) {
        let members = row.members.map {
            GroupDescription.Member(id: $0.id, clientID: $0.client, host: "/127.0.0.1", partitions: $0.partitions)
        }
        let described = GroupDescription(members: members, isStable: row.isStable)
        #expect(GroupMember.standing(of: "own", named: row.name, 4, described) == row.standing)
    }

    static let endings: [(says: String, members: [(id: String, client: String)], name: String?, isReplaced: Bool)] = [
        ("its old id still stands in the group", [("own", "p1")], "p1", false),
        ("it was put out, and nobody has its name", [("b", "p2")], "p1", false),
        ("another has its name", [("new", "p1"), ("b", "p2")], "p1", true),
        ("nobody can be told by name", [("b", "p1")], nil, true),
        ("its old id stands there, though nobody can be told by name", [("own", "p1")], nil, false),
    ]

    @Test func aMemberThatEndedItselfIsToldFromOneThatWasReplaced() {
        for row in Self.endings {
            let members = row.members.map { GroupDescription.Member(id: $0.id, clientID: $0.client, host: "/127.0.0.1", partitions: []) }
            let described = GroupDescription(members: members, isStable: true)
            #expect(GroupMember.isReplaced("own", named: row.name, described) == row.isReplaced, "\(row.says)")
        }
    }
}
