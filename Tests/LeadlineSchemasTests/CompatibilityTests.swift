import LeadlineSchemas
import SwiftProtobuf
import Testing

/// Goal: no change to the schemas breaks those who wrote or read messages before it.
/// Method: the committed descriptor set against what the .proto files say now; and every kind of breaking
/// change, made on purpose, must be found.
@Suite struct CompatibilityTests {
    @Test(.enabled(if: Protoc.path != nil, "protoc is not in PATH")) func schemasStayCompatible() throws {
        let compiled = try Protoc.compile()
        let committed = try SchemaFiles.committed()
        #expect(incompatibilities(old: committed, new: compiled) == [])
        // Seen the other way round, whatever was added and not generated is "removed".
        #expect(incompatibilities(old: compiled, new: committed) == [], "run deploy/generate-schemas")
    }

    /// A change to the descriptor set and what must be said about it; nothing if it breaks nobody.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let expected: [String]
        let apply: @Sendable (inout Google_Protobuf_FileDescriptorSet) -> Void

        init(_ name: String, _ expected: [String], _ apply: @escaping @Sendable (inout Google_Protobuf_FileDescriptorSet) -> Void) {
            testDescription = name
            self.expected = expected
            self.apply = apply
        }
    }

    static let lead = "leadline.v1.LeadSubmitted"
    static let changes: [Change] = [
        Change("nothing", []) { _ in },
        Change("field added", []) { set in
            set.edit("LeadSubmitted") { message in
                var field = FieldDescriptor()
                field.name = "campaign"
                field.number = 40
                field.type = .string
                message.field.append(field)
            }
        },
        Change("field removed", ["\(lead).region: field removed without reserving its number and name"]) { set in
            set.edit("LeadSubmitted") { $0.field.removeAll { $0.name == "region" } }
        },
        Change("field removed, number reserved only", ["\(lead).region: field removed without reserving its number and name"]) { set in
            set.edit("LeadSubmitted") { message in
                message.field.removeAll { $0.name == "region" }
                message.reserve(7, nil)
            }
        },
        Change("field removed and reserved", []) { set in
            set.edit("LeadSubmitted") { message in
                message.field.removeAll { $0.name == "region" }
                message.reserve(7, "region")
            }
        },
        Change("field renamed", ["\(lead).region: number 7 reused as area"]) { set in
            set.edit("LeadSubmitted", "region") { $0.name = "area" }
        },
        Change("type changed", ["\(lead).employees: type changed"]) { set in
            set.edit("LeadSubmitted", "employees") { $0.type = .uint64 }
        },
        Change("message type changed", ["\(lead).deal_value: type changed"]) { set in
            set.edit("LeadSubmitted", "deal_value") { $0.typeName = ".leadline.v1.Contact" }
        },
        Change("singular to repeated", ["\(lead).region: cardinality changed"]) { set in
            set.edit("LeadSubmitted", "region") { $0.label = .repeated }
        },
        Change("optional taken away", ["leadline.v1.Capacity.open_leads_max: cardinality changed"]) { set in
            set.edit("Capacity", "open_leads_max") { $0.proto3Optional = false; $0.clearOneofIndex() }
        },
        Change("out of its oneof", ["leadline.v1.HumanDecisionRecorded.close: oneof membership changed"]) { set in
            set.edit("HumanDecisionRecorded", "close") { $0.clearOneofIndex() }
        },
        Change("into a oneof", ["leadline.v1.HumanDecisionRecorded.note: oneof membership changed"]) { set in
            set.edit("HumanDecisionRecorded", "note") { $0.oneofIndex = 0 }
        },
        Change("clear to sealed", ["\(lead).country: clear became sealed"]) { set in
            set.edit("LeadSubmitted", "country") { $0.options.clearLeadline_V1_clear() }
        },
        Change("sealed to clear", ["\(lead).message: sealed became clear"]) { set in
            set.edit("LeadSubmitted", "message") { $0.options.Leadline_V1_clear = "why not" }
        },
        Change("reason reworded", []) { set in
            set.edit("LeadSubmitted", "country") { $0.options.Leadline_V1_clear = "decided on" }
        },
        Change("topic changed", ["\(lead): topic changed"]) { set in
            set.edit("LeadSubmitted") { $0.options.Leadline_V1_topic = "leadline.intents" }
        },
        Change("topic taken away", ["\(lead): topic changed"]) { set in
            set.edit("LeadSubmitted") { $0.options.clearLeadline_V1_topic() }
        },
        Change("message removed", ["leadline.v1.LeadWithdrawn: message removed"]) { set in
            for file in set.file.indices { set.file[file].messageType.removeAll { $0.name == "LeadWithdrawn" } }
        },
        Change("enum removed", ["leadline.v1.LawfulBasis: enum removed"]) { set in
            for file in set.file.indices { set.file[file].enumType.removeAll { $0.name == "LawfulBasis" } }
        },
        Change("enum value renumbered", ["leadline.v1.LawfulBasis.LAWFUL_BASIS_CONTRACT: enum value renumbered"]) { set in
            set.edit(enum: "LawfulBasis") { $0.value[2].number = 9 }
        },
        Change("enum value renamed", ["leadline.v1.LawfulBasis.LAWFUL_BASIS_CONTRACT: number 2 reused"]) { set in
            set.edit(enum: "LawfulBasis") { $0.value[2].name = "LAWFUL_BASIS_TREATY" }
        },
        Change("enum value removed", ["leadline.v1.LawfulBasis.LAWFUL_BASIS_CONTRACT: enum value removed without reserving its number and name"]) { set in
            set.edit(enum: "LawfulBasis") { $0.value.remove(at: 2) }
        },
        Change("enum value removed and reserved", []) { set in
            set.edit(enum: "LawfulBasis") { type in
                type.value.remove(at: 2)
                var range = Google_Protobuf_EnumDescriptorProto.EnumReservedRange()
                range.start = 2
                range.end = 2
                type.reservedRange = [range]
                type.reservedName = ["LAWFUL_BASIS_CONTRACT"]
            }
        },
    ]

    @Test(arguments: changes) func breakingChangesAreFound(change: Change) throws {
        let old = try SchemaFiles.committed()
        var new = old
        change.apply(&new)
        #expect(incompatibilities(old: old, new: new) == change.expected)
    }
}

extension Google_Protobuf_FileDescriptorSet {
    fileprivate mutating func edit(_ name: String, _ change: (inout MessageDescriptor) -> Void) {
        for (number, file) in file.enumerated() {
            if let index = file.messageType.firstIndex(where: { $0.name == name }) {
                return change(&self.file[number].messageType[index])
            }
        }
        Issue.record("no message \(name)")
    }

    fileprivate mutating func edit(_ name: String, _ field: String, _ change: (inout FieldDescriptor) -> Void) {
        edit(name) { message in
            guard let index = message.field.firstIndex(where: { $0.name == field }) else {
                Issue.record("no field \(field)")
                return
            }
            change(&message.field[index])
        }
    }

    fileprivate mutating func edit(enum name: String, _ change: (inout Google_Protobuf_EnumDescriptorProto) -> Void) {
        for (number, file) in file.enumerated() {
            if let index = file.enumType.firstIndex(where: { $0.name == name }) {
                return change(&self.file[number].enumType[index])
            }
        }
        Issue.record("no enum \(name)")
    }
}

extension MessageDescriptor {
    fileprivate mutating func reserve(_ number: Int32, _ name: String?) {
        var range = ReservedRange()
        range.start = number
        range.end = number + 1
        reservedRange.append(range)
        if let name { reservedName.append(name) }
    }
}
