import Engine
import Foundation
import LeadlineCore
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import UseCases

@testable import Gateway

/// Goal: keys that gateways share are the same at each, an end is the end at each, whatever comes in which order, and who
/// has not heard of ends for some seconds takes no key. Method: gateways on one table in memory, whose age is set.
@Suite struct SharedAccessTests {
    /// A table whose records every follower gets at once, and that can be read as a compacted topic is.
    final class Table: SharedTable {
        typealias Take = @Sendable (String, [UInt8]?) throws -> Void
        private let state = Mutex((values: [String: [UInt8]](), takers: [Take]()))
        private let known = Mutex(Duration.zero)

        var age: Duration {
            get { known.withLock { $0 } }
            set { known.withLock { $0 = newValue } }
        }
        var values: [String: [UInt8]] { state.withLock { $0.values } }

        func put(_ records: [(key: String, value: [UInt8]?)]) async throws {
            for (key, value) in records {
                let takers = state.withLock { state in
                    state.values[key] = value
                    return state.takers
                }
                for take in takers { try take(key, value) }
            }
        }

        func follow(_ take: @escaping Take) { state.withLock { $0.takers.append(take) } }
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A gateway's folder, each with one master key.
    static func folder(_ root: String, _ name: String, masterKey: String = "master.key") async throws -> DataFolder {
        var request = FoundingRequest(path: "\(root)/\(name)", program: "acme", currency: "EUR")
        request.masterKeyFile = "\(root)/\(masterKey)"
        _ = try await Founding.found(request, cluster: nil, asker: Asker(actor: "tester"))
        return try DataFolder(path: request.path)
    }

    static func inFolder(_ body: (String) async throws -> Void) async throws {
        let root = NSTemporaryDirectory() + "leadline-shared-\(UUID().uuidString)"
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        try await body(root)
    }

    private static func gateway(_ root: String, _ name: String, _ table: Table) async throws -> SharedAccess {
        let access = try SharedAccess(try await folder(root, name), logger: quiet)
        for (key, value) in table.values.sorted(by: { $0.key < $1.key }) { try access.take(key, value) }
        access.follow(table)
        table.follow { try access.take($0, $1) }
        return access
    }

    @Test func whatOneChangesAllHave() async throws {
        try await Self.inFolder { root in
            let table = Table()
            let one = try await Self.gateway(root, "one", table), two = try await Self.gateway(root, "two", table)
            #expect(try one.isEmpty())
            let made = try await one.create(GrantRequest(program: "acme", role: .partner, partner: "p-one", label: "form"))
            #expect(try two.grant(for: made.token) == made.grant && !two.isEmpty())
            let mixed = try #require(KeyToken("ll_\(made.token.id)_" + String(repeating: "0f", count: 32)))
            #expect(try two.grant(for: mixed) == nil)
            let next = try await two.rotate(made.grant.id, program: "acme", days: 30, overlapHours: 1)
            #expect(next.grant.principal == made.grant.principal)
            let old = try #require(try one.grant(for: made.token))
            #expect(old.revoked == nil && old.expires < made.grant.expires)
            #expect(try one.grant(for: next.token) == next.grant)
            #expect(try await one.revoke(next.grant.id, program: "acme").revoked != nil)
            #expect(try two.grant(for: next.token)?.revoked != nil)
            await #expect(throws: Problem.self) { try await two.revoke(made.grant.id, program: "other") }
            await #expect(throws: Problem.self) { try await two.rotate(next.grant.id, program: "acme", days: 30, overlapHours: 0) }
            // Who comes later has the same, from the newest value of each key alone.
            let late = try await Self.gateway(root, "late", table)
            #expect(try late.list(program: "acme") == one.list(program: "acme") && late.list(program: "acme").count == 2)
            // Nothing that opens anything stands there.
            let bytes = table.values.values.flatMap(\.self)
            #expect(Data(bytes).range(of: Data(made.token.secret.utf8)) == nil && Data(bytes).range(of: Data("p-one".utf8)) == nil)
        }
    }

    /// Budgets, what was taken of them and stops are the same at each, whatever comes in which order.
    @Test func budgetsAndStopsAreShared() async throws {
        try await Self.inFolder { root in
            let table = Table()
            let one = try await Self.gateway(root, "one", table), two = try await Self.gateway(root, "two", table)
            let made = try await one.create(GrantRequest(program: "acme", role: .agent, budgets: Budgets(leadsPerDay: 9)))
            #expect(try two.grant(id: made.grant.id)?.budgets == Budgets(leadsPerDay: 9))
            let budgets = Budgets(leadsPerDay: 2)
            #expect(try await two.setBudgets(budgets, of: made.grant.id, program: "acme").budgets == budgets)
            #expect(try one.grant(id: made.grant.id)?.budgets == budgets)
            let day = BudgetCharge.day(SystemClock().now())
            func charge(_ event: String) -> BudgetCharge {
                BudgetCharge(program: "acme", principal: made.grant.principal, event: event, day: day, use: BudgetUse(leads: 1))
            }
            #expect(try await one.charge([charge("a")], within: budgets) == [.taken])
            #expect(try await two.charge([charge("a"), charge("b"), charge("c")], within: budgets) == [
                .repeated, .taken, .exceeded(name: "leadsPerDay", budget: 2),
            ])
            try await two.giveBack([charge("b")])
            #expect(try await one.charge([charge("c"), charge("b")], within: budgets) == [.taken, .exceeded(name: "leadsPerDay", budget: 2)])
            for access in [one, two] { #expect(try access.used(by: made.grant.principal, program: "acme", day: day).leads == 2) }

            let speaker = IssuerSpeaker(program: "acme", principal: "o-" + String(repeating: "0", count: 32), partner: "p-one")
            try await one.note(speaker)
            let told = table.values
            // The second time of a day nobody is told.
            for access in [one, two] { try await access.note(speaker) }
            #expect(table.values == told)
            for access in [one, two] { #expect(try access.speakers(program: "acme") == [speaker]) }

            // Of two who claim a review the first has it, at both gateways, until the other takes it over.
            #expect(try await one.claimReview("l-1", program: "acme", by: "p-a", takesOver: false).principal == "p-a")
            #expect(try await two.claimReview("l-1", program: "acme", by: "p-b", takesOver: false).principal == "p-a")
            try await two.releaseReview("l-1", program: "acme", by: "p-b")
            for access in [one, two] { #expect(try access.reviewClaims(program: "acme").map(\.principal) == ["p-a"]) }
            #expect(try await two.claimReview("l-1", program: "acme", by: "p-b", takesOver: true).principal == "p-b")
            for access in [one, two] { #expect(try access.reviewClaims(program: "acme").map(\.principal) == ["p-b"]) }
            try await one.releaseReview("l-1", program: "acme", by: "p-b")
            for access in [one, two] { #expect(try access.reviewClaims(program: "acme") == [] && access.reviewClaims(program: "other") == []) }
            _ = try await one.claimReview("l-2", program: "acme", by: "p-c", takesOver: false)

            let next = try await one.rotate(made.grant.id, program: "acme", days: 30, overlapHours: 1)
            let stop = try await two.stop(made.grant.principal, program: "acme", reason: "a test", by: "p-admin")
            #expect(try await one.stop(made.grant.principal, program: "acme", reason: "again", by: "p-admin") == stop)
            for access in [one, two] {
                #expect(try access.isStopped(made.grant.principal, program: "acme") && !access.isStopped(made.grant.principal, program: "other"))
                for id in [made.grant.id, next.grant.id] { #expect(try access.grant(id: id)?.revoked != nil) }
            }
            // Who comes later has the same, in either order; a key that is told of after the stop has ended.
            for isReversed in [false, true] {
                let late = try SharedAccess(try await Self.folder(root, "late-\(isReversed)"), logger: Self.quiet)
                let records = table.values.filter { !$0.key.hasPrefix("ended/") }.sorted { isReversed ? $0.key > $1.key : $0.key < $1.key }
                for (key, value) in records { try late.take(key, value) }
                late.follow(table)
                #expect(try late.grant(id: next.grant.id)?.revoked != nil && late.stops(program: "acme") == [stop])
                #expect(try late.used(by: made.grant.principal, program: "acme", day: day).leads == 2)
                #expect(try late.grant(id: next.grant.id)?.budgets == budgets && late.speakers(program: "acme") == [speaker])
                #expect(try late.reviewClaims(program: "acme").map(\.lead) == ["l-2"])
            }
            let bytes = Data(table.values.flatMap { Array($0.key.utf8) + $0.value })
            for text in [made.grant.principal, "a test", "p-one", speaker.principal] { #expect(bytes.range(of: Data(text.utf8)) == nil) }
        }
    }

    @Test func anEndStaysWhateverComesAfterIt() async throws {
        try await Self.inFolder { root in
            let table = Table()
            let one = try await Self.gateway(root, "one", table)
            let made = try await one.create(GrantRequest(program: "acme", role: .producer))
            let grant = try #require(table.values["grant/\(made.grant.id)"])
            _ = try await one.revoke(made.grant.id, program: "acme")
            let end = try #require(table.values["ended/\(made.grant.id)"])
            // Told of before the key, twice, and the key again after it.
            let two = try SharedAccess(try await Self.folder(root, "two"), logger: Self.quiet)
            two.follow(table)
            try two.take("ended/\(made.grant.id)", end)
            try two.take("grant/\(made.grant.id)", grant)
            try two.take("ended/\(made.grant.id)", end)
            try two.take("grant/\(made.grant.id)", grant)
            try two.take("ended/\(made.grant.id)", nil)
            #expect(try two.grant(for: made.token)?.revoked != nil)
            let first = try two.grant(id: made.grant.id)?.revoked
            #expect(try await two.revoke(made.grant.id, program: "acme").revoked == first)
        }
    }

    @Test func whatAnotherMasterKeySealedOpensNothing() async throws {
        try await Self.inFolder { root in
            let (table, foreign) = (Table(), Table())
            let one = try await Self.gateway(root, "one", table)
            let other = try SharedAccess(try await Self.folder(root, "foreign", masterKey: "other.key"), logger: Self.quiet)
            other.follow(foreign)
            foreign.follow { try other.take($0, $1) }
            let theirs = try await other.create(GrantRequest(program: "acme", role: .admin))
            for (key, value) in foreign.values { try one.take(key, value) }
            #expect(try one.grant(for: theirs.token) == nil && one.isEmpty())
            // Nor does a record under another name, or a torn one.
            let made = try await one.create(GrantRequest(program: "acme", role: .producer))
            let sealed = try #require(table.values["grant/\(made.grant.id)"])
            for (key, value) in [("ended/\(made.grant.id)", sealed), ("grant/x", sealed), ("expiry/\(made.grant.id)", []), ("grant", [1])] {
                try one.take(key, value)
            }
            #expect(try one.list(program: "acme") == [made.grant])
        }
    }

    @Test func whoHasNotHeardOfEndsTakesNoKey() async throws {
        try await Self.inFolder { root in
            let table = Table()
            let access = try SharedAccess(try await Self.folder(root, "one"), logger: Self.quiet)
            #expect(throws: Refusal.self) { try access.grant(id: "none") }
            access.follow(table)
            table.follow { try access.take($0, $1) }
            let made = try await access.create(GrantRequest(program: "acme", role: .producer))
            for (age, isTaken) in [(Duration.seconds(4), true), (.seconds(5), false), (.seconds(60), false), (.zero, true)] {
                table.age = age
                if isTaken {
                    #expect(try access.grant(for: made.token) == made.grant)
                    continue
                }
                for ask in [{ try access.grant(for: made.token) }, { try access.grant(id: made.grant.id) }, { try access.grants(of: made.grant.principal, program: "acme").first }] {
                    let refusal = #expect(throws: Refusal.self) { _ = try ask() }
                    #expect(refusal?.status == 503 && refusal?.type == "keys-unknown")
                }
            }
        }
    }

    /// A session is one at all gateways, whichever it was begun at, used at and ended at.
    @Test func aSessionIsOneEverywhere() async throws {
        try await Self.inFolder { root in
            let table = Table(), limits = SessionLimits()
            let one = try await Self.gateway(root, "one", table), two = try await Self.gateway(root, "two", table)
            let made = try await one.create(GrantRequest(program: "acme", role: .manager))
            func begin(_ access: SharedAccess) async throws -> SessionToken {
                let token = SessionToken(SystemRandom())
                try await access.beginSession(token, made.grant, limits)
                return token
            }
            let first = try await begin(one)
            let seen = try #require(try await two.grant(for: first, limits))
            #expect(seen.principal == made.grant.principal)
            guard case .session(let id, ofKey: true) = seen.credential else { throw Unexpected() }
            #expect(try two.grant(session: id) != nil)
            // Signed out at one, it is over at the other, and what is told of it later begins it anew nowhere.
            #expect(try await two.endSession(id))
            for access in [one, two] {
                #expect(try await access.grant(for: first, limits) == nil)
                #expect(try await !access.endSession(id))
            }
            // Signed out everywhere, wherever each was begun.
            let tokens = [try await begin(one), try await begin(two), try await begin(one)]
            #expect(try await one.endSessions(of: made.grant.principal, program: "acme") == 3)
            for token in tokens { for access in [one, two] { #expect(try await access.grant(for: token, limits) == nil) } }
            // It ends with its key, and somebody has so many.
            var kept: [SessionToken] = []
            for number in 0..<limits.ofPrincipal + 2 { kept.append(try await begin(number % 2 == 0 ? one : two)) }
            var known = 0
            for token in kept { known += try await two.grant(for: token, limits) == nil ? 0 : 1 }
            #expect(known == limits.ofPrincipal)
            let late = try await Self.gateway(root, "late", table)
            #expect(try await late.grant(for: kept[kept.count - 1], limits) != nil)
            #expect(try await late.grant(for: kept[0], limits) == nil)
            _ = try await two.revoke(made.grant.id, program: "acme")
            #expect(try await one.grant(for: kept[kept.count - 1], limits) == nil)
            // Neither a name nor what opens anything stands there.
            let bytes = Data(table.values.values.flatMap(\.self))
            for text in [made.grant.principal, "manager"] { #expect(bytes.range(of: Data(text.utf8)) == nil) }
        }
    }

    private struct Unexpected: Error {}
}
