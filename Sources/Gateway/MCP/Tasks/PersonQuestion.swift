import LeadlineSchemas
import Reports

/// What a person is asked by way of an assistant's program: a form in our own words, and ids. What comes back is what
/// the program says that a person said.
enum PersonQuestion {
    private enum Choice: String, CaseIterable {
        case assign, uphold, close
        case routeAgain = "route_again"
    }

    /// How a lead goes on that waits for a person.
    static func decision(about lead: String, isReview: Bool, suggested: String) -> String {
        let choices = Choice.allCases.filter { isReview || $0 != .uphold }
        let decision = JSONText.object([
            ("type", #""string""#), ("title", #""Decision""#),
            ("enum", "[" + choices.map { JSONText.quoted($0.rawValue) }.joined(separator: ",") + "]"),
        ])
        let partner = JSONText.object([
            ("type", #""string""#), ("title", #""Partner""#),
            ("description", JSONText.quoted("Id of the partner that gets it; with assign alone.")),
            ("default", suggested.isEmpty ? nil : JSONText.quoted(suggested)),
        ])
        let message =
            isReview
            ? "A review of the lead \(lead) is open. How does it end?"
            : "The lead \(lead) waits for a person. How does it go on?"
        return form(message, [("decision", decision), ("partner", partner)], required: ["decision"])
    }

    /// Whether something is done that is not undone.
    static func confirmation(_ message: String) -> String {
        let confirmed = JSONText.object([("type", #""boolean""#), ("title", #""Do it""#)])
        return form(message, [("confirmed", confirmed)], required: ["confirmed"])
    }

    private static func form(
        _ message: String, _ properties: [(name: String, json: String?)], required: [String]
    ) -> String {
        let schema = JSONText.object([
            ("type", #""object""#), ("properties", JSONText.object(properties)),
            ("required", "[" + required.map(JSONText.quoted).joined(separator: ",") + "]"),
        ])
        let params = JSONText.object([
            ("mode", #""form""#), ("message", JSONText.quoted(message)), ("requestedSchema", schema),
        ])
        return JSONText.object([("method", #""elicitation/create""#), ("params", params)])
    }

    /// What the person filled in; nil where it declined, or was not there.
    static func accepted(_ response: JSONValue) -> [String: JSONValue]? {
        guard let members = response.members, members["action"]?.text == "accept" else { return nil }
        return members["content"]?.members
    }

    /// The decision as the operations take it.
    static func decisionBody(_ content: [String: JSONValue]) throws -> String {
        let partner = content["partner"]?.text ?? ""
        switch content["decision"]?.text.flatMap(Choice.init) {
        case .assign?:
            guard FieldLimits.isID(partner) else { throw MCPError.invalid("The partner is an id.") }
            return JSONText.object([("assignToPartnerId", JSONText.quoted(partner))])
        case .uphold?: return #"{"uphold":true}"#
        case .close?: return #"{"close":true}"#
        case .routeAgain?: return #"{"reroute":true}"#
        case nil: throw MCPError.invalid("The decision is none of those that were to choose from.")
        }
    }
}
