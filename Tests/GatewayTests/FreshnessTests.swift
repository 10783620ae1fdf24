import Engine
import Foundation
import LeadlineCore
import NIOCore
import Synchronization
import Testing
import UseCases

@testable import Gateway

/// Goal: what the gateway remembers is never older than what was journaled, and holds nothing of a person or a right that
/// has ended. Method: after each change every kind of reader asks twice, and is told what the journal itself says.
@Suite struct FreshnessTests {
    /// What a reader is shown by a reading of the journal that remembers nothing; nil for what it may not see.
    private static func journaled(_ lead: String, _ key: KeyToken, _ served: ServedFolder) throws -> String? {
        let grant = try #require(try served.access.grant(for: key))
        let deployment = Deployment(
            try ReadingPlace(served.folder), program: grant.program, asker: Asker(actor: "test"))
        do {
            return try Edition.story(Edition.visible(lead, grant, deployment, served.services.identities), for: grant)
        } catch is Refusal { return nil } catch let problem as Problem where problem.kind == .notFound { return nil }
    }

    @Test func everyReaderSeesEveryChangeAtOnce() async throws {
        try await ServedFolder.serving { served in
            let partners = try ["p-one", "p-two", "p-three"].map { try served.key(.partner, partner: $0) }
            let readers = [served.admin, try served.key(.auditor), try served.key(.producer)] + partners
            func compare(_ what: String) async throws {
                for (reader, time) in zip(readers + readers, 0...) {
                    let reply = try await served.ask(.GET, "/v1/leads/l-1", reader)
                    let journaled = try Self.journaled("l-1", reader, served)
                    #expect(reply.status == (journaled == nil ? 404 : 200), "\(what), \(time)")
                    if let journaled { #expect(reply.text == journaled, "\(what), \(time)") }
                }
            }
            try await compare("not there")
            try await served.submit("l-1")
            try await compare("submitted")
            let holder = try await served.holder("l-1")
            let own = try served.key(.partner, partner: holder)
            let changes: [(HTTPMethodName, String, KeyToken, String)] = [
                (.PATCH, "/v1/leads/l-1", served.admin, #"{"vertical":"manufacturing"}"#),
                (.POST, "/v1/leads/l-1/accept", own, "{}"),
                (.POST, "/v1/leads/l-1/first-response", own, "{}"),
                (.POST, "/v1/leads/l-1/withdraw", served.admin, "{}"),
            ]
            for (method, path, key, body) in changes {
                let reply = try await served.ask(method, path, key, body, ["prefer": "wait=20"])
                #expect(reply.status == 200, "\(path): \(reply.text)")
                try await compare(path)
                // Something about another lead in between.
                try await served.submit("l-\(UUID().uuidString)")
                try await compare(path + ", later")
            }
        }
    }

    /// Erases a lead's person, in both steps.
    private static func erase(_ lead: String, _ served: ServedFolder) async throws {
        func body(_ confirm: String?) -> String {
            let token = confirm.map { #","confirm":"\#($0)""# } ?? ""
            return #"{"subjects":["\#(lead)"],"requestedBy":"the person","reason":"asked"\#(token)}"#
        }
        let listed = try await served.ask(.POST, "/v1/rights/erase", served.admin, body(nil))
        let confirm = try #require(listed.json["confirm"] as? String, "\(listed.text)")
        let erased = try await served.ask(.POST, "/v1/rights/erase", served.admin, body(confirm))
        #expect(erased.json["erased"] as? Bool == true, "\(erased.text)")
    }

    @Test func anErasureReachesWhatIsRemembered() async throws {
        try await ServedFolder.serving { served in
            // Two leads of one person: the erasure of one reaches what is said of the other.
            for lead in ["l-1", "l-2"] {
                let body = #"{"leadId":"\#(lead)","country":"IT","contact":{"givenName":"Marta","email":"m@officine.example"}}"#
                let reply = try await served.ask(.POST, "/v1/leads", served.admin, body, ["prefer": "wait=20"])
                #expect(reply.status == 200, "\(reply.text)")
            }
            try await served.submit("l-3")
            for _ in 0..<2 {
                for lead in ["l-1", "l-2", "l-3"] {
                    _ = try await served.ask(.GET, "/v1/leads/\(lead)", served.admin)
                    let contact = try await served.ask(.GET, "/v1/leads/\(lead)/contact", served.admin)
                    #expect(contact.status == 200 && contact.text.contains("Marta"), "\(lead): \(contact.text)")
                }
            }
            try await Self.erase("l-1", served)
            for lead in ["l-1", "l-2"] {
                let contact = try await served.ask(.GET, "/v1/leads/\(lead)/contact", served.admin)
                #expect(contact.status == 404, "\(lead): \(contact.text)")
                let story = try await served.ask(.GET, "/v1/leads/\(lead)", served.admin)
                #expect(try story.text == Self.journaled(lead, served.admin, served), "\(lead)")
                #expect(story.status == 200 && !story.text.contains(#""country""#), "\(lead): \(story.text)")
            }
            let other = try await served.ask(.GET, "/v1/leads/l-3/contact", served.admin)
            #expect(other.status == 200 && other.text.contains("Marta"))
        }
    }

    /// A sealed value that is taken back is shown to nobody any more; the others stay. A field that must stay is refused
    /// by its name.
    @Test func aValueThatIsTakenBackIsGone() async throws {
        try await ServedFolder.serving { served in
            let body = #"{"leadId":"l-1","country":"IT","contact":{"givenName":"Marta","jobTitle":"buyer","email":"m@officine.example"}}"#
            let reply = try await served.ask(.POST, "/v1/leads", served.admin, body, ["prefer": "wait=20"])
            #expect(reply.status == 200, "\(reply.text)")
            let cleared = try await served.ask(
                .PATCH, "/v1/leads/l-1", served.admin, #"{"cleared":["contact.job_title","country"]}"#, ["prefer": "wait=20"])
            #expect(cleared.status == 200, "\(cleared.text)")
            let contact = try await served.ask(.GET, "/v1/leads/l-1/contact", served.admin)
            #expect(contact.text.contains("Marta") && !contact.text.contains("buyer"), "\(contact.text)")
            let refused = try await served.ask(.PATCH, "/v1/leads/l-1", served.admin, #"{"cleared":["contact.email"]}"#)
            #expect(refused.status == 400 || refused.status == 422, "\(refused.text)")
            #expect(refused.text.contains("cleared"), "\(refused.text)")
        }
    }

    @Test func aKeyThatEndedReadsNothingThatIsRemembered() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("l-1")
            let key = try served.key(.manager)
            for _ in 0..<3 { #expect(try await served.ask(.GET, "/v1/leads/l-1", key).status == 200) }
            _ = try served.access.revoke(key.id, program: ServedFolder.program)
            #expect(try await served.ask(.GET, "/v1/leads/l-1", key).status == 401)
            let narrow = try served.key(.manager, scopes: [.decisionsRead])
            #expect(try await served.ask(.GET, "/v1/leads/l-1", narrow).status == 403)
            #expect(try await served.ask(.GET, "/v1/leads/l-1", try served.foreignAdmin()).status == 404)
        }
    }

    // MARK: Stories

    private static func answer(_ text: String) -> @Sendable () async throws -> Answer { { .json(text) } }

    @Test func aStoryIsRememberedUntilSomethingIsSaidOfItsLead() async throws {
        let commits = CommitSignal()
        let stories = KnownStories(commits)
        let said = Mutex<[UInt64: Set<String>]>([:])
        func ask(_ lead: String, _ partner: String?, _ made: String) async throws -> String {
            let answer = try await stories.answer(about: lead, of: "acme", for: partner, changed: { from, end in
                (from..<end).reduce(into: Set<String>()) { leads, position in
                    leads.formUnion(said.withLock { $0[position] ?? [] })
                }
            }, make: Self.answer(made))
            return String(decoding: answer.body, as: UTF8.self)
        }
        func commit(_ size: UInt64, _ leads: Set<String>) {
            said.withLock { $0[size - 1] = leads }
            commits.committed(["acme": size])
        }
        commit(1, ["a", "b"])
        #expect(try await ask("a", nil, "one") == "one")
        #expect(try await ask("a", nil, "two") == "one")
        #expect(try await ask("a", "p", "partner's") == "partner's")
        #expect(try await ask("a", "q", "another's") == "another's")
        #expect(try await ask("b", nil, "b") == "b")
        commit(2, ["b"])
        #expect(try await ask("a", nil, "three") == "one")
        #expect(try await ask("b", nil, "b2") == "b2")
        commit(3, ["a"])
        #expect(try await ask("a", nil, "four") == "four")
        #expect(try await ask("a", "p", "anew") == "anew")
        // So many that nobody looks through them.
        commit(3 + KnownStories.entriesMax + 1, [])
        #expect(try await ask("a", nil, "five") == "five")
        #expect(try await ask("b", nil, "b3") == "b3")
    }

    @Test func aStoryThatWasOvertakenWhileItWasMadeIsNotKept() async throws {
        let commits = CommitSignal()
        let stories = KnownStories(commits)
        commits.committed(["acme": 1])
        let changed = { @Sendable (from: UInt64, end: UInt64) async throws -> Set<String>? in ["a"] }
        let first = try await stories.answer(about: "a", of: "acme", for: nil, changed: changed) {
            // Read before, told after: somebody else has looked through the entry meanwhile.
            commits.committed(["acme": 2])
            _ = try await stories.answer(about: "b", of: "acme", for: nil, changed: changed, make: Self.answer("b"))
            return .json("old")
        }
        #expect(String(decoding: first.body, as: UTF8.self) == "old")
        let second = try await stories.answer(
            about: "a", of: "acme", for: nil, changed: changed, make: Self.answer("new"))
        #expect(String(decoding: second.body, as: UTF8.self) == "new")
        // An erasure, or what cannot be read, has all of them forgotten.
        commits.committed(["acme": 3])
        let third = try await stories.answer(
            about: "b", of: "acme", for: nil, changed: { _, _ in nil }, make: Self.answer("b3"))
        #expect(String(decoding: third.body, as: UTF8.self) == "b3")
    }

    // MARK: Feeds

    /// Decisions that count how often they are read.
    private final class CountedDecisions: DecisionStream {
        let commits = CommitSignal()
        private let reads = Mutex(0)
        var count: Int { reads.withLock { $0 } }

        func read(after cursor: DecisionCursor, limit: Int) async throws -> DecisionPage {
            reads.withLock { $0 += 1 }
            return DecisionPage(
                decisions: [], next: cursor, streamSize: commits.size(of: cursor.program), isEnd: true)
        }
    }

    @Test func clientsAtOnePlaceShareOnePage() async throws {
        let decisions = CountedDecisions()
        let pages = SharedPages(decisions)
        decisions.commits.committed(["acme": 5])
        let cursor = DecisionCursor(program: "acme", after: .init(position: 4))
        let first = try await pages.page(after: cursor)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { try await pages.page(after: cursor) === first } }
            for try await isSame in group { #expect(isSame) }
        }
        #expect(decisions.count == 1)
        // Once there is more, what ended with the stream is read again.
        decisions.commits.committed(["acme": 6])
        #expect(try await pages.page(after: cursor).decisions.streamSize == 6)
        #expect(decisions.count == 2)
        // However many places there are, few are kept.
        for position in UInt64(10)..<40 { _ = try await pages.page(after: .init(program: "acme", after: .init(position: position))) }
        #expect(decisions.count == 32)
        _ = try await pages.page(after: cursor)
        #expect(decisions.count == 33)
    }

    @Test func everyClientGetsEachEventOnceInItsOwnEdition() async throws {
        try await ServedFolder.serving { served in
            let (ready, open) = AsyncStream<Void>.makeStream()
            // As many as one client keeps connections open to a host, but for those that submit.
            let partners = [nil, nil, "p-one", "p-two", "p-one", "p-two"]
            let keys = try partners.map { try $0 == nil ? served.key(.manager) : served.key(.partner, partner: $0) }
            let read = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for (number, key) in keys.enumerated() {
                    group.addTask {
                        let read = try await FeedTests.ids(served, key, "/v1/feed?type=leadline.v1.LeadAssigned", opened: {
                            open.yield()
                        }) { ids in ids.count >= (number < 2 ? 9 : 1) }
                        return (number, read.ids)
                    }
                }
                var waiting = keys.count
                for await _ in ready {
                    waiting -= 1
                    if waiting == 0 { break }
                }
                // Partners of one profile take turns, so that each gets some.
                for number in 0..<12 { try await served.submit("l-\(number)") }
                var read: [Int: [String]] = [:]
                for try await (number, ids) in group { read[number] = ids }
                return read
            }
            let all = try #require(read[0])
            #expect(all.count >= 9 && Set(all).count == all.count)
            #expect(read[1]?.prefix(9) == all.prefix(9))
            let firsts = try (2..<6).map { try #require(read[$0]?.first) }
            #expect(Set(firsts).count == 2 && firsts[0..<2] == firsts[2..<4], "\(firsts)")
        }
    }
}
