import Foundation
import Testing

@testable import Gateway

/// Goal: a template makes one JSON object of whatever a decision says, and what could make anything else of it is refused
/// when it is registered. Method: tables of templates, and values that try to leave their string.
@Suite struct WebhookTemplateTests {
    @Test(arguments: [
        (#"{"summary":"{{kind}} {{lead}}","n":[{"t":"{{time}}"}]}"#, nil),
        (#"{"{{id}}":true}"#, nil),
        ("{}", nil),
        (#"{"a":"{{score}}"}"#, .unknown("score")),
        (#"{"a":"{{ lead }}"}"#, .unknown(" lead ")),
        (#"{"a":"{{}}"}"#, .unknown("")),
        (#"{"a":"{{lead"}"#, .unclosed),
        // Outside of a string, behind what escapes, and within what stands for a character.
        (#"{"a":{{lead}}}"#, .noJSON),
        (#"{"a":{{attempt}} }"#, .noJSON),
        (#"{"a":"\{{lead}}"}"#, .noJSON),
        (#"{"a":"\u{{lead}}"}"#, .noJSON),
        (#"{"a":"\u00{{lead}}"}"#, .noJSON),
        (#"{"a":1{{attempt}} }"#, .noJSON),
        (#"["{{lead}}"]"#, .noJSON),
        (#""{{lead}}""#, .noJSON),
        ("", .noJSON),
        (#"{"a":""# + String(repeating: "{{id}}", count: 33) + #""}"#, .tooManyFields),
        (#"{"a":""# + String(repeating: "x", count: 4_096) + #""}"#, .tooLong),
        ("{\"a\":" + String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000) + "}", .noJSON),
    ] as [(String, WebhookTemplate.Fault?)])
    func whatIsNoTemplateIsRefused(_ text: String, _ fault: WebhookTemplate.Fault?) throws {
        if let fault {
            #expect(throws: fault) { try WebhookTemplate(text) }
        } else {
            #expect(try WebhookTemplate(text).text == text)
        }
    }

    /// What would end a string if it were looked at by characters, or cut in the middle of one.
    private static let hostile = [
        "\"", "\\", "\"\u{301}", "\u{600}\"", "\r\n", "\u{0}\u{1F}\u{7F}", "\",\"admin\":\"", "{{lead}}", "\u{2028}", "é\u{301}😀",
        String(repeating: "😀", count: 500), String(repeating: "\u{1}", count: 5_000), "a\\",
    ]

    @Test func aValueStaysInItsString() throws {
        let template = try WebhookTemplate(#"{"a":"<{{lead}}>","{{id}}":"{{reason}}"}"#)
        for value in Self.hostile {
            let body = template.body([.lead: value, .id: "key" + value, .reason: value])
            let read = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: String], "\(value)")
            #expect(read.count == 2 && read["a"]?.hasPrefix("<") == true && read["a"]?.hasSuffix(">") == true)
            #expect((read["a"]?.utf8.count ?? 0) <= 514)
            let inside = Array(try #require(read["a"]).utf8.dropFirst().dropLast())
            #expect(value.utf8.count <= 512 ? inside.elementsEqual(value.utf8) : value.utf8.starts(with: inside) && inside.count > 508)
        }
    }

    @Test func oneThatGetsTooLongSaysWhatNamesTheDecision() throws {
        let template = try WebhookTemplate(
            #"{"id":"{{id}}","a":""# + String(repeating: "{{sentence}}", count: 31) + #""}"#)
        let long = String(repeating: "\u{1}", count: 512)
        let body = template.body([.id: "acme/7/0", .sentence: long])
        #expect(String(decoding: body, as: UTF8.self) == #"{"id":"acme/7/0","a":""}"#)
    }

    @Test func aDecisionComesAsTheTemplateSays() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: WebhookTests.settings()) { served in
                let text = #"{\"routing_key\":\"k\",\"text\":\"{{kind}} of {{lead}} to {{partner}}, {{attempt}}\",\"more\":\"{{status}}\"}"#
                let made = try await WebhookTests.make(
                    served, receiver.url("all"), #","kinds":["leadline.v1.LeadAssigned"],"format":"template","template":"\#(text)""#)
                let own = try await WebhookTests.make(
                    served, receiver.url("own"), #","format":"template","template":"\#(text)","partner":"p-two""#)
                #expect((made.reply.json["template"] as? String)?.contains("{{lead}}") == true)
                try await served.submit("l-0")
                let got = try #require(try await receiver.got("all", 1).last)
                let holder = try await served.holder("l-0")
                #expect(got.body == #"{"routing_key":"k","text":"LeadAssigned of l-0 to \#(holder), 1","more":""}"#)
                #expect(got.id.hasPrefix("acme/") && got.signatures.count == 2)
                let test = try await served.ask(.POST, "/v1/webhooks/\(made.id)/test", served.admin)
                #expect(test.json["outcome"] as? String == "delivered")
                #expect(try await receiver.got("all", 2).last?.body.contains("test of  to ,") == true)
                // A partner's endpoint is told of its own alone.
                let others = receiver.all("own").filter { !$0.body.contains("p-two") }
                #expect(others.isEmpty)
                // A template stands and falls with its format.
                let path = "/v1/webhooks/\(own.id)"
                for (change, status, field) in [
                    (#"{"template":"{\"a\":\"{{nothing}}\"}"}"#, 422, "template"), (#"{"format":"slack"}"#, 200, ""),
                    (#"{"format":"template"}"#, 422, "template"), (#"{"template":"{}"}"#, 422, "template"),
                    (#"{"format":"template","template":"{}"}"#, 200, ""),
                ] {
                    let reply = try await served.ask(.PATCH, path, served.admin, change)
                    #expect(reply.status == status && (reply.json["field"] as? String ?? "") == field, "\(change): \(reply.text)")
                    if change.contains("nothing") { #expect(reply.text.contains("nothing") && reply.text.contains("respondBy")) }
                }
            }
        }
    }
}
