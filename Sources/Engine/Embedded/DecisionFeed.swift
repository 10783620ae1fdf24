import Foundation
public import GRDB
import Journal
public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// One decision as a consumer of `leadline.decisions` gets it: a CloudEvent whose id never changes.
public struct PublishedDecision: Sendable, Equatable {
    /// Offset on the topic.
    public var offset: UInt64
    public var program: String
    /// program/position/ordinal.
    public var id: String
    /// Full message name, e.g. "leadline.v1.LeadAssigned".
    public var type: String
    public var time: Timestamp
    /// proto3 JSON of the message.
    public var dataJSON: [UInt8]
}

/// Reads `leadline.decisions` out of the journal: what was committed is published, exactly that, once.
public enum DecisionFeed {
    /// Decisions from `offset` on, of at most `entryLimit` entries, and the offset to go on from.
    public static func read(
        from offset: UInt64, entryLimit: Int, in db: Database
    ) throws -> (decisions: [PublishedDecision], next: UInt64) {
        var decisions: [PublishedDecision] = []
        var next = offset
        for stored in try JournalReader().decisions(fromOffset: offset, limit: entryLimit, in: db) {
            let peek = try EntryCodec.peek(stored.bytes)
            for (ordinal, range) in try EntryCodec.eventRanges(stored.bytes).enumerated() {
                let at = stored.place.firstDecisionOffset + UInt64(ordinal)
                next = at + 1
                if at < offset { continue }
                var event = WireEvent()
                event.body = try WireEvent.decodeBody(field: range.bodyField, Array(stored.bytes[range.bytes]))
                guard let message = event.message else { continue }
                decisions.append(PublishedDecision(
                    offset: at, program: stored.place.program, id: "\(stored.place.program)/\(peek.position)/\(ordinal)",
                    type: Swift.type(of: message).protoMessageName, time: peek.stamp,
                    dataJSON: Array(try message.jsonUTF8Data())))
            }
        }
        return (decisions, next)
    }
}

extension DecisionFeed {
    /// The full message name of the event in this body field.
    public static func typeName(field: Int) -> String? { EventKind(rawValue: field)?.fullName }

    /// The proto3 JSON form of a stored event.
    public static func json(field: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        var event = WireEvent()
        event.body = try WireEvent.decodeBody(field: field, bytes)
        return Array(try event.message?.jsonUTF8Data() ?? Data())
    }
}

extension WireEvent {
    /// The body that stands in the field, from its stored bytes.
    static func decodeBody(field: Int, _ bytes: [UInt8]) throws -> OneOf_Body? {
        switch field {
        case 1: .leadAssigned(try .init(serializedBytes: bytes))
        case 2: .shadowDecided(try .init(serializedBytes: bytes))
        case 3: .assignmentExpired(try .init(serializedBytes: bytes))
        case 4: .assignmentEnded(try .init(serializedBytes: bytes))
        case 5: .firstResponseMet(try .init(serializedBytes: bytes))
        case 6: .leadEscalated(try .init(serializedBytes: bytes))
        case 7: .leadClosed(try .init(serializedBytes: bytes))
        case 8: .leadMerged(try .init(serializedBytes: bytes))
        case 9: .outcomeWaiting(try .init(serializedBytes: bytes))
        case 10: .outcomeUnmatched(try .init(serializedBytes: bytes))
        case 11: .inputDisregarded(try .init(serializedBytes: bytes))
        case 12: .reviewOpened(try .init(serializedBytes: bytes))
        case 13: .reviewResolved(try .init(serializedBytes: bytes))
        case 14: .commissionAccrued(try .init(serializedBytes: bytes))
        case 15: .reminderDue(try .init(serializedBytes: bytes))
        case 16: .retentionApplied(try .init(serializedBytes: bytes))
        default: nil
        }
    }

    /// The message inside.
    var message: (any SwiftProtobuf.Message)? {
        switch body {
        case .leadAssigned(let message): message
        case .shadowDecided(let message): message
        case .assignmentExpired(let message): message
        case .assignmentEnded(let message): message
        case .firstResponseMet(let message): message
        case .leadEscalated(let message): message
        case .leadClosed(let message): message
        case .leadMerged(let message): message
        case .outcomeWaiting(let message): message
        case .outcomeUnmatched(let message): message
        case .inputDisregarded(let message): message
        case .reviewOpened(let message): message
        case .reviewResolved(let message): message
        case .commissionAccrued(let message): message
        case .reminderDue(let message): message
        case .retentionApplied(let message): message
        case nil: nil
        }
    }
}
