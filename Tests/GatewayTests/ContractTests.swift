import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// Goal: what the document says of a request is what the gateway takes: limits, what must be there, and what is refused.
/// Method: requests at both sides of each limit, and the document read as a client would.
@Suite struct ContractTests {
    private struct Side: Sendable, CustomTestStringConvertible {
        var name: String
        var path: String
        var body: String
        var isTaken: Bool
        /// The field that is to be mended.
        var field = ""
        var testDescription: String { name }
    }

    /// A character of four bytes counts as one, as JSON Schema has it.
    private static func text(_ count: Int) -> String { String(repeating: "\u{1D11E}", count: count) }

    private static func profile(_ json: String, _ field: String? = nil) -> Side {
        Side(name: "profile \(json.prefix(60))", path: "/v1/program/profile", body: json, isTaken: field == nil, field: field ?? "")
    }

    private static let sides = [
        Side(name: "a reason of 128 characters", path: "/v1/rights/dossier", body: #"{"subject":"l-1","reason":"\#(text(128))"}"#, isTaken: true),
        Side(name: "a reason with an address", path: "/v1/rights/dossier", body: #"{"subject":"l-1","reason":"of a@b.example"}"#, isTaken: false, field: "reason"),
        Side(name: "a reason of 129", path: "/v1/rights/dossier", body: #"{"subject":"l-1","reason":"\#(text(129))"}"#, isTaken: false, field: "reason"),
        Side(
            name: "no fields to rectify", path: "/v1/rights/rectify",
            body: #"{"subject":"l-1","requestedBy":"x","reason":"y","fields":{}}"#, isTaken: false, field: "fields"),
        Side(
            name: "who asks, too long", path: "/v1/rights/restrict",
            body: #"{"subject":"l-1","requestedBy":"\#(text(129))","reason":"y"}"#, isTaken: false, field: "requestedBy"),
        profile("{}"), profile(#"{"noTransfers":false}"#),
        profile(#"{"purposes":[{"en":"\#(text(2_000))"}]}"#),
        profile(#"{"purposes":[{"en":"\#(text(2_001))"}]}"#, "purposes.en"),
        profile(#"{"purposes":[{}]}"#, "purposes"),
        profile(#"{"transfers":[{"country":"us"}]}"#, "transfers.country"),
        profile(#"{"noTransfers":true,"transfers":[{"country":"US"}]}"#, "noTransfers"),
        profile(#"{"recipients":[{"role":{"en":"x"}}]}"#, "recipients.name"),
        profile(#"{"sources":[{"source":"web"}]}"#, "sources.description"),
        profile(#"{"controller":{"name":"a\nb"}}"#, "controller.name"),
    ]

    @Test func limitsAreTheDocuments() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("l-1")
            for side in Self.sides {
                let method: HTTPMethodName = side.path.hasSuffix("profile") ? .PUT : .POST
                let reply = try await served.ask(method, side.path, served.admin, side.body, ["prefer": "wait=20"])
                #expect((200..<300).contains(reply.status) == side.isTaken, "\(side.name): \(reply.text)")
                if !side.isTaken { #expect(reply.status == 422 && reply.json["field"] as? String == side.field, "\(side.name): \(reply.text)") }
            }
        }
    }

    /// A choice is a word wherever it stands, also in a body that is one part of a message.
    @Test func aChoiceIsAWordInAPolicyToo() async throws {
        try await ServedFolder.serving { served in
            for (method, path) in [(HTTPMethodName.POST, "/v1/policy/validate"), (.PUT, "/v1/policy")] {
                let reply = try await served.ask(method, path, served.admin, #"{"attemptsMax":3,"method":0}"#)
                #expect(reply.status == 422 && reply.json["field"] as? String == "method", "\(reply.text)")
            }
        }
    }

    private static func row(_ id: String) throws -> [String: Any] {
        let operation = try #require(OperationTable.all.first { $0.id == id })
        let document = try #require(JSONSerialization.jsonObject(with: Data(OpenAPI.text.utf8)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        return try #require(paths[operation.path]?[operation.method.rawValue.lowercased()] as? [String: Any])
    }

    @Test func whatMustBeThereIsSaidAndAskedFor() async throws {
        let parameters = try #require(try Self.row("proveConsistency")["parameters"] as? [[String: Any]])
        #expect(parameters.first { $0["name"] as? String == "from" }?["required"] as? Bool == true)
        #expect(parameters.first { $0["name"] as? String == "to" }?["required"] == nil)
        try await ServedFolder.serving { served in
            let reply = try await served.ask(.GET, "/v1/audit/consistency", served.admin)
            #expect(reply.status == 400 && reply.json["field"] as? String == "from")
            #expect(try await served.ask(.GET, "/v1/audit/consistency?from=2000000", served.admin).status == 404)
            let feed = try await served.ask(.GET, "/v1/feed?lead=", served.admin)
            #expect(feed.status == 400 && feed.json["field"] as? String == "lead")
        }
    }

    /// Where a key is not heeded it is refused, and the document does not name it.
    @Test func aKeyIsHeededOrRefused() async throws {
        let names = ##"#/components/parameters/IdempotencyKey"##
        let taking = try OperationTable.all.filter { operation in
            guard operation.method != .get, operation.method.rawValue != "QUERY" else { return false }
            let parameters = try Self.row(operation.id)["parameters"] as? [[String: Any]] ?? []
            return parameters.contains { $0["$ref"] as? String == names }
        }
        #expect(Set(taking.map(\.id)).isSuperset(of: ["submitLead", "submitLeads", "acceptLead"]))
        #expect(Set(taking.map(\.id)).isDisjoint(with: ["erasePeople", "resubmitDeadLetter", "revokeKey"]))
        try await ServedFolder.serving { served in
            for operation in OperationTable.all where operation.method != .get && operation.method.rawValue != "QUERY" {
                let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
                var path = operation.path
                for name in operation.pathParameters { path = path.replacing("{\(name)}", with: "x-1") }
                let type = operation.payload.map { ["content-type": $0.types[0]] } ?? [:]
                let headers = ["idempotency-key": "k-1", "leadline-reason": "x"].merging(type) { one, _ in one }
                let reply = try await served.ask(method, path, served.admin, operation.payload == nil ? nil : "{", headers)
                let isRefused = reply.status == 400 && reply.json["field"] as? String == "Idempotency-Key"
                #expect(isRefused == !taking.contains { $0.id == operation.id }, "\(operation.id): \(reply.text)")
            }
            // One figure for how long it may be.
            let keys = [
                (String(repeating: "k", count: 200), 202), (String(repeating: "k", count: 201), 400), ("\"" + String(repeating: "k", count: 198) + "\"", 202),
                ("\"" + String(repeating: "k", count: 199) + "\"", 400), ("\"\"", 400), ("\"", 202), ("a b", 400),
            ]
            let pattern = try Regex(Submission.keyPattern)
            for (key, status) in keys {
                let headers = ["idempotency-key": key, "prefer": "wait=0"]
                #expect(try await served.ask(.POST, "/v1/leads", served.admin, #"{"country":"IT"}"#, headers).status == status, "\(key)")
                #expect((try pattern.wholeMatch(in: key) != nil) == (status == 202), "\(key)")
            }
        }
    }
}
