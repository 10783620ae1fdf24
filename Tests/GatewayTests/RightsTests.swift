import HTTPTypes
import Testing

@testable import Gateway

/// Goal: a key can do what its role's row says and nothing else, and nobody learns what is another's. Method: every operation
/// of the table, asked by every role, of its own, a foreign and a missing object.
@Suite struct RightsTests {
    private static func filled(_ operation: Operation, _ id: String) -> String {
        var path = operation.path
        for name in operation.pathParameters { path = path.replacing("{\(name)}", with: id) }
        return path
    }

    private static func ask(_ operation: Operation, _ served: ServedFolder, _ key: KeyToken?, id: String) async throws
        -> ServedFolder.Reply
    {
        let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
        let type = operation.payload.map { ["content-type": $0.types[0]] } ?? [:]
        return try await served.ask(method, filled(operation, id), key, operation.payload?.example, type)
    }

    private static var asked: [Operation] { OperationTable.all.filter { $0.id != "followDecisions" } }

    @Test func everyRoleMayDoWhatItsRowSays() async throws {
        try await ServedFolder.serving { served in
            for role in Role.allCases {
                let key = try served.key(role, sources: ["/web-form"])
                for operation in Self.asked {
                    let reply = try await Self.ask(operation, served, key, id: "lead-x")
                    let isAllowed = operation.roles.contains(role)
                    // A producer may send events, and reads what it sent, but lists nothing.
                    let isProducersList = role == .producer && operation.id == "listLeads"
                    #expect((reply.status != 403) == (isAllowed && !isProducersList), "\(role) \(operation.id): \(reply.text)")
                    #expect(reply.status < 500 && reply.status != 401, "\(role) \(operation.id): \(reply.status) \(reply.text)")
                }
            }
        }
    }

    @Test func withoutAKeyNothingIsTold() async throws {
        try await ServedFolder.serving { served in
            let ended = try served.key(.admin)
            _ = try served.access.revoke(ended.id, program: ServedFolder.program)
            for operation in OperationTable.all where operation.scope != nil {
                var replies: [ServedFolder.Reply] = []
                for key in [nil, ended] { replies.append(try await Self.ask(operation, served, key, id: "lead-x").comparable) }
                #expect(replies[0].status == 401 && replies[0] == replies[1], "\(operation.id)")
                #expect(replies[0].headers["www-authenticate"] != nil)
                #expect(replies[0].headers["content-type"] == "application/problem+json")
            }
        }
    }

    @Test func foreignAndMissingAreTheSame() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<3 { try await served.submit("own-\(number)") }
            let leads = Self.asked.filter { $0.path.utf8.starts(with: "/v1/leads/{lead}".utf8) && $0.id != "putLead" }
            #expect(leads.count > 10)
            for role in Role.allCases {
                let key = try served.key(role, sources: ["/web-form"])
                for operation in leads where operation.roles.contains(role) {
                    let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                    let foreign = try await Self.ask(operation, served, key, id: "foreign-1").comparable
                    #expect(missing.status == 404, "\(role) \(operation.id): \(missing.text)")
                    #expect(missing == foreign, "\(role) \(operation.id)")
                    #expect(!missing.text.contains("nothing-1"))
                }
            }
            // Another partner's lead is one that is not there, for reads and for answers.
            let holder = try await served.holder("own-0")
            let other = ["p-one", "p-two", "p-three"].first { $0 != holder } ?? ""
            let key = try served.key(.partnerLead, partner: other)
            for operation in leads where operation.roles.contains(.partnerLead) {
                let theirs = try await Self.ask(operation, served, key, id: "own-0").comparable
                let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                #expect(theirs == missing, "\(operation.id): \(theirs.text)")
            }
            // And another partner itself.
            for operation in Self.asked where operation.path.utf8.starts(with: "/v1/partners/{".utf8) {
                guard operation.roles.contains(.partnerLead) else { continue }
                let theirs = try await Self.ask(operation, served, key, id: holder).comparable
                let missing = try await Self.ask(operation, served, key, id: "nothing-1").comparable
                #expect(theirs == missing && missing.status == 404, "\(operation.id): \(theirs.text)")
            }
        }
    }

    @Test func aPartnerSeesItsEditionAlone() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<6 { try await served.submit("own-\(number)") }
            let partners = ["p-one", "p-two", "p-three"]
            for partner in partners {
                let key = try served.key(.partnerLead, partner: partner)
                var texts: [String] = []
                for path in ["/v1/leads", "/v1/partners", "/v1/decisions"] { texts.append(try await served.ask(.GET, path, key).text) }
                for number in 0..<6 where try await served.holder("own-\(number)") == partner {
                    for path in ["/v1/leads/own-\(number)", "/v1/leads/own-\(number)/explanation"] {
                        let reply = try await served.ask(.GET, path, key)
                        #expect(reply.status == 200, "\(path): \(reply.text)")
                        texts.append(reply.text)
                    }
                    let early = try await served.ask(.GET, "/v1/leads/own-\(number)/contact", key)
                    #expect(early.status == 409 && !early.text.contains("officine"))
                    let accepted = try await served.ask(.POST, "/v1/leads/own-\(number)/accept", key, nil, ["prefer": "wait=20"])
                    #expect(accepted.status == 200, "\(accepted.text)")
                    let contact = try await served.ask(.GET, "/v1/leads/own-\(number)/contact", key)
                    #expect(contact.status == 200 && contact.text.contains("own-\(number)@officine.example"), "\(contact.text)")
                }
                for text in texts {
                    for other in partners where other != partner { #expect(!text.contains(other), "\(partner) sees \(other): \(text)") }
                    for word in ["score", "placePrice", "runnerUp", "engagement"] { #expect(!text.contains(word), "\(partner): \(text)") }
                }
            }
        }
    }
}
