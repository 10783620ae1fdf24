import LeadlineCore
import LeadlineSchemas
import Reports

/// Ready requests for the usual jobs. A prompt holds our own words and ids; nothing that anybody wrote.
enum MCPPrompts {
    private struct Argument: Sendable {
        var name: String
        var about: String
        var isRequired = true
        /// True for a month as 2026-03, and not an id.
        var isMonth = false

        /// True for a value that the prompt's text may hold.
        func takes(_ value: String) -> Bool {
            isMonth ? MCPPrompts.isMonth(value) : FieldLimits.isID(value)
        }
    }

    private struct Prompt: Sendable {
        var name: String
        var title: String
        var about: String
        /// What it is about; empty for one that is about nothing in particular.
        var arguments: [Argument] = []
        /// Tools that it speaks of; it is offered where the key may use them.
        var tools: [String]
        /// Its text, about what the arguments give, in their order; empty for one that was left out.
        var text: @Sendable (_ values: [String]) -> String

        var json: String {
            let arguments = arguments.map {
                JSONText.object([
                    ("name", JSONText.quoted($0.name)), ("description", JSONText.quoted($0.about)),
                    ("required", "\($0.isRequired)"),
                ])
            }
            return JSONText.object([
                ("name", JSONText.quoted(name)), ("title", JSONText.quoted(title)),
                ("description", JSONText.quoted(about)), ("arguments", "[" + arguments.joined(separator: ",") + "]"),
            ])
        }

        func isGranted(to grant: Grant) -> Bool {
            tools.allSatisfy { ToolTable.tool($0)?.isGranted(to: grant) ?? false }
        }
    }

    private static let lead = Argument(name: "lead", about: "Id of the lead.")
    private static let partner = Argument(name: "partner", about: "Id of the partner.")
    private static let ownPartner = Argument(
        name: "partner", about: "Id of the partner; yours if you speak for one.", isRequired: false)
    private static let month = Argument(name: "month", about: "A month as 2026-03.", isMonth: true)

    private static let all = [
        Prompt(
            name: "why_this_partner", title: "Why this partner?",
            about: "Explains in a few sentences why a lead went where it went.", arguments: [lead],
            tools: ["explain_decision"],
            text: { values in
                """
                Call explain_decision for the lead \(values[0]). Then say in at most five sentences who got it, which \
                reasons counted most, who came second as far as you are shown, and whether deciding again gives the \
                same. Use only what the explanation says.
                """
            }),
        Prompt(
            name: "morning_round", title: "Morning round", about: "What needs somebody today.",
            tools: ["list_leads", "find_partners"],
            text: { _ in
                """
                Look at the open leads with list_leads and at the partners with find_partners. List what needs \
                somebody today: leads that were escalated, leads without an answer, partners that are full or paused. \
                Name ids, and change nothing.
                """
            }),
        Prompt(
            name: "before_submitting", title: "Before submitting", about: "Looks where a lead would go, then asks.",
            tools: ["preview_route", "submit_lead"],
            text: { _ in
                """
                I shall describe a lead. Call preview_route with what you know of company, product and value, without \
                contact data. Tell me where it would go and why, and submit it with submit_lead only after I have said \
                yes, with an idempotencyKey of your own.
                """
            }),
        Prompt(
            name: "close_out", title: "Close out a lead", about: "Reports how a deal ended.", arguments: [lead],
            tools: ["get_lead", "update_opportunity"],
            text: { values in
                """
                Call get_lead for the lead \(values[0]) and tell me where it stands. Ask me how the deal ended, and for \
                the amount or the reason; then report it with update_opportunity.
                """
            }),
        Prompt(
            name: "partner_check", title: "How is this partner?", about: "Sums up a partner's standing.",
            arguments: [partner], tools: ["partner_availability"],
            text: { values in
                """
                Call partner_availability for the partner \(values[0]). Say how busy it is, whether it takes leads, \
                and what its record of wins and losses is, each with the number it rests on.
                """
            }),
        Prompt(
            name: "answer_offers", title: "Answer offers", about: "Goes through the offers that wait for an answer.",
            arguments: [ownPartner], tools: ["list_offers", "negotiate"],
            text: { values in
                let partner = values[0].isEmpty ? "" : " for the partner \(values[0])"
                return """
                    Call list_offers\(partner). For each offer tell me the terms, until when it can be answered, and \
                    what is known of the lead. Ask me which to take, to decline and to counter, and with what terms; answer \
                    with negotiate only what I have said, before its time is up.
                    """
            }),
        Prompt(
            name: "month_end", title: "Month's end", about: "Sums up what a partner earned in a month.",
            arguments: [month, ownPartner], tools: ["commission_statement"],
            text: { values in
                let partner = values[1].isEmpty ? "" : " and the partner \(values[1])"
                return """
                    Call commission_statement for the month \(values[0])\(partner). Say what was earned, what was \
                    taken back and which entries of the journal say so. Use only what the statement holds.
                    """
            }),
    ]

    /// Names of a prompt's arguments; nil for one that is none, or none for the key.
    static func arguments(of name: String, for grant: Grant) -> Set<String>? {
        all.first { $0.name == name && $0.isGranted(to: grant) }.map { Set($0.arguments.map(\.name)) }
    }

    /// The latest months, the present one first.
    static func months(until now: Timestamp) -> [String] {
        let parts = TimeText.utc(now).utf8.split(separator: UInt8(ascii: "-")).map {
            String(decoding: Array($0), as: UTF8.self)
        }
        guard parts.count > 2, let year = Int(parts[0]), let month = Int(parts[1]) else { return [] }
        return (0..<24).map { back in
            let months = year * 12 + month - 1 - back
            let number = months % 12 + 1
            return "\(months / 12)-\(number < 10 ? "0" : "")\(number)"
        }
    }

    /// True for a month as 2026-03.
    private static func isMonth(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == UInt8(ascii: "-") else { return false }
        return (bytes[..<4] + bytes[5...]).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    static func list(for grant: Grant) -> String {
        "[" + all.filter { $0.isGranted(to: grant) }.map(\.json).joined(separator: ",") + "]"
    }

    /// A prompt about an id: text of another's making does not get into it.
    static func text(_ message: JSONRPCMessage, for grant: Grant) throws -> [(name: String, json: String?)] {
        guard let name = message.params["name"]?.text,
            let prompt = all.first(where: { $0.name == name && $0.isGranted(to: grant) })
        else { throw MCPError.invalid("There is no such prompt.") }
        let given = message.params["arguments"]?.members ?? [:]
        let values = try prompt.arguments.map { argument in
            let value = given[argument.name]?.text ?? ""
            if value.isEmpty, !argument.isRequired { return "" }
            guard argument.takes(value) else {
                let kind = argument.isMonth ? "a month as 2026-03" : "an id"
                throw MCPError.invalid("The argument \(argument.name) is \(kind).")
            }
            return value
        }
        let content = JSONText.object([("type", #""text""#), ("text", JSONText.quoted(prompt.text(values)))])
        return [
            ("description", JSONText.quoted(prompt.about)),
            ("messages", "[" + JSONText.object([("role", #""user""#), ("content", content)]) + "]"),
        ]
    }
}
