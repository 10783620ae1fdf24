import Engine
import Foundation
import LeadlineCore
import Synchronization
import Testing

@testable import Gateway

/// Goal: a gateway that reads from copies answers as one beside the processor, and says how far behind it is. Method: the
/// processor's own folder stands for the copy.
@Suite struct FollowedCopiesTests {
    @Test func whatIsAskedOfACopyIsAnsweredAsByTheProcessor() async throws {
        let standing = { @Sendable in CopyStanding(recordsBehind: 3, age: .milliseconds(20)) }
        try await ServedFolder.serving(from: .copy(standing: standing)) { served in
            let submitted = try await served.submit("l-1")
            #expect(submitted.status == 200 && submitted.json["status"] as? String == "decided")
            let held = try await served.holder("l-1")
            #expect(!held.isEmpty)
            let asked: [(ServedFolder.Reply, String)] = [
                (try await served.ask(.GET, "/v1/leads", served.admin), "l-1"),
                (try await served.ask(.GET, "/v1/partners", served.admin), held),
                (try await served.ask(.POST, "/v1/preview", served.admin, #"{"country":"IT"}"#), "partner"),
                (try await served.ask(.GET, "/v1/leads/l-1/explanation", served.admin), held),
                (try await served.ask(.GET, "/v1/decisions?after=acme", served.admin), "LeadAssigned"),
            ]
            for (reply, word) in asked { #expect(reply.status == 200 && reply.text.contains(word), "\(reply)") }
            let ready = try await served.ask(.GET, "/readyz", nil)
            #expect(ready.status == 200 && ready.json["recordsBehind"] as? Int == 3 && ready.json["secondsAgo"] as? Int == 0)
        }
    }

    @Test(arguments: [nil, Duration.seconds(10)])
    func aCopyThatNobodyKnowsOfIsNotReady(_ age: Duration?) async throws {
        let standing = { @Sendable in age.map { CopyStanding(recordsBehind: 0, age: $0) } }
        try await ServedFolder.serving(from: .copy(standing: standing)) { served in
            let ready = try await served.ask(.GET, "/readyz", nil)
            #expect(ready.status == 503 && ready.json["type"] as? String == "urn:leadline:problem:not-followed")
            #expect(try await served.ask(.GET, "/healthz", nil).status == 200)
        }
    }
}
