import Engine
import Foundation
import LeadlineCore
import Testing

@testable import Gateway

/// Goal: of the people who decide reviews one at a time looks at each, and nobody is kept from it by somebody who went away.
@Suite struct ReviewClaimTests {
    private static let wait = ["prefer": "wait=20"]

    /// A lead under review, and keys of two managers.
    private static func underReview(_ body: @Sendable (ServedFolder, KeyToken, KeyToken) async throws -> Void) async throws {
        try await ServedFolder.serving { served in
            try await served.submit("l-1")
            let asked = try await served.ask(.POST, "/v1/leads/l-1/review", served.admin, nil, wait)
            #expect(asked.status == 200, "\(asked.text)")
            try await body(served, try served.key(.manager), try served.key(.manager))
        }
    }

    @Test func aClaimKeepsOthersFromDeciding() async throws {
        try await Self.underReview { served, one, two in
            let path = "/v1/reviews/l-1/claim"
            let claimed = try await served.ask(.PUT, path, one)
            #expect(claimed.status == 200 && claimed.json["own"] as? Bool == true, "\(claimed.text)")
            let second = try await served.ask(.PUT, path, two, "{}")
            #expect(second.status == 409 && second.text.contains("review-claimed"), "\(second.text)")
            let refused = try await served.ask(.POST, "/v1/reviews/l-1/decision", two, #"{"uphold":true}"#, Self.wait)
            #expect(refused.status == 409, "\(refused.text)")
            // Giving up what is another's changes nothing.
            #expect(try await served.ask(.DELETE, path, two).status == 200)
            let shown = try await served.ask(.GET, "/v1/reviews", two)
            #expect(shown.text.contains(#""own":false"#), "\(shown.text)")
            let over = try await served.ask(.PUT, path, two, #"{"takeOver":true}"#)
            #expect(over.status == 200 && over.json["own"] as? Bool == true, "\(over.text)")
            #expect(try await served.ask(.PUT, path, one).status == 409)
            let decided = try await served.ask(.POST, "/v1/reviews/l-1/decision", two, #"{"uphold":true}"#, Self.wait)
            #expect(decided.status == 200, "\(decided.text)")
            #expect(try await served.ask(.PUT, path, one).status == 409)
        }
    }

    @Test func whatIsGivenUpAnybodyClaims() async throws {
        try await Self.underReview { served, one, two in
            let path = "/v1/reviews/l-1/claim"
            for (method, key) in [(HTTPMethodName.PUT, one), (.DELETE, one), (.DELETE, one), (.PUT, two)] {
                let reply = try await served.ask(method, path, key)
                #expect(reply.status == 200, "\(method): \(reply.text)")
                let shown = try await served.ask(.GET, "/v1/reviews", two)
                #expect(shown.text.contains("claim") == (method == .PUT), "\(shown.text)")
            }
        }
    }

    /// Given a claim, when its time is over, then nobody is kept from it; made again before, it lasts on from then.
    @Test func aClaimEndsByItself() async throws {
        try await SharedAccessTests.inFolder { root in
            let folder = try await SharedAccessTests.folder(root, "claims")
            let access = try AccessFile(folder)
            let first = try access.claimReview("l", program: "p", by: "a", takesOver: false)
            #expect(first.until.micros - first.since.micros == ReviewClaim.minutes * Timestamp.microsPerMinute)
            let again = try access.claimReview("l", program: "p", by: "a", takesOver: false)
            #expect(again.since == first.since && again.until >= first.until)
            var late = try access.newReview("l", program: "p", by: "b", takesOver: false)
            late.at = again.until.micros - 1
            #expect(try access.take(late).principal == "a")
            late.at = again.until.micros
            #expect(try access.take(late).principal == "b")
        }
    }

    @Test func whatIsNotAskedForIsRefused() async throws {
        try await Self.underReview { served, one, two in
            _ = try await served.ask(.PUT, "/v1/reviews/l-1/claim", one)
            let json = #"{"takeOver":"yes"}"#
            let refused = try await served.ask(.PUT, "/v1/reviews/l-1/claim", two, json)
            #expect(refused.status == 422 && refused.json["field"] as? String == "takeOver")
            let strange = try await served.ask(.PUT, "/v1/reviews/l-1/claim", two, #"{"until":"tomorrow"}"#)
            #expect(strange.status == 422 && strange.json["field"] as? String == "until", "\(strange.text)")
            let auditor = try served.key(.auditor)
            #expect(try await served.ask(.PUT, "/v1/reviews/l-1/claim", auditor).status == 403)
        }
    }
}
