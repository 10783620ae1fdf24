import Engine
import LeadlineCore
import Reports

/// What is sent: made of the journal's decision alone, through the edition that the reader of a feed gets, so every try
/// and every replay has the same bytes. Ids and facts of the decision; no name and no address is in any.
enum WebhookBody {
    /// Standard Webhooks' limit.
    static let bytesMax = 20_480

    /// The body for a decision; nil if the grant is not shown it.
    /// - Parameter link: Where the partner can answer it; nil for nowhere.
    static func make(
        _ decision: PublishedDecision, _ endpoint: WebhookEndpoint, for grant: Grant, currency: String,
        link: String? = nil
    ) throws -> [UInt8]? {
        guard let event = try Edition.decision(decision, for: grant) else { return nil }
        if endpoint.format == .standard { return standard(event, decision, link) }
        if endpoint.format == .a2a {
            let whole = event.count <= bytesMax ? event : shortened(decision)
            return AgentRequest.body(whole, messageID: AgentRequest.messageID(decision, try decision.offer))
        }
        let sentence = try Edition.sentence(decision, for: grant, currency: currency)
        if let template = endpoint.template { return try template.body(decision, event, sentence: sentence) }
        return wrapped(sentence, endpoint.format)
    }

    /// A CloudEvent that has Standard Webhooks' `timestamp` beside its `time`.
    private static func standard(_ event: [UInt8], _ decision: PublishedDecision, _ link: String?) -> [UInt8] {
        let extra = link.map { "\"actionlink\":\(JSONText.quoted($0))," } ?? ""
        let head = "{\"timestamp\":\(JSONText.quoted(TimeText.utc(decision.time)))," + extra
        let whole = Array(head.utf8) + event.dropFirst()
        return whole.count <= bytesMax ? whole : shortened(decision)
    }

    /// Where the decision itself is too long: what names it. The receiver reads it under its own key.
    private static func shortened(_ decision: PublishedDecision) -> [UInt8] {
        let data = JSONText.object([("leadId", decision.subject.map(JSONText.quoted)), ("isShortened", "true")])
        return message(
            id: decision.id, source: decision.source, type: decision.type, at: decision.time,
            subject: decision.subject, data: data)
    }

    /// A message that says no more than that messages arrive.
    static func test(_ endpoint: WebhookEndpoint, id: String, at moment: Timestamp) -> [UInt8] {
        let (type, sentence) = ("leadline.webhook.test", "Leadline reaches this channel")
        if let template = endpoint.template {
            return template.body([
                .id: id, .type: type, .kind: WebhookTemplate.kind(type), .time: TimeText.utc(moment),
                .program: endpoint.program, .sentence: sentence,
            ])
        }
        guard [.standard, .a2a].contains(endpoint.format) else { return wrapped(sentence, endpoint.format) }
        let event = message(
            id: id, source: "/leadline/\(endpoint.program)", type: type, at: moment, subject: nil,
            data: JSONText.object([("webhook", JSONText.quoted(endpoint.id))]))
        return endpoint.format == .a2a ? AgentRequest.body(event, messageID: id) : event
    }

    private static func message(
        id: String, source: String, type: String, at moment: Timestamp, subject: String?, data: String
    ) -> [UInt8] {
        let time = JSONText.quoted(TimeText.utc(moment))
        return Array(
            JSONText.object([
                ("timestamp", time), ("specversion", #""1.0""#), ("id", JSONText.quoted(id)),
                ("source", JSONText.quoted(source)), ("type", JSONText.quoted(type)), ("time", time),
                ("subject", subject.map(JSONText.quoted)), ("datacontenttype", #""application/json""#), ("data", data),
            ]).utf8)
    }

    /// A sentence as a channel takes it, so that nothing in it is read as a link, a mention or a heading.
    private static func wrapped(_ sentence: String, _ format: WebhookEndpoint.Format) -> [UInt8] {
        let json: String
        switch format {
        case .standard, .slack, .template, .a2a:
            json = JSONText.object([("text", JSONText.quoted(escaped(sentence))), ("mrkdwn", "false")])
        case .teams:
            // A text run is shown as it is; a text block would be read as Markdown.
            let run = JSONText.object([("type", #""TextRun""#), ("text", JSONText.quoted(sentence))])
            let card = JSONText.object([
                ("$schema", #""http://adaptivecards.io/schemas/adaptive-card.json""#), ("type", #""AdaptiveCard""#),
                ("version", #""1.4""#), ("body", "[{\"type\":\"RichTextBlock\",\"inlines\":[\(run)]}]"),
            ])
            json = JSONText.object([
                ("type", #""message""#),
                (
                    "attachments",
                    "[{\"contentType\":\"application/vnd.microsoft.card.adaptive\",\"content\":\(card)}]"
                ),
            ])
        }
        return Array(json.utf8)
    }

    /// Slack's three signs, by bytes.
    private static func escaped(_ text: String) -> String {
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: ">"): Array("&gt;".utf8)
            default: [byte]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PublishedDecision {
    /// The decision's id as a message's, which must hold no dot: a tilde stands for one, and is in no id itself.
    var messageID: String {
        String(decoding: id.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "~") : $0 }, as: UTF8.self)
    }
}
