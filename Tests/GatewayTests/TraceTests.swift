import Foundation
import Testing

@testable import Gateway

/// Goal: whoever sends a lead finds its trace again in every decision on it, wherever that is read, and what is no trace
/// changes nothing. Method: a real gateway, asked with headers good and bad.
@Suite struct TraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let header = "00-\(trace)-00f067aa0ba902b7-01"

    /// The traceparent of each decision on a lead.
    private static func traces(_ served: ServedFolder, _ lead: String, _ key: (any Bearer)? = nil) async throws -> [String?] {
        let page = try await served.ask(.GET, "/v1/decisions?after=acme&limit=500", key ?? served.admin)
        let decisions = try #require(page.json["decisions"] as? [[String: Any]])
        return decisions.filter { $0["subject"] as? String == lead }.map { $0["traceparent"] as? String }
    }

    private static func send(_ served: ServedFolder, _ lead: String, _ header: String?, key: String? = nil) async throws -> ServedFolder.Reply {
        var headers = ["prefer": "wait=20", "idempotency-key": key ?? lead]
        headers["traceparent"] = header
        var reply = try await served.ask(.POST, "/v1/leads", served.admin, #"{"leadId":"\#(lead)","country":"IT"}"#, headers)
        while reply.status == 202 {
            reply = try await served.ask(.POST, "/v1/leads", served.admin, #"{"leadId":"\#(lead)","country":"IT"}"#, headers)
        }
        return reply
    }

    @Test func aTraceGoesFromTheRequestToDecisionAndWebhook() async throws {
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: WebhookTests.settings()) { served in
                _ = try await WebhookTests.make(served, receiver.url("all"))
                #expect(try await Self.send(served, "l-0", Self.header).status == 200)
                let told = try await Self.traces(served, "l-0")
                let first = try #require(told.first ?? nil)
                #expect(Set(told).count == 1 && first.hasPrefix("00-\(Self.trace)-") && first.hasSuffix("-01") && first != Self.header)
                let got = try #require(try await receiver.got("all", 1).last)
                #expect(got.headers["traceparent"] == first && got.body.contains(#""traceparent":"\#(first)""#))
                // The partner's edition has it too, and a second reading is the same.
                let holder = try await served.holder("l-0")
                #expect(try await Self.traces(served, "l-0", try served.key(.partner, partner: holder)).contains(first))
                #expect(try await Self.traces(served, "l-0") == told)
                // Sent again under another trace it is the same event, and its decision stands.
                let again = try await Self.send(served, "l-0", "00-" + String(repeating: "a", count: 32) + "-00f067aa0ba902b7-01")
                #expect(again.json["repeated"] as? Bool == true)
                #expect(try await Self.traces(served, "l-0") == told)
            }
        }
    }

    @Test func whatIsNoTraceIsIgnored() async throws {
        try await ServedFolder.serving { served in
            let bad: [String?] = [
                nil, "", "00-\(Self.trace)-0000000000000000-01", Self.header.uppercased(), Self.header + "-1", "marta@officine.example",
            ]
            for (number, header) in bad.enumerated() {
                #expect(try await Self.send(served, "l-\(number)", header).status == 200)
                let told = try await Self.traces(served, "l-\(number)")
                #expect(!told.isEmpty && told.allSatisfy { $0 == nil }, "\(header ?? "none"): \(told)")
            }
        }
    }

    @Test func anEventsOwnAttributeCountsWhereNoHeaderIsNearer() async throws {
        try await ServedFolder.serving { served in
            let other = "00-" + String(repeating: "b", count: 32) + "-00f067aa0ba902b7-00"
            for (lead, attribute, header, trace) in [
                ("e-1", Self.header, nil, Self.trace), ("e-2", Self.header, other, String(repeating: "b", count: 32)),
                ("e-3", "nothing", other, String(repeating: "b", count: 32)),
            ] as [(String, String, String?, String)] {
                let event = #"{"specversion":"1.0","id":"\#(lead)","source":"/test","type":"leadline.v1.LeadSubmitted","traceparent":"\#(attribute)","data":{"leadId":"\#(lead)","country":"IT"}}"#
                var headers = ["content-type": "application/cloudevents+json"]
                headers["traceparent"] = header
                #expect(try await served.ask(.POST, "/v1/events", served.admin, event, headers).status == 202)
                var told: [String?] = []
                while told.isEmpty { told = try await Self.traces(served, lead) }
                #expect(told.allSatisfy { $0?.hasPrefix("00-\(trace)-") == true }, "\(lead): \(told)")
            }
        }
    }
}
