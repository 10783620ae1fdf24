import HTTPTypes
import Reports

/// What a client can read by its URI: each resource is an operation's answer, as the caller may see it.
struct MCPResources {
    let call: Call
    let admission: Admission

    private struct Resource {
        /// With variables in braces where there are any.
        var uri: String
        var name: String
        var title: String
        var about: String
        var operation: Operation

        init(_ uri: String, _ name: String, _ title: String, _ operation: String, _ about: String) {
            self.uri = uri
            self.name = name
            self.title = title
            self.about = about
            self.operation = OperationTable.row(operation)
        }

        var isTemplate: Bool { uri.utf8.contains(UInt8(ascii: "{")) }

        func json() -> String {
            JSONText.object([
                (isTemplate ? "uriTemplate" : "uri", JSONText.quoted(uri)), ("name", JSONText.quoted(name)),
                ("title", JSONText.quoted(title)), ("description", JSONText.quoted(about)),
                ("mimeType", #""application/json""#),
            ])
        }

        /// Values of the variables if a URI is one of these; nil otherwise.
        func values(in uri: String) -> [String: String]? {
            let slash = UInt8(ascii: "/")
            let own = self.uri.utf8.split(separator: slash, omittingEmptySubsequences: false)
            let other = uri.utf8.split(separator: slash, omittingEmptySubsequences: false)
            guard own.count == other.count else { return nil }
            var values: [String: String] = [:]
            for (part, given) in zip(own, other) {
                if part.first == UInt8(ascii: "{") {
                    values[String(decoding: part.dropFirst().dropLast(), as: UTF8.self)] = String(
                        decoding: given, as: UTF8.self)
                } else if !part.elementsEqual(given) {
                    return nil
                }
            }
            return values
        }
    }

    private static let all = [
        Resource(
            "leadline://program", "program", "The program", "getProgram",
            "What the program is: name, currency, how many leads and partners."),
        Resource(
            "leadline://policy", "policy", "The policy in force", "getPolicy",
            "The rules, weights, promises and limits by which leads are routed now."),
        Resource(
            "leadline://partners", "partners", "The partners", "listPartners",
            "Every partner with status, load, capacity and wins; a partner sees itself."),
        Resource(
            "leadline://reviews", "reviews", "Open reviews", "listReviews", "Leads whose decision a person looks at."),
        Resource(
            "leadline://leads/{lead}", "lead", "A lead", "getLead",
            "One lead's whole story, without contact data."),
        Resource(
            "leadline://leads/{lead}/explanation", "explanation", "An explanation", "explainLead",
            "Why a lead went where it went."),
        Resource(
            "leadline://partners/{partner}", "partner", "A partner", "getPartner", "One partner as it stands."),
    ]

    /// The glossary is the same for everybody.
    private static let glossary = (
        uri: "leadline://glossary",
        json: JSONText.object([
            ("uri", #""leadline://glossary""#), ("name", #""glossary""#), ("title", #""Glossary""#),
            ("description", JSONText.quoted("What the words mean that leads, decisions and reports use.")),
            ("mimeType", #""text/markdown""#),
        ])
    )

    static func list(for grant: Grant) -> String {
        let own = granted(to: grant).filter { !$0.isTemplate }.map { $0.json() }
        return "[" + ([glossary.json] + own).joined(separator: ",") + "]"
    }

    static func templates(for grant: Grant) -> String {
        "[" + granted(to: grant).filter(\.isTemplate).map { $0.json() }.joined(separator: ",") + "]"
    }

    private static func granted(to grant: Grant) -> [Resource] {
        all.filter { $0.operation.scope.map(grant.allows) ?? true }
    }

    /// Reads one. What is not there and what the caller may not see get the same answer.
    func read(_ message: JSONRPCMessage, _ revision: MCPRevision) async throws -> [(name: String, json: String?)] {
        guard let uri = message.params["uri"]?.text else { throw MCPError.invalid("There is no uri.") }
        if uri == Self.glossary.uri { return Self.contents(uri, "text/markdown", Glossary.markdown) }
        let unknown = MCPError(
            code: revision == .stateless ? .invalidParams : .unknownResource,
            words: "Nothing is here by that name, or nothing that this key may see.")
        for resource in Self.granted(to: try call.grant) {
            guard let values = resource.values(in: uri) else { continue }
            let asked = Call(
                services: call.services, bearer: call.bearer, headers: [:], path: values, query: [:], body: [])
            do {
                let answer = try await admission.perform(resource.operation, asked)
                return Self.contents(uri, answer.type, String(decoding: answer.body, as: UTF8.self))
            } catch {
                let refusal = Refusal(error)
                if [401, 403, 429].contains(refusal.status) || refusal.status >= 500 { throw refusal }
                throw unknown
            }
        }
        throw unknown
    }

    private static func contents(_ uri: String, _ type: String, _ text: String) -> [(name: String, json: String?)] {
        let contents = JSONText.object([
            ("uri", JSONText.quoted(uri)), ("mimeType", JSONText.quoted(type)), ("text", JSONText.quoted(text)),
        ])
        return [("contents", "[\(contents)]")]
    }
}
