import Crypto
import Engine
import Foundation
import Synchronization
import Testing

@testable import Gateway

/// Goal: every endpoint gets each decision it may see, in order, at least once and after a failure only what it has not
/// taken; nobody else's trouble holds it up. Method: a real gateway and receivers that answer as told.
@Suite struct WebhookTests {
    /// Quick tries, so that a test sees many.
    static func settings(
        tries: Int = 50, wait: Duration = .milliseconds(5), tryMax: Duration = .seconds(3_600)
    ) -> WebhookSettings {
        var settings = WebhookSettings()
        settings.allowsLoopback = true
        settings.waits = [.zero] + Array(repeating: wait, count: tries - 1)
        settings.tryMax = tryMax
        return settings
    }

    /// Makes an endpoint and gives its document back.
    static func make(
        _ served: ServedFolder, _ url: String, key: KeyToken? = nil, _ more: String = #","kinds":["leadline.v1.LeadAssigned"]"#
    ) async throws -> (id: String, reply: ServedFolder.Reply) {
        let reply = try await served.ask(.POST, "/v1/webhooks", key ?? served.admin, "{\"url\":\"\(url)\"\(more)}")
        #expect(reply.status == 201, "\(reply.text)")
        return (reply.json["webhook"] as? String ?? "", reply)
    }

    /// Asks until the endpoint is as it shall be.
    static func endpoint(
        _ served: ServedFolder, _ id: String, until isSo: (ServedFolder.Reply) -> Bool
    ) async throws -> ServedFolder.Reply {
        while true {
            let reply = try await served.ask(.GET, "/v1/webhooks/\(id)", served.admin)
            if isSo(reply) { return reply }
            try Task.checkCancellation()
        }
    }

    /// What a message says of a decision.
    static func data(_ got: Receiver.Got) throws -> [String: Any] {
        let event = try JSONSerialization.jsonObject(with: Data(got.body.utf8)) as? [String: Any]
        return event?["data"] as? [String: Any] ?? [:]
    }

    private static func leads(_ got: [Receiver.Got]) throws -> [String] {
        try got.map { try data($0)["leadId"] as? String ?? "" }
    }

    @Test func decisionsAreDeliveredSignedAndInOrder() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                try await served.submit("early")
                let made = try await Self.make(served, receiver.url("all"))
                for number in 0..<5 { try await served.submit("l-\(number)") }
                let got = try await receiver.got("all", 5)
                // From its making on, each once.
                #expect(try Self.leads(got) == (0..<5).map { "l-\($0)" })
                let secret = try #require((made.reply.json["secret"] as? String)?.dropFirst(6))
                let publicKey = try #require((made.reply.json["publicKey"] as? String)?.dropFirst(5))
                let pair = try Curve25519.Signing.PublicKey(
                    rawRepresentation: try #require(Data(base64Encoded: String(publicKey))))
                for one in got {
                    let message = Data("\(one.id).\(one.headers["webhook-timestamp"] ?? "").\(one.body)".utf8)
                    let code = Data(
                        HMAC<SHA256>.authenticationCode(
                            for: message, using: SymmetricKey(data: try #require(Data(base64Encoded: String(secret))))))
                    #expect(one.signatures.count == 2 && one.signatures[0] == "v1," + code.base64EncodedString())
                    let signature = try #require(Data(base64Encoded: String(one.signatures[1].dropFirst(4))))
                    #expect(one.signatures[1].hasPrefix("v1a,") && pair.isValidSignature(signature, for: message))
                    let event = try #require(try JSONSerialization.jsonObject(with: Data(one.body.utf8)) as? [String: Any])
                    #expect(event["id"] as? String == one.id && event["timestamp"] as? String == event["time"] as? String)
                    #expect(event["specversion"] as? String == "1.0" && event["type"] as? String == "leadline.v1.LeadAssigned")
                    #expect(!one.body.contains("officine") && !one.body.contains("Marta") && one.body.utf8.count <= 20_480)
                }
                #expect(Set(got.map(\.id)).count == 5)
            }
        }
    }

    @Test func orderHoldsWhileTriesFail() async throws {
        // The second message fails four times in four ways; nothing overtakes it, and nothing comes twice but it.
        try await Receiver.receiving({ _, number in
            switch number {
            case 1: (500, [:])
            case 2: (302, ["location": "/other"])
            case 3: (404, [:])
            case 4: (429, ["retry-after": "0"])
            default: (204, [:])
            }
        }) { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                let made = try await Self.make(served, receiver.url("all"))
                for number in 0..<4 { try await served.submit("l-\(number)") }
                let got = try await receiver.got("all", 8)
                #expect(try Self.leads(got) == ["l-0", "l-1", "l-1", "l-1", "l-1", "l-1", "l-2", "l-3"])
                #expect(Set(got[1...5].map(\.id)).count == 1 && Set(got[1...5].map(\.body)).count == 1)
                let well = try await Self.endpoint(served, made.id) { $0.json["cursor"] as? String == got.last?.id }
                #expect(well.json["state"] as? String == "active" && well.json["failures"] as? Int == 0)
                let log = try await served.ask(.GET, "/v1/webhooks/\(made.id)/deliveries", served.admin)
                let rows = try #require(log.json["deliveries"] as? [[String: Any]])
                #expect(rows.compactMap { $0["status"] as? Int } == [204, 204, 204, 429, 404, 302, 500, 204])
                let page = try await served.ask(.GET, "/v1/webhooks/\(made.id)/deliveries?limit=3", served.admin)
                #expect(page.headers["link"]?.contains("before=6") == true, "\(page.headers)")
            }
        }
    }

    @Test func aSenderThatIsStoppedGoesOnWhereItWas() async throws {
        let isOpen = Mutex(false)
        try await Receiver.receiving({ _, number in number < 2 || isOpen.withLock { $0 } ? (200, [:]) : (503, [:]) }) { receiver in
            try await ServedFolder.serving(webhooks: Self.settings(tries: 1_000), sends: false) { served in
                let made = try await Self.make(served, receiver.url("all"))
                for number in 0..<5 { try await served.submit("l-\(number)") }
                let services = served.services
                let first = Task { try await WebhookSender(services).run() }
                _ = try await receiver.got("all", 4)
                first.cancel()
                try await first.value
                let before = receiver.all("all").count
                let stopped = try await served.ask(.GET, "/v1/webhooks/\(made.id)", served.admin)
                #expect(stopped.json["state"] as? String == "failing")
                isOpen.withLock { $0 = true }
                // What another process would open.
                let again = try GatewayServices(
                    folder: served.folder, inbox: NoInbox(), decisions: services.decisions, access: served.access,
                    webhooks: Self.settings(), logger: services.logger,
                    live: services.live, place: services.place)
                let second = Task { try await WebhookSender(again).run() }
                var leads: [String] = []
                repeat { leads = try Self.leads(try await receiver.got("all", leads.count + 1)) } while leads.last != "l-4"
                second.cancel()
                try await second.value
                // Only what was not taken came again, and nothing overtook it.
                #expect(leads.count > before && leads.filter { $0 != "l-2" } == ["l-0", "l-1", "l-3", "l-4"], "\(leads)")
                #expect(leads.dropFirst(2).dropLast(2).allSatisfy { $0 == "l-2" }, "\(leads)")
            }
        }
    }

    /// An offer is one message, whoever sends it and however often: the agent that gets it answers one offer.
    @Test func anOfferIsOneMessageAtEveryTryAndAfterATakeover() async throws {
        let isOpen = Mutex(false)
        try await Receiver.receiving({ _, _ in isOpen.withLock { $0 } ? (200, [:]) : (503, [:]) }) { receiver in
            try await ServedFolder.serving(webhooks: Self.settings(tries: 1_000), sends: false) { served in
                let policy = #"{"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"negotiation":{"rounds":1,"answerMillis":86400000}}"#
                #expect(try await served.ask(.PUT, "/v1/policy", served.admin, policy, ["prefer": "wait=20"]).status == 200)
                _ = try await Self.make(served, receiver.url("all"), #","kinds":["leadline.v1.OfferMade"]"#)
                try await served.submit("o-1")
                let services = served.services
                let first = Task { try await WebhookSender(services).run() }
                _ = try await receiver.got("all", 2)
                first.cancel()
                try await first.value
                let before = receiver.all("all").count
                let again = try GatewayServices(
                    folder: served.folder, inbox: NoInbox(), decisions: services.decisions, access: served.access,
                    webhooks: Self.settings(tries: 1_000), logger: services.logger, live: services.live, place: services.place)
                let second = Task { try await WebhookSender(again).run() }
                _ = try await receiver.got("all", before + 1)
                isOpen.withLock { $0 = true }
                try await served.submit("o-2")
                var got: [Receiver.Got] = []
                repeat { got = try await receiver.got("all", got.count + 1) } while try Self.leads(got).last != "o-2"
                second.cancel()
                try await second.value
                let tries = try got.filter { try Self.data($0)["leadId"] as? String == "o-1" }
                #expect(tries.count > before && Set(tries.map(\.id)).count == 1 && Set(tries.map(\.body)).count == 1)
                let offers = try Set(got.map { try Self.data($0)["offerId"] as? String ?? "" })
                #expect(offers.count == 2 && !offers.contains(""), "\(got.first?.body ?? "")")
                #expect(Set(got.map(\.id)).count == 2)
            }
        }
    }

    @Test func endpointsThatHangHoldUpNobody() async throws {
        try await Receiver.receiving({ path, _ in
            if path.hasPrefix("hang") { try await Task.sleep(for: .seconds(3_600)) }
            return (200, [:])
        }) { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                for number in 0..<10 { _ = try await Self.make(served, receiver.url("hang-\(number)")) }
                _ = try await Self.make(served, receiver.url("quick"))
                try await served.submit("l-0")
                for number in 0..<10 { _ = try await receiver.got("hang-\(number)", 1) }
                for number in 1..<6 { try await served.submit("l-\(number)") }
                #expect(try Self.leads(try await receiver.got("quick", 6)) == (0..<6).map { "l-\($0)" })
                for number in 0..<10 { #expect(receiver.all("hang-\(number)").count == 1) }
            }
        }
    }

    @Test func oneThatTakesTooLongIsTriedAgain() async throws {
        let settings = Self.settings(tryMax: .milliseconds(50))
        try await Receiver.receiving({ _, number in
            if number == 0 { try await Task.sleep(for: .seconds(3_600)) }
            return (200, [:])
        }) { receiver in
            try await ServedFolder.serving(webhooks: settings) { served in
                let made = try await Self.make(served, receiver.url("slow"))
                try await served.submit("l-0")
                _ = try await Self.endpoint(served, made.id) { ($0.json["cursor"] as? String)?.hasSuffix("/0") == true }
                let log = try await served.ask(.GET, "/v1/webhooks/\(made.id)/deliveries", served.admin)
                #expect(log.text.contains("timed-out") && log.text.contains("delivered"), "\(log.text)")
            }
        }
    }

    @Test func anEndpointThatFailsForLongIsDisabledAndGoesOnLater() async throws {
        let status = Mutex(500)
        try await Receiver.receiving({ _, _ in (status.withLock { $0 }, [:]) }) { receiver in
            try await ServedFolder.serving(webhooks: Self.settings(tries: 3)) { served in
                let made = try await Self.make(served, receiver.url("all"))
                for number in 0..<2 { try await served.submit("l-\(number)") }
                let ended = try await Self.endpoint(served, made.id) { $0.json["state"] as? String == "disabled" }
                #expect(ended.json["reason"] as? String == "failing" && ended.json["failures"] as? Int == 3, "\(ended.text)")
                #expect(ended.json["failingSince"] != nil && ended.json["disabled"] != nil)
                #expect(try Self.leads(receiver.all("all")) == ["l-0", "l-0", "l-0"])
                // Mended, tried, switched on: nothing is missing.
                status.withLock { $0 = 200 }
                let test = try await served.ask(.POST, "/v1/webhooks/\(made.id)/test", served.admin)
                #expect(test.json["outcome"] as? String == "delivered", "\(test.text)")
                let on = try await served.ask(.PATCH, "/v1/webhooks/\(made.id)", served.admin, #"{"enabled":true}"#)
                #expect(on.json["state"] as? String == "active" && on.json["failures"] as? Int == 0, "\(on.text)")
                let got = try await receiver.got("all", 6)
                #expect(got[3].body.contains("leadline.webhook.test") && !got[3].id.contains("."))
                #expect(try Self.leads(Array(got[4...])) == ["l-0", "l-1"])
                // One that says it is gone is believed at once.
                status.withLock { $0 = 410 }
                try await served.submit("l-2")
                let gone = try await Self.endpoint(served, made.id) { $0.json["state"] as? String == "disabled" }
                #expect(gone.json["reason"] as? String == "gone" && receiver.all("all").count == 7)
            }
        }
    }

    @Test func whoseRightEndedIsToldNothingMore() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                let key = try served.key(.manager)
                let made = try await Self.make(served, receiver.url("all"), key: key)
                try await served.submit("l-0")
                _ = try await receiver.got("all", 1)
                // A key in its place keeps the right: the principal has it, not the key.
                let next = try served.access.rotate(key.id, program: ServedFolder.program).token
                try await served.submit("l-1")
                _ = try await receiver.got("all", 2)
                _ = try served.access.revoke(next.id, program: ServedFolder.program)
                try await served.submit("l-2")
                let ended = try await Self.endpoint(served, made.id) { $0.json["state"] as? String == "disabled" }
                #expect(ended.json["reason"] as? String == "rights-ended" && receiver.all("all").count == 2)
                // Whoever switches it on answers for it, and what was missed comes.
                _ = try await served.ask(.PATCH, "/v1/webhooks/\(made.id)", served.admin, #"{"enabled":true}"#)
                #expect(try Self.leads(try await receiver.got("all", 3)) == ["l-0", "l-1", "l-2"])
            }
        }
    }

    @Test func duringARotationBothSecretsSign() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                let made = try await Self.make(served, receiver.url("all"))
                let path = "/v1/webhooks/\(made.id)"
                let second = try await served.ask(.POST, path + "/rotate", served.admin, #"{"overlapHours":1}"#)
                #expect(second.status == 200 && second.json["oldSecretUntil"] != nil, "\(second.text)")
                let shown = try await served.ask(.GET, path, served.admin)
                #expect(shown.json["secret"] == nil && shown.json["publicKey"] as? String == second.json["publicKey"] as? String)
                try await served.submit("l-0")
                let both = try #require(try await receiver.got("all", 1).last)
                let third = try await served.ask(.POST, path + "/rotate", served.admin, #"{"overlapHours":0}"#)
                #expect(third.json["oldSecretUntil"] == nil)
                try await served.submit("l-1")
                let one = try #require(try await receiver.got("all", 2).last)
                let secrets = [made.reply, second, third].map { $0.json["secret"] as? String ?? "" }
                #expect(Set(secrets).count == 3)
                #expect(try secrets.map { try Self.isSigned(both, by: $0) } == [true, true, false] && both.signatures.count == 4)
                #expect(try secrets.map { try Self.isSigned(one, by: $0) } == [false, false, true] && one.signatures.count == 2)
            }
        }
    }

    private static func isSigned(_ got: Receiver.Got, by secret: String) throws -> Bool {
        let key = SymmetricKey(data: try #require(Data(base64Encoded: String(secret.dropFirst(6)))))
        let message = Data("\(got.id).\(got.headers["webhook-timestamp"] ?? "").\(got.body)".utf8)
        return got.signatures.contains("v1," + Data(HMAC<SHA256>.authenticationCode(for: message, using: key)).base64EncodedString())
    }

    @Test func aRangeIsSentAgainBeforeWhatIsNew() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                let made = try await Self.make(served, receiver.url("all"))
                for number in 0..<4 { try await served.submit("l-\(number)") }
                let got = try await receiver.got("all", 4)
                let range = "{\"after\":\"\(got[0].id)\",\"through\":\"\(got[2].id)\"}"
                let reply = try await served.ask(.POST, "/v1/webhooks/\(made.id)/replay", served.admin, range)
                #expect(reply.status == 202 || reply.status == 200, "\(reply.text)")
                let again = try await receiver.got("all", 6)
                #expect(again[4...5].map(\.id) == got[1...2].map(\.id) && again[4...5].map(\.body) == got[1...2].map(\.body))
                _ = try await Self.endpoint(served, made.id) { $0.json["replay"] == nil }
                try await served.submit("l-4")
                #expect(try Self.leads(try await receiver.got("all", 7)).last == "l-4")
                for (body, status) in [("{}", 422), (#"{"after":"other/1"}"#, 404), (#"{"after":"acme/x"}"#, 422)] {
                    #expect(try await served.ask(.POST, "/v1/webhooks/\(made.id)/replay", served.admin, body).status == status)
                }
            }
        }
    }

    @Test func channelsGetASentence() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: Self.settings()) { served in
                for format in ["slack", "teams"] {
                    let made = try await Self.make(
                        served, receiver.url(format), #","format":"\#(format)","kinds":["leadline.v1.LeadAssigned"]"#)
                    let test = try await served.ask(.POST, "/v1/webhooks/\(made.id)/test", served.admin)
                    #expect(test.json["outcome"] as? String == "delivered", "\(test.text)")
                }
                try await served.submit("l-0")
                for format in ["slack", "teams"] {
                    let got = try await receiver.got(format, 2)
                    for one in got { _ = try JSONSerialization.jsonObject(with: Data(one.body.utf8)) }
                    #expect(got[1].body.contains("l-0 assigned to p-"), "\(got[1].body)")
                    #expect(got[1].body.contains(format == "slack" ? #"{"text":"# : #""TextRun""#))
                    #expect(!got[1].body.contains("officine") && !got[1].body.contains("Marta"))
                }
            }
        }
    }
}
