import Engine
import LeadlineCore
import Reports

/// A decision on its way to a partner's agent, by A2A 1.0: SendMessage over JSON-RPC with one data part, so that
/// nothing of it is read as words. Its data is the partner's edition of the decision, as the feed has it.
enum AgentRequest {
    /// Beside those of every webhook.
    static let headers = [("a2a-version", "1.0"), ("accept", "application/json")]

    /// - Parameter messageID: the same at every try.
    static func body(_ event: [UInt8], messageID: String) -> [UInt8] {
        let id = JSONText.quoted(messageID)
        let part = JSONText.object([
            ("data", String(decoding: event, as: UTF8.self)), ("mediaType", #""application/json""#),
        ])
        let message = JSONText.object([("messageId", id), ("role", #""ROLE_USER""#), ("parts", "[\(part)]")])
        let params = JSONText.object([
            ("message", message), ("configuration", #"{"acceptedOutputModes":["application/json"]}"#),
        ])
        return Array(
            JSONText.object([
                ("jsonrpc", #""2.0""#), ("id", id), ("method", #""SendMessage""#), ("params", params),
            ]).utf8)
    }

    /// What an offer is called, whoever sends it and however often; another decision goes by its own id.
    static func messageID(_ decision: PublishedDecision, _ offer: OfferMade?) -> String {
        offer.map { "offer-" + $0.offerID } ?? decision.messageID
    }
}

extension PublishedDecision {
    /// The offer that it makes; nil for any other decision.
    var offer: OfferMade? {
        get throws { if case .offerMade(let offer) = try event() { offer } else { nil } }
    }
}
