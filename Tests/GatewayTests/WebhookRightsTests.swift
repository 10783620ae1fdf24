import Engine
import Foundation
import HTTPTypes
import Testing

@testable import Gateway

/// Goal: a partner's endpoint is told what the partner may see, is managed by whoever may, and for anybody else is not
/// there; the file it stands in tells nothing.
@Suite struct WebhookRightsTests {
    @Test func aPartnersEndpointIsToldOfItselfAlone() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: WebhookTests.settings()) { served in
                let partners = ["p-one", "p-two", "p-three"]
                for partner in partners {
                    _ = try await WebhookTests.make(
                        served, receiver.url(partner), key: try served.key(.partnerLead, partner: partner), "")
                    // The vendor may have a partner's edition sent too, never its own under that name.
                    _ = try await WebhookTests.make(
                        served, receiver.url("vendors-" + partner), #","format":"slack","partner":"\#(partner)""#)
                }
                _ = try await WebhookTests.make(served, receiver.url("vendor"))
                for number in 0..<6 { try await served.submit("l-\(number)") }
                let all = try await receiver.got("vendor", 6)
                #expect(all.contains { $0.body.contains("score") })
                var seen = 0
                for partner in partners {
                    let count = try all.filter { try WebhookTests.data($0)["partnerId"] as? String == partner }.count
                    guard count > 0 else { continue }
                    var texts = try await receiver.got(partner, count).map(\.body)
                    texts += try await receiver.got("vendors-" + partner, count).map(\.body)
                    seen += count
                    for text in texts {
                        for other in partners where other != partner { #expect(!text.contains(other), "\(partner): \(text)") }
                        for word in ["score", "placePrice", "runnerUp", "evaluation", "officine", "Marta", "Name of"] {
                            #expect(!text.contains(word), "\(partner): \(text)")
                        }
                    }
                }
                #expect(seen == 6)
            }
        }
    }

    @Test func foreignAndMissingEndpointsAreTheSame() async throws {
        try await ServedFolder.serving(webhooks: WebhookTests.settings()) { served in
            let one = try served.key(.partnerLead, partner: "p-one")
            let url = "http://127.0.0.1:9/x"
            let own = try await WebhookTests.make(served, url, key: one).id
            let vendors = try await WebhookTests.make(served, url).id
            let foreign = try await WebhookTests.make(served, url, key: try served.foreignAdmin()).id
            let operations = WebhookOperations.all.filter { $0.path.contains("{webhook}") && $0.id != "deleteWebhook" }
                + WebhookOperations.all.filter { $0.id == "deleteWebhook" }
            #expect(operations.count == 7)
            for (key, id) in [
                (try served.key(.partnerLead, partner: "p-two"), own), (one, vendors), (one, foreign), (served.admin, foreign),
            ] {
                for operation in operations {
                    let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
                    func ask(_ id: String) async throws -> ServedFolder.Reply {
                        try await served.ask(
                            method, operation.path.replacing("{webhook}", with: id), key, operation.payload?.example
                        ).comparable
                    }
                    let theirs = try await ask(id)
                    let missing = try await ask("wh-0000000000000000")
                    #expect(theirs == missing && missing.status == 404, "\(operation.id): \(theirs.text)")
                }
            }
            let list = try await served.ask(.GET, "/v1/webhooks", one)
            #expect(list.text.contains(own) && !list.text.contains(vendors) && !list.text.contains(foreign))
            #expect(try await served.ask(.GET, "/v1/webhooks/\(own)", served.admin).status == 200)
            // Gone with its log.
            #expect(try await served.ask(.DELETE, "/v1/webhooks/\(own)", one).status == 200)
            #expect(try await served.ask(.GET, "/v1/webhooks/\(own)", one).status == 404)
        }
    }

    @Test(arguments: [
        (#"{}"#, "url"), (#"{"url":"ftp://a.example/"}"#, "url"), (#"{"url":"http://a.example/"}"#, "url"), (#"{"url":1}"#, "url"),
        (#"{"url":"https://a.example/","kinds":["Nothing"]}"#, "kinds"), (#"{"url":"https://a.example/","kinds":"x"}"#, "kinds"),
        (#"{"url":"https://a.example/","format":"fax"}"#, "format"), (#"{"url":"https://a.example/","label":["x"]}"#, "label"),
        (#"{"url":"https://a.example/","partner":"a b"}"#, "partner"), (#"{"url":"https://a.example/","other":1}"#, "other"),
        (#"{"url":null}"#, ""), (#"{"url":{"a":1}}"#, ""), (#"{"url":"https://a.example/","kinds":[1]}"#, ""),
    ]) func aRequestThatIsNotRightIsRefused(_ body: String, _ field: String) async throws {
        try await ServedFolder.serving { served in
            let reply = try await served.ask(.POST, "/v1/webhooks", served.admin, body)
            #expect(reply.status == 422 && (reply.json["field"] as? String ?? "") == field, "\(body): \(reply.text)")
        }
    }

    @Test func thereAreNoMoreThanSoMany() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let key = try served.key(.partnerLead, partner: "p-one")
            for _ in 0..<WebhookLimits.partnersMax { _ = try await WebhookTests.make(served, "https://a.example/", key: key) }
            let more = try await served.ask(.POST, "/v1/webhooks", key, #"{"url":"https://a.example/"}"#)
            #expect(more.status == 409, "\(more.text)")
            let other = try await served.ask(.POST, "/v1/webhooks", key, #"{"url":"https://a.example/","partner":"p-two"}"#)
            #expect(other.status == 422, "\(other.text)")
            _ = try await WebhookTests.make(served, "https://a.example/", key: try served.key(.partnerLead, partner: "p-two"))
        }
    }

    @Test func whatIsKeptTellsNoAddressAndNoSecret() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let made = try await WebhookTests.make(served, "https://hooks.partner.example/T000/very-secret")
            let secret = try #require((made.reply.json["secret"] as? String)?.dropFirst(6))
            var bytes = Data()
            for name in ["webhooks.db", "webhooks.db-wal"] {
                bytes += FileManager.default.contents(atPath: served.folder.path + "/" + name) ?? Data()
            }
            #expect(bytes.range(of: Data(made.id.utf8)) != nil)
            for text in ["very-secret", "hooks.partner", String(secret)] { #expect(bytes.range(of: Data(text.utf8)) == nil) }
            let mode = try FileManager.default.attributesOfItem(atPath: served.folder.path + "/webhooks.db")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }
}
