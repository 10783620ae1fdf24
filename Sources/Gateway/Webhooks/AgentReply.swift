import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

/// What a partner's agent sent back to an offer, read as hostile: of a bounded number of parts the first that holds an
/// answer counts, of that the fixed words and numbers alone, and of which offer it speaks is never its to say. Words of
/// its own are dropped.
struct AgentReply {
    static let bytesMax = 65_536
    private static let partsMax = 16
    private static let enrichmentMax = 16

    private let answer: [String: JSONValue]

    /// - Parameter body: a JSON-RPC response with a message, or with a task that has said something. Nil for anything
    ///   else, which is no answer.
    init?(_ body: [UInt8]) {
        guard body.count <= Self.bytesMax, let result = JSONValue(json: body)?.members?["result"]?.members else {
            return nil
        }
        let task = result["task"]?.members
        var parts = Self.parts(result["message"]) + Self.parts(task?["status"]?.members?["message"])
        if case .list(let artifacts)? = task?["artifacts"] {
            parts += artifacts.prefix(Self.partsMax).flatMap { Self.parts($0) }
        }
        let data = parts.prefix(Self.partsMax).compactMap { $0.members?["data"]?.members }
        guard let answer = data.first(where: { $0["answer"]?.text != nil }) else { return nil }
        self.answer = answer
    }

    private static func parts(_ holder: JSONValue?) -> [JSONValue] {
        if case .list(let parts)? = holder?.members?["parts"] { parts } else { [] }
    }

    /// The answer to an offer as its partner would send it; nil where it is none, or another offer's.
    func message(to offer: OfferMade) -> WireOfferAnswered? {
        if let named = answer["offerId"], named.text != offer.offerID { return nil }
        let words = JSONText.object(["answer", "reason"].map { ($0, answer[$0]?.text.map(JSONText.quoted)) })
        var message: WireOfferAnswered
        // Words that there are not are no answer.
        do { message = try WireOfferAnswered(jsonString: words) } catch { return nil }
        guard message.answer != .unspecified else { return nil }
        if let asked = answer["terms"], asked != .null {
            guard let terms = Self.terms(asked) else { return nil }
            message.terms = terms
        }
        (message.leadID, message.partnerID, message.offerID) = (offer.leadID, offer.partnerID, offer.offerID)
        message.round = offer.round
        return message
    }

    private static func terms(_ value: JSONValue) -> WireOfferTerms? {
        guard let members = value.members else { return nil }
        var terms = WireOfferTerms()
        if let minutes = members["promiseMinutes"] {
            guard let number = whole(minutes) else { return nil }
            terms.promiseMinutes = number
        }
        if let share = members["commissionBasisPoints"] {
            guard let number = whole(share) else { return nil }
            terms.commissionBasisPoints = number
        }
        if let wishes = members["enrichment"] {
            guard case .list(let list) = wishes, list.count <= enrichmentMax else { return nil }
            let words = list.compactMap(\.text)
            guard words.count == list.count else { return nil }
            terms.enrichment = words
        }
        return terms
    }

    private static func whole(_ value: JSONValue) -> UInt32? {
        switch value {
        case .whole(let number): UInt32(exactly: number)
        // Agents whose numbers are all of one kind write 1200 as 1200.0.
        case .number(let number): UInt32(exactly: number)
        case .text, .null, .flag, .list, .object: nil
        }
    }
}
