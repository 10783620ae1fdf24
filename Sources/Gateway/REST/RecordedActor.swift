import Engine
import Foundation
import LeadlineSchemas

/// Who an event says did it: whoever sent it by its key, whatever its body says.
enum RecordedActor {
    /// The field of a kind's message that names who did it, by name and number; nil for one that names nobody.
    static func field(of kind: MessageKind) -> (name: String, number: UInt8)? {
        switch kind {
        case .leadAccepted, .leadDeclined, .leadReturned, .firstResponseRecorded, .dealStageChanged, .dealWon,
            .dealLost:
            ("actor", 3)
        case .claimWithdrawn: ("actor", 4)
        case .offerAnswered: ("actor", 8)
        case .returnDecided: ("decider", 4)
        case .dealClaimed: ("actor", 5)
        case .humanDecisionRecorded: ("reviewer", 6)
        case .claimDecided: ("decider", 5)
        case .leadsUnlinked, .leadsLinked: ("decidedBy", 4)
        case .partnersMerged: ("decidedBy", 3)
        default: nil
        }
    }

    /// An event's data with that field set to somebody.
    /// - Throws: `Rejection` for data that is no object.
    static func stating(_ actor: String, in data: [UInt8], isJSON: Bool, _ field: (name: String, number: UInt8)) throws
        -> [UInt8]
    {
        let text = Array(actor.utf8)
        guard isJSON else {
            // The last value of a field counts. A principal is far shorter than 128 bytes.
            precondition(text.count < 128 && field.number < 16)
            return data + [field.number << 3 | 2, UInt8(text.count)] + text
        }
        var object: [String: JSONValue]
        do { object = try JSONDecoder().decode([String: JSONValue].self, from: Data(data)) } catch {
            throw Rejection(.malformed, "the event's data is not a JSON object", field: "data")
        }
        object[field.name] = .text(actor)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(object))
    }
}
