import Engine
import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// Goal: an assistant is shown a person's data only under its scope, with a reason that is kept beside who read and by what;
/// what it lacks it is told at once; and a preview leaves nothing of anybody behind. Method: reads by tools and resources, the
/// access log, and every file of the folder.
@Suite struct MCPPersonalDataTests {
    private static func log(_ served: ServedFolder) throws -> [[String: Any]] {
        let bytes = FileManager.default.contents(atPath: served.folder.path + "/access.jsonl") ?? Data()
        let text = String(decoding: bytes, as: UTF8.self)
        return try text.components(separatedBy: "\n").filter { $0.hasPrefix("{") }.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func aReadNamesWhoReadByWhatAndWhy() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("c-1")
            let key = try served.key(.admin, principal: "dpo")
            let ask = Assistant(served: served)
            for uri in ["leadline://leads/c-1/contact", "leadline://leads/c-1/dossier"] {
                for bad in ["", "?reason=", "?reason=kim%40officine.example", "?why=x", "?reason=a&reason=b"] {
                    #expect(try await ask.code("resources/read", key, ["uri": uri + bad]) == -32_602, "\(uri + bad)")
                }
            }
            let before = try Self.log(served).count
            for uri in ["leadline://leads/c-1/contact?reason=case%204711", "leadline://leads/c-1/dossier?reason=case%204712"] {
                let result = try await ask.result("resources/read", key, ["uri": uri])
                #expect("\(result)".contains("c-1@officine.example"), "\(result)")
            }
            let tool = try await ask.call("read_contact", ["lead": "c-1", "reason": "case 4713"], key)
            #expect("\(tool)".contains("c-1@officine.example"))
            let lines = Array(try Self.log(served).dropFirst(before))
            #expect(Set(lines.compactMap { $0["reason"] as? String }) == ["case 4711", "case 4712", "case 4713"])
            for line in lines {
                #expect(line["user"] as? String == "dpo" && line["agent"] as? String == "mcp \(key.id)" && line["role"] as? String == "admin", "\(line)")
            }
            // Over plain HTTP nothing asks on anybody's behalf.
            _ = try await served.ask(.GET, "/v1/leads/c-1/contact", key, nil, ["leadline-reason": "case 4714"])
            #expect(try Self.log(served).last?["agent"] == nil)
        }
    }

    @Test func whoMayNotIsShownNeitherDataNorThatThereIsAny() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("c-2")
            let (ask, agent) = (Assistant(served: served), try served.key(.agent))
            let uris = ["contact", "dossier"].map { "leadline://leads/c-2/\($0)?reason=x" }
            for uri in uris { #expect(try await ask.code("resources/read", agent, ["uri": uri]) == -32_602) }
            let templates = try await ask("resources/templates/list", agent)
            #expect(!templates.text.contains("contact{") && !templates.text.contains("dossier"))
            // A partner that has not accepted gets the answer of a lead that is not there.
            let partner = try served.key(.partner, partner: try await served.holder("c-2"))
            let early = try await ask("resources/read", partner, ["uri": uris[0]])
            let missing = try await ask("resources/read", partner, ["uri": "leadline://leads/none/contact?reason=x"])
            #expect(early.comparable.text == missing.comparable.text)
            for method in ["tools/list", "resources/list", "prompts/list"] {
                #expect(try await !ask(method, served.admin).text.contains("officine"), "\(method)")
            }
        }
    }

    @Test func oneChallengeNamesAllScopes() async throws {
        try await ServedFolder.serving { served in
            let ask = Assistant(served: served)
            let nobody = try await ask("tools/list", nil)
            let challenge = try #require(nobody.headers["www-authenticate"])
            #expect(nobody.status == 401 && challenge.contains("scope=\"\(ToolTable.scopes)\"") && !challenge.contains("offline_access"))
            let narrow = try served.key(.admin, scopes: [.leadsRead])
            let grant = try #require(try served.access.grant(for: narrow))
            for tool in ToolTable.all where !tool.isGranted(to: grant) {
                let reply = try await ask("tools/call", narrow, ["name": tool.name, "arguments": [String: Any]()])
                if reply.status == 403 {
                    let names = tool.scopes.map(\.rawValue).joined(separator: " ")
                    #expect(reply.headers["www-authenticate"]?.contains("scope=\"\(names)\"") == true, "\(tool.name): \(reply.headers)")
                } else {
                    // What is missing is told before a key is looked at.
                    #expect((reply.json["result"] as? [String: Any])?["isError"] as? Bool == true, "\(tool.name): \(reply.text)")
                }
            }
            let forecast = try await ask("tools/call", narrow, ["name": "forecast"])
            #expect(forecast.status == 403 && forecast.headers["www-authenticate"]?.contains(#"scope="jobs:read reports:read""#) == true)
        }
    }

    /// Given a preview of somebody who has left no name, then no file holds anything of it; when the person consents, then it
    /// becomes a lead with what was previewed, once.
    @Test func aPreviewBecomesALeadWithConsentAlone() async throws {
        let clock = MovedClock()
        try await ServedFolder.serving(clock: clock) { served in
            let (ask, agent) = (Assistant(served: served), try served.key(.agent, sources: ["/assistant"]))
            let known: [String: Any] = [
                "country": "IT", "vertical": "zq-vertical", "preLead": true, "message": "zq-message", "accountName": "zq-account",
                "accountDomain": "zq-domain.example", "contact": ["email": "kim@zq-mail.example", "givenName": "zq-name"],
            ]
            let preview = try await ask.call("preview_route", known, agent)["structuredContent"] as? [String: Any]
            let kept = try #require(preview?["preLead"] as? String, "\(preview ?? [:])")
            for file in try FileManager.default.subpathsOfDirectory(atPath: served.folder.path) {
                guard let bytes = FileManager.default.contents(atPath: served.folder.path + "/" + file) else { continue }
                #expect(bytes.range(of: Data("zq-".utf8)) == nil, "\(file)")
            }
            let contact = ["email": "kim@officine.example"]
            func convert(_ arguments: [String: Any], _ key: KeyToken? = nil) async throws -> [String: Any] {
                try await ask.call("convert_pre_lead", arguments.merging(["waitSeconds": 30, "contact": contact]) { $1 }, key ?? agent)
            }
            var flipped = Array(kept)
            flipped[20] = flipped[20] == "A" ? "B" : "A"
            let consent: [String: Any] = ["preLead": kept, "lawfulBasis": "LAWFUL_BASIS_CONSENT", "idempotencyKey": "once"]
            for (wrong, key) in [
                (["preLead": kept], nil), (consent.merging(["lawfulBasis": "LAWFUL_BASIS_LEGITIMATE_INTEREST"]) { $1 }, nil),
                (consent.merging(["preLead": String(flipped)]) { $1 }, nil), (consent, served.admin),
            ] as [([String: Any], KeyToken?)] {
                #expect(try await convert(wrong, key)["isError"] as? Bool == true, "\(wrong)")
            }
            let made = try await convert(consent)["structuredContent"] as? [String: Any]
            let lead = try #require(made?["lead"] as? String, "\(made ?? [:])")
            let again = try await convert(consent)["structuredContent"] as? [String: Any]
            #expect(again?["repeated"] as? Bool == true && again?["lead"] as? String == lead)
            let story = try await served.ask(.GET, "/v1/leads/\(lead)", served.admin)
            #expect((story.json["lead"] as? [String: Any])?["vertical"] as? String == "zq-vertical", "\(story.text)")
            let shown = try await served.ask(.GET, "/v1/leads/\(lead)/contact", served.admin)
            #expect(shown.text.contains("kim@officine.example") && !shown.text.contains("zq-"), "\(shown.text)")
            clock.move(seconds: 31 * 86_400)
            #expect(try await convert(consent.merging(["idempotencyKey": "twice"]) { $1 })["isError"] as? Bool == true)
        }
    }

    /// Completion says what a key may see of that which it completes, and nothing of anything else.
    @Test func onlyWhatIsAskedForIsCompleted() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("k-1")
            let ask = Assistant(served: served)
            func complete(_ reference: [String: String], _ name: String, _ value: String, _ key: KeyToken) async throws -> [String]? {
                let params: [String: Any] = ["ref": reference, "argument": ["name": name, "value": value]]
                let result = try await ask("completion/complete", key, params).json["result"] as? [String: Any]
                return (result?["completion"] as? [String: Any])?["values"] as? [String]
            }
            let (prompt, template) = (["type": "ref/prompt", "name": "why_this_partner"], ["type": "ref/resource", "uri": "leadline://partners/{partner}"])
            let word = ["type": "ref/resource", "uri": "leadline://glossary/{word}"]
            let month = ["type": "ref/prompt", "name": "month_end"]
            #expect(try await complete(prompt, "lead", "k", served.admin) == ["k-1"])
            #expect(try await complete(prompt, "partner", "p", served.admin) == [])
            #expect(try await complete(template, "partner", "p-t", served.admin)?.sorted() == ["p-three", "p-two"])
            #expect(try await complete(template, "lead", "", served.admin) == [])
            #expect(try await complete(word, "word", "pol", served.admin) == ["policy"])
            #expect(try await complete(month, "month", "", served.admin)?.count == 24)
            #expect(try await complete(["type": "ref/prompt", "name": "none"], "lead", "", served.admin) == nil)
            #expect(try await complete(["type": "ref/resource", "uri": "leadline://leads/{lead}/dossier{?reason}"], "lead", "", try served.key(.agent)) == nil)
            #expect(try await complete(["type": "none"], "lead", "", served.admin) == nil)
            // A partner's key completes its own.
            let holder = try await served.holder("k-1")
            let other = try served.key(.partner, partner: holder == "p-one" ? "p-two" : "p-one")
            #expect(try await complete(prompt, "lead", "", other) == [])
            let read = try await ask.result("resources/read", other, ["uri": "leadline://glossary/hard-rule"])
            #expect("\(read)".contains("Hard rule"))
        }
    }
}
