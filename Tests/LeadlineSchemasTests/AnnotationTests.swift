import LeadlineSchemas
import SwiftProtobuf
import Testing

/// Goal: what the schema says about personal data is sound (what must always be true, number 7).
/// Method: every field that an input can hold is looked at, however deep.
@Suite struct AnnotationTests {
    let index: SchemaIndex

    init() throws {
        index = SchemaIndex(try SchemaFiles.committed())
    }

    @Test func noFieldIsBothClearAndPersonal() {
        for message in index.all {
            for field in message.field where field.options.hasLeadline_V1_clear {
                #expect(!field.options.hasLeadline_V1_personal, "\(message.name).\(field.name)")
                let reason = field.options.Leadline_V1_clear
                #expect(reason.contains { !$0.isWhitespace }, "\(message.name).\(field.name)")
            }
        }
    }

    @Test func personalFieldsNameTheKindOfData() {
        for message in index.all {
            for field in message.field where field.options.hasLeadline_V1_personal {
                #expect(PersonalKinds.known.contains(field.options.Leadline_V1_personal), "\(message.name).\(field.name)")
            }
        }
    }

    /// An unmarked field is no mistake: it is sealed, as the splitting tests show field by field. But then
    /// nothing around it may promise that it is clear.
    @Test func messagesUsedInClearListsAreClearThroughout() {
        var open = index.inputs
        var seen = Set<String>()
        while let message = open.popLast() {
            for field in message.field where field.options.hasLeadline_V1_clear {
                guard let inner = index.message(of: field), seen.insert(inner.name).inserted else { continue }
                open.append(inner)
                for part in inner.field where field.label == .repeated {
                    #expect(index.isClear(part, of: inner), "\(inner.name).\(part.name) in \(message.name).\(field.name)")
                }
            }
        }
        #expect(seen.isSuperset(of: ["Money", "HardRule", "Predicate", "WorkingHours"]))
    }

    @Test func topicsStandOnTheRightMessages() {
        let outputs: Set = [
            "leadline.decisions", "leadline.deadletter", "leadline.checkpoints", "leadline.keys", "leadline.journal",
        ]
        for message in index.withTopic {
            let topic = message.options.Leadline_V1_topic
            #expect(SchemaIndex.inputTopics.contains(topic) || outputs.contains(topic), "\(message.name): \(topic)")
        }
    }

    @Test func messageKindsFollowTheSchema() throws {
        let body = try #require(index.messages[".leadline.v1.Input"])
        #expect(index.inputs.count == MessageKind.allCases.count)
        for message in index.inputs {
            let name = "leadline.v1.\(message.name)"
            let kind = try #require(MessageKind(fullName: name))
            let field = try #require(body.field.first { $0.typeName == ".\(name)" })
            #expect(kind.fullName == name)
            #expect(kind.topic == message.options.Leadline_V1_topic)
            #expect(kind.bodyFieldNumber == Int(field.number))
            #expect(MessageKind(bodyFieldNumber: Int(field.number)) == kind)
        }
        #expect(MessageKind(fullName: "leadline.v1.LeadAssigned") == nil)
        #expect(MessageKind(fullName: "LeadSubmitted") == nil)
        #expect(MessageKind(bodyFieldNumber: 70) == nil)
    }
}

private enum PersonalKinds {
    static let known: [Leadline_V1_PersonalData] = [.identity, .contact, .freeText, .organisation]
}
