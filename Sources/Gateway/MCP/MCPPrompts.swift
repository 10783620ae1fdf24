import LeadlineSchemas
import Reports

/// Ready requests for the usual jobs. A prompt holds our own words and ids; nothing that anybody wrote.
enum MCPPrompts {
    private struct Argument: Sendable {
        var name: String
        var about: String
    }

    private struct Prompt: Sendable {
        var name: String
        var title: String
        var about: String
        /// What it is about; nil for one that is about nothing in particular.
        var argument: Argument?
        /// Tools that it speaks of; it is offered where the key may use them.
        var tools: [String]
        /// Its text, about the id that the argument gives.
        var text: @Sendable (_ id: String) -> String

        var json: String {
            let arguments = [argument].compactMap { $0 }.map {
                JSONText.object([
                    ("name", JSONText.quoted($0.name)), ("description", JSONText.quoted($0.about)),
                    ("required", "true"),
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

    private static let all = [
        Prompt(
            name: "why_this_partner", title: "Why this partner?",
            about: "Explains in a few sentences why a lead went where it went.", argument: lead,
            tools: ["explain_decision"],
            text: { id in
                """
                Call explain_decision for the lead \(id). Then say in at most five sentences who got it, which \
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
            name: "close_out", title: "Close out a lead", about: "Reports how a deal ended.", argument: lead,
            tools: ["get_lead", "update_opportunity"],
            text: { id in
                """
                Call get_lead for the lead \(id) and tell me where it stands. Ask me how the deal ended, and for the \
                amount or the reason; then report it with update_opportunity.
                """
            }),
        Prompt(
            name: "partner_check", title: "How is this partner?", about: "Sums up a partner's standing.",
            argument: partner, tools: ["partner_availability"],
            text: { id in
                """
                Call partner_availability for the partner \(id). Say how busy it is, whether it takes leads, and \
                what its record of wins and losses is, each with the number it rests on.
                """
            }),
    ]

    static func list(for grant: Grant) -> String {
        "[" + all.filter { $0.isGranted(to: grant) }.map(\.json).joined(separator: ",") + "]"
    }

    /// A prompt about an id: text of another's making does not get into it.
    static func text(_ message: JSONRPCMessage, for grant: Grant) throws -> [(name: String, json: String?)] {
        guard let name = message.params["name"]?.text,
            let prompt = all.first(where: { $0.name == name && $0.isGranted(to: grant) })
        else { throw MCPError.invalid("There is no such prompt.") }
        let given = message.params["arguments"]?.members ?? [:]
        let id = prompt.argument.flatMap { given[$0.name]?.text } ?? ""
        if let argument = prompt.argument, !FieldLimits.isID(id) {
            throw MCPError.invalid("The argument \(argument.name) is an id.")
        }
        let content = JSONText.object([("type", #""text""#), ("text", JSONText.quoted(prompt.text(id)))])
        return [
            ("description", JSONText.quoted(prompt.about)),
            ("messages", "[" + JSONText.object([("role", #""user""#), ("content", content)]) + "]"),
        ]
    }
}
