import Foundation
import LeadlineCore
import Testing
import UseCases

@testable import Gateway

/// Goal: an answer to an offer that comes after its time, or again, is taken down, changes nothing, and its agent is told so, by
/// whatever face it came. Method: offers whose time is over, and offers that were answered, on a server that decides.
@Suite struct LateAnswerTests {
    /// How an agent answers.
    enum Face: String, CaseIterable, Sendable { case rest, mcp, mcpBefore, a2a }

    private static func publish(_ served: ServedFolder, answerMillis: Int) async throws {
        let policy = """
            {"attemptsMax":3,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"negotiation":{\
            "rounds":1,"answerMillis":\(answerMillis),"commissionMaxBasisPoints":1500}}
            """
        let headers = ["prefer": "wait=30", "idempotency-key": UUID().uuidString]
        var reply = try await served.ask(.PUT, "/v1/policy", served.admin, policy, headers)
        while reply.status == 202 { reply = try await served.ask(.PUT, "/v1/policy", served.admin, policy, headers) }
        try #require(reply.status == 200, "\(reply.text)")
    }

    /// A lead that is offered: the offer's id and whom it is to.
    private static func offered(_ lead: String, _ served: ServedFolder) async throws -> (offer: String, partner: String) {
        let decisions = try await served.submit(lead).json["decisions"] as? [[String: Any]] ?? []
        let made = try #require(decisions.first { $0["type"] as? String == "leadline.v1.OfferMade" }?["data"] as? [String: Any], "\(decisions)")
        return (try #require(made["offerId"] as? String), try #require(made["partnerId"] as? String))
    }

    /// What the agent is told of its answer, once it is decided: the same object by every face.
    private static func answer(
        _ face: Face, _ fields: [String: Any], _ lead: String, _ offer: String, _ key: KeyToken, as name: String, _ served: ServedFolder
    ) async throws -> [String: Any] {
        while true {
            let told: [String: Any]
            switch face {
            case .rest:
                let body = String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
                let reply = try await served.ask(
                    .POST, "/v1/leads/\(lead)/offers/\(offer)/answer", key, body, ["prefer": "wait=30", "idempotency-key": name])
                try #require([200, 202].contains(reply.status), "\(reply.text)")
                told = reply.json
            case .mcp, .mcpBefore:
                let arguments = fields.merging(["lead": lead, "offer": offer, "idempotencyKey": name, "waitSeconds": 30]) { $1 }
                let result = try await Assistant(served: served, isStateless: face == .mcp).call("negotiate", arguments, key)
                try #require(result["isError"] as? Bool == false, "\(result)")
                told = try #require(result["structuredContent"] as? [String: Any])
            case .a2a:
                // A message is one task: whoever asks again asks with another.
                let data = fields.merging(["skill": "negotiate", "lead": lead, "offer": offer, "idempotencyKey": name, "waitSeconds": 30]) { $1 }
                let message: [String: Any] = [
                    "message": ["messageId": UUID().uuidString, "role": "ROLE_USER", "parts": [["data": data]]] as [String: Any]
                ]
                let body = String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self)
                let reply = try await served.ask(.POST, "/a2a/message:send", key, body, ["a2a-version": "1.0"])
                let task = try #require(reply.json["task"] as? [String: Any], "\(reply.text)")
                let artifact = try #require((task["artifacts"] as? [[String: Any]])?.first, "\(reply.text)")
                told = try #require((artifact["parts"] as? [[String: Any]])?.first?["data"] as? [String: Any])
            }
            if told["status"] as? String == "decided" { return told }
        }
    }

    private static func why(_ told: [String: Any]) -> String? { (told["disregarded"] as? [String: Any])?["reason"] as? String }

    /// Reasons for which answers about a lead were disregarded, as the journal has them.
    private static func noted(_ lead: String, _ served: ServedFolder) async throws -> [String] {
        let page = try await served.ask(.GET, "/v1/decisions?limit=500", served.admin).json["decisions"] as? [[String: Any]] ?? []
        let all = page.filter { $0["type"] as? String == "leadline.v1.InputDisregarded" }.compactMap { $0["data"] as? [String: Any] }
        return all.filter { $0["subject"] as? String == lead }.compactMap { $0["reason"] as? String }
    }

    /// Given an offer whose time is over, when its partner agrees by any face, then the answer is an entry that changes nothing, and
    /// says so.
    @Test(arguments: Face.allCases) func anAnswerAfterItsTime(_ face: Face) async throws {
        try await ServedFolder.serving(sends: false) { served in
            try await Self.publish(served, answerMillis: 200)
            let (offer, partner) = try await Self.offered("l-1", served)
            while try await served.holder("l-1").isEmpty { try Task.checkCancellation() }
            let before = try await served.ask(.GET, "/v1/leads/l-1", served.admin).json["lead"] as? [String: Any] ?? [:]
            let key = try served.key(.partner, partner: partner)
            let told = try await Self.answer(face, ["answer": "OFFER_ANSWER_ACCEPTED"], "l-1", offer, key, as: "late", served)
            #expect(Self.why(told) == "offerOver" && told["repeated"] as? Bool == false, "\(told)")
            #expect((told["disregarded"] as? [String: Any])?["detail"] as? String == "the offer is over")
            // Sent again it is the same answer, and still none.
            let again = try await Self.answer(face, ["answer": "OFFER_ANSWER_ACCEPTED"], "l-1", offer, key, as: "late", served)
            #expect(Self.why(again) == "offerOver" && again["repeated"] as? Bool == true, "\(again)")
            #expect(try await Self.noted("l-1", served) == ["DISREGARD_REASON_OFFER_OVER"])
            let after = try await served.ask(.GET, "/v1/leads/l-1", served.admin).json["lead"] as? [String: Any] ?? [:]
            for field in ["status", "partner", "attempt", "respondBy"] {
                #expect("\(before[field] ?? "")" == "\(after[field] ?? "")", "\(field)")
            }
            let record = try await served.services.live.look(ServedFolder.program) { $0.offerRecords }?.first { $0.partnerID == partner }
            #expect(record?.agreed == 0 && record?.lapsed == 1, "\(String(describing: record))")
        }
    }

    /// Given an offer that was answered, when its partner answers once more by any face, then the first answer stands, and the second
    /// says that it changes nothing; the same one sent again is the first.
    @Test(arguments: Face.allCases) func anAnswerThatComesTwice(_ face: Face) async throws {
        try await ServedFolder.serving(sends: false) { served in
            try await Self.publish(served, answerMillis: 86_400_000)
            let (offer, partner) = try await Self.offered("l-1", served)
            let key = try served.key(.partner, partner: partner)
            func send(_ answer: String, as name: String) async throws -> [String: Any] {
                try await Self.answer(face, ["answer": "OFFER_ANSWER_" + answer], "l-1", offer, key, as: name, served)
            }
            #expect(Self.why(try await send("CAPACITY_CONFIRMED", as: "room")) == nil)
            #expect(Self.why(try await send("CAPACITY_CONFIRMED", as: "room-again")) == "noChange")
            let first = try await send("ACCEPTED", as: "yes")
            #expect(Self.why(first) == nil && first["repeated"] as? Bool == false, "\(first)")
            let same = try await send("ACCEPTED", as: "yes")
            #expect(Self.why(same) == nil && same["repeated"] as? Bool == true, "\(same)")
            let (told, toldAgain) = (first["decisions"] as? [Any] ?? [], same["decisions"] as? [Any] ?? [])
            #expect(!told.isEmpty && NSArray(array: told) == NSArray(array: toldAgain), "\(told) \(toldAgain)")
            #expect(Self.why(try await send("ACCEPTED", as: "yes-again")) == "offerOver")
            #expect(Self.why(try await send("DECLINED", as: "no")) == "offerOver")
            #expect(try await served.holder("l-1") == partner)
            #expect(
                try await Self.noted("l-1", served)
                    == ["DISREGARD_REASON_NO_CHANGE", "DISREGARD_REASON_OFFER_OVER", "DISREGARD_REASON_OFFER_OVER"])
            let record = try await served.services.live.look(ServedFolder.program) { $0.offerRecords }?.first { $0.partnerID == partner }
            #expect(record?.agreed == 1 && record?.declined == 0, "\(String(describing: record))")
        }
    }

    /// A producer is told that its change was taken, and not what the program knows.
    @Test func aProducerIsToldNothingOfIt() async throws {
        try await ServedFolder.serving(sends: false) { served in
            let producer = try served.key(.producer, sources: ["/web"])
            for number in 0..<2 {
                _ = number
                let reply = try await served.ask(
                    .POST, "/v1/leads", producer, #"{"leadId":"l-1","country":"IT"}"#,
                    ["prefer": "wait=30", "idempotency-key": UUID().uuidString])
                #expect(reply.status == 200 && reply.json["disregarded"] == nil, "\(reply.text)")
            }
        }
    }
}
