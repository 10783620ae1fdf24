import Reports

/// What other agents may ask for: each skill is a tool, and so an operation under the caller's own key.
enum A2ASkills {
    struct Skill: Sendable {
        var id: String
        var tool: String
        var title: String
        var about: String
        var tags: [String]
        /// A data part that asks for it.
        var example: String
    }

    static let all = [
        Skill(
            id: "route_lead", tool: "submit_lead", title: "Route a lead",
            about: "Takes a sales lead in and routes it to the partner most likely to win it.",
            tags: ["leads", "routing"], example: #"{"skill":"route_lead","country":"IT","vertical":"manufacturing"}"#),
        Skill(
            id: "preview_route", tool: "preview_route", title: "Preview a route",
            about: "Says where a lead would go now, without keeping anything.", tags: ["leads", "routing"],
            example: #"{"skill":"preview_route","country":"IT"}"#),
        Skill(
            id: "lead_status", tool: "get_lead", title: "Ask for a lead",
            about: "Tells where a lead stands and what happened to it.", tags: ["leads"],
            example: #"{"skill":"lead_status","lead":"web-1"}"#),
        Skill(
            id: "check_availability", tool: "partner_availability", title: "Check availability",
            about: "Tells a partner's status, open leads and capacity.", tags: ["partners"],
            example: #"{"skill":"check_availability","partner":"alpi-automazione"}"#),
        Skill(
            id: "set_availability", tool: "set_availability", title: "Set availability",
            about: "Changes a partner's capacity, pauses or resumes it, or enters an absence.", tags: ["partners"],
            example: #"{"skill":"set_availability","action":"pause"}"#),
        Skill(
            id: "accept_lead", tool: "accept_lead", title: "Accept a lead",
            about: "Takes on a lead that the partner holds.", tags: ["leads", "partners"],
            example: #"{"skill":"accept_lead","lead":"web-1"}"#),
        Skill(
            id: "decline_lead", tool: "decline_lead", title: "Decline a lead",
            about: "Gives a lead back, with a reason; it goes to somebody else.", tags: ["leads", "partners"],
            example: #"{"skill":"decline_lead","lead":"web-1","reason":"REFUSAL_REASON_NO_CAPACITY"}"#),
        Skill(
            id: "return_lead", tool: "return_lead", title: "Return a lead",
            about: "Gives back a lead that was accepted, with a reason; it goes to somebody else.",
            tags: ["leads", "partners"],
            example: #"{"skill":"return_lead","lead":"web-1","reason":"REFUSAL_REASON_BAD_DATA"}"#),
        Skill(
            id: "negotiate", tool: "negotiate", title: "Answer an offer",
            about: "Answers the offer of a lead: there is room, it is accepted or declined, or other terms are asked for.",
            tags: ["leads", "partners"],
            example: #"{"skill":"negotiate","lead":"web-1","offer":"5f0c2f7e9d1b4a6381c2d4e5f60718a9","answer":"OFFER_ANSWER_ACCEPTED"}"#),
        Skill(
            id: "open_offers", tool: "list_offers", title: "List open offers",
            about: "Lists the offers that wait for the partner's answer.", tags: ["leads", "partners"],
            example: #"{"skill":"open_offers"}"#),
        Skill(
            id: "commission", tool: "commission_statement", title: "State commissions",
            about: "States what a partner earned by commission in a month.", tags: ["commission"],
            example: #"{"skill":"commission","month":"2026-03"}"#),
        Skill(
            id: "report_outcome", tool: "update_opportunity", title: "Report an outcome",
            about: "Says how far a deal is, or that it was won or lost.", tags: ["deals"],
            example: #"{"skill":"report_outcome","action":"won","lead":"web-1"}"#),
    ]

    static let howToAsk =
        "Send one data part: an object whose member skill is one of "
        + all.map(\.id).joined(separator: ", ") + ", with the skill's arguments beside it, as the agent card shows."

    static func skill(_ id: String) -> Skill? { all.first { $0.id == id } }
}
