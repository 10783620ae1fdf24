import Engine
import Foundation
import HTTPTypes
import Reports

/// What a client can read by its URI: each resource is an operation's answer, as the caller may see it.
struct MCPResources {
    let call: Call
    let admission: Admission

    private struct Resource {
        /// With variables in braces where there are any: of the path, and after a question mark those of the query.
        var uri: String
        var name: String
        var title: String
        var about: String
        var operation: Operation
        /// True if the read is noted, with the reason that the URI gives.
        var asksWhy: Bool

        init(
            _ uri: String, _ name: String, _ title: String, _ operation: String, asksWhy: Bool = false, _ about: String
        ) {
            self.uri = uri
            self.name = name
            self.title = title
            self.about = about
            self.operation = OperationTable.row(operation)
            self.asksWhy = asksWhy
        }

        var isTemplate: Bool { uri.utf8.contains(UInt8(ascii: "{")) }

        /// Names of its variables.
        var variables: Set<String> {
            let parts = uri.utf8.split { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
                .map { String(decoding: Array($0), as: UTF8.self) }
            // Every second part stands in braces.
            let named = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            return Set(
                named.flatMap { $0.unicodeScalars.split { $0 == "?" || $0 == "," }.map(String.init) })
        }

        func json() -> String {
            JSONText.object([
                (isTemplate ? "uriTemplate" : "uri", JSONText.quoted(uri)), ("name", JSONText.quoted(name)),
                ("title", JSONText.quoted(title)), ("description", JSONText.quoted(about)),
                ("mimeType", #""application/json""#),
            ])
        }

        /// Values of the variables if a URI is one of these; nil otherwise.
        func values(in uri: String) -> [String: String]? {
            let mark = UInt8(ascii: "?")
            let parts = uri.utf8.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
            let whole = self.uri.utf8
            let own = whole.firstRange(of: "{?".utf8).map { whole[..<$0.lowerBound] } ?? whole[...]
            guard var values = Self.values(own, parts[0]) else { return nil }
            for pair in parts.dropFirst().flatMap({ $0.split(separator: UInt8(ascii: "&")) }) {
                let words = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                    .map { String(decoding: Array($0), as: UTF8.self) }
                guard words.count == 2, let value = words[1].removingPercentEncoding, values[words[0]] == nil,
                    variables.contains(words[0])
                else { return nil }
                values[words[0]] = value
            }
            return values
        }

        private static func values(_ own: Substring.UTF8View, _ other: Substring.UTF8View) -> [String: String]? {
            let slash = UInt8(ascii: "/")
            let own = own.split(separator: slash, omittingEmptySubsequences: false)
            let other = other.split(separator: slash, omittingEmptySubsequences: false)
            guard own.count == other.count else { return nil }
            var values: [String: String] = [:]
            for (part, given) in zip(own, other) {
                if part.first == UInt8(ascii: "{") {
                    values[String(decoding: Array(part.dropFirst().dropLast()), as: UTF8.self)] = String(
                        decoding: Array(given), as: UTF8.self)
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
            "leadline://decisions{?after,limit}", "decisions", "Decisions", "listDecisions",
            "What was decided, the oldest first, a page at a time: next of a page is after of the one that follows."),
        Resource(
            "leadline://leads/{lead}", "lead", "A lead", "getLead",
            "One lead's whole story, without contact data."),
        Resource(
            "leadline://leads/{lead}/explanation", "explanation", "An explanation", "explainLead",
            "Why a lead went where it went."),
        Resource(
            "leadline://leads/{lead}/contact{?reason}", "contact", "A lead's contact data", "getLeadContact",
            asksWhy: true,
            "Names, addresses and free text of one lead, written by strangers. The reason is kept with who read."),
        Resource(
            "leadline://leads/{lead}/dossier{?reason}", "dossier", "A dossier", "makeDossier", asksWhy: true,
            "Everything that is held of a lead's person, written by many. The reason is kept with who read."),
        Resource(
            "leadline://partners/{partner}", "partner", "A partner", "getPartner", "One partner as it stands."),
    ]

    /// The glossary is the same for everybody.
    private static let glossary = "leadline://glossary"
    private static let glossaryWord = "leadline://glossary/{word}"

    private static func text(_ uri: (name: String, json: String?), _ name: String, _ title: String, _ about: String)
        -> String
    {
        JSONText.object([
            uri, ("name", JSONText.quoted(name)), ("title", JSONText.quoted(title)),
            ("description", JSONText.quoted(about)), ("mimeType", #""text/markdown""#),
        ])
    }

    static func list(for grant: Grant) -> String {
        let words = text(
            ("uri", JSONText.quoted(glossary)), "glossary", "Glossary",
            "What the words mean that leads, decisions and reports use.")
        let own = granted(to: grant).filter { !$0.isTemplate }.map { $0.json() }
        return "[" + ([words] + own).joined(separator: ",") + "]"
    }

    static func templates(for grant: Grant) -> String {
        let word = text(
            ("uriTemplate", JSONText.quoted(glossaryWord)), "glossary-word", "A word", "What one of the words means.")
        let own = granted(to: grant).filter(\.isTemplate).map { $0.json() }
        return "[" + ([word] + own).joined(separator: ",") + "]"
    }

    private static func granted(to grant: Grant) -> [Resource] {
        all.filter { $0.operation.scope.map(grant.allows) ?? true }
    }

    /// Names of a template's variables; nil for one that is none.
    static func variables(of uri: String, for grant: Grant) -> Set<String>? {
        if uri == glossaryWord { return ["word"] }
        return granted(to: grant).first { $0.isTemplate && $0.uri == uri }?.variables
    }

    /// Reads one. What is not there and what the caller may not see get the same answer.
    func read(_ message: JSONRPCMessage, _ revision: MCPRevision) async throws -> MCPResult.Fields {
        guard let uri = message.params["uri"]?.text else { throw MCPError.invalid("There is no uri.") }
        if uri == Self.glossary { return Self.contents(uri, "text/markdown", Glossary.markdown) }
        let word = uri.utf8.dropFirst(Self.glossary.utf8.count + 1)
        if uri.utf8.starts(with: (Self.glossary + "/").utf8),
            let entry = Glossary.entry(String(decoding: Array(word), as: UTF8.self))
        {
            return Self.contents(uri, "text/markdown", entry)
        }
        let unknown = MCPError(
            code: revision == .stateless ? .invalidParams : .unknownResource,
            words: "Nothing is here by that name, or nothing that this key may see.")
        for resource in Self.granted(to: try call.grant) {
            guard let values = resource.values(in: uri) else { continue }
            do {
                let answer = try await answer(resource, values)
                return Self.contents(uri, answer.type, String(decoding: answer.body, as: UTF8.self))
            } catch let error as MCPError { throw error } catch {
                let refusal = Refusal(error)
                if refusal.isPassing { throw refusal }
                throw unknown
            }
        }
        throw unknown
    }

    private func answer(_ resource: Resource, _ values: [String: String]) async throws -> Answer {
        var headers = HTTPFields()
        if resource.asksWhy {
            guard let reason = values["reason"], !reason.isEmpty else {
                throw MCPError.invalid("Say why it is read: ?reason=case%204711.")
            }
            headers[.leadlineReason] = reason
        }
        let operation = resource.operation
        if operation.id == "makeDossier" { return try await dossier(values, headers) }
        let path = values.filter { operation.pathParameters.contains($0.key) }
        let query = values.filter { value in operation.query.contains { $0.name == value.key } }
        return try await admission.perform(operation, call.asking(headers: headers, path: path, query: query))
    }

    /// How long somebody waits for a dossier.
    private static let patience = Duration.seconds(Call.waitSecondsMax)
    private static let interval = Duration.milliseconds(50)

    /// A dossier is long work: begun, waited for, and forgotten once it was read.
    private func dossier(_ values: [String: String], _ headers: HTTPFields) async throws -> Answer {
        let services = call.services
        let body = JSONText.object([
            ("subject", JSONText.quoted(values["lead"] ?? "")), ("reason", JSONText.quoted(values["reason"] ?? "")),
        ])
        let begun = try await admission.perform(
            OperationTable.row("makeDossier"), call.asking(body: Array(body.utf8)))
        guard let id = JSONValue(json: begun.body)?.members?["job"]?.text else {
            preconditionFailure("a dossier is a job")
        }
        let time = services.folder.machine.passingTime
        let end = time.elapsed() + Self.patience
        while true {
            let job = try services.jobs.job(id, try call.grant, now: services.folder.now())
            if let problem = job.problem { throw problem }
            if job.isOver {
                defer { services.jobs.drop(id) }
                return try await admission.perform(
                    OperationTable.row("getJobResult"), call.asking(headers: headers, path: ["job": id]))
            }
            guard time.elapsed() < end else {
                _ = try services.jobs.cancel(id, try call.grant)
                throw Refusal.busy
            }
            try await time.sleep(for: Self.interval)
        }
    }

    private static func contents(_ uri: String, _ type: String, _ text: String) -> MCPResult.Fields {
        let isJSON = type == "application/json" || JSONSyntax.isOf(mediaType: type)
        let shown = isJSON ? JSONText.visible(text) : text
        let contents = JSONText.object([
            ("uri", JSONText.quoted(uri)), ("mimeType", JSONText.quoted(type)), ("text", JSONText.quoted(shown)),
        ])
        return [("contents", "[\(contents)]")]
    }
}
