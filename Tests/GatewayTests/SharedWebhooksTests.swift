import Engine
import Foundation
import LeadlineCore
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import UseCases

@testable import Gateway

/// Goal: endpoints that gateways share are the same at each, changes of two gateways at once all count, whoever sends goes
/// on from what was written down, and one sends at a time. Method: gateways on tables in memory, and time moved by hand.
@Suite struct SharedWebhooksTests {
    private typealias Table = SharedAccessTests.Table

    /// Two tables that any gateway follows, as the topics are.
    private struct Tables {
        let settings = Table(), progress = Table()

        /// Who comes late has of each key the newest value alone.
        func gateway(_ folder: DataFolder) throws -> SharedWebhooks {
            let webhooks = try SharedWebhooks(folder, logger: SharedAccessTests.quiet)
            for table in [progress, settings] {
                for (key, value) in table.values.sorted(by: { $0.key < $1.key }) { try webhooks.take(key, value) }
                table.follow { try webhooks.take($0, $1) }
            }
            webhooks.follow(settings: settings, progress: progress)
            return webhooks
        }
    }

    private static let admin = Grant(
        id: "k", principal: "someone", program: "acme", role: .admin, scopes: [], partner: nil, sources: [], label: "",
        created: Timestamp(micros: 0), expires: Timestamp(micros: 1), revoked: nil)

    private static func endpoint(_ folder: DataFolder, _ id: String = "wh-1", partner: String? = nil) throws -> WebhookEndpoint {
        WebhookEndpoint(
            id: id, program: "acme", partner: partner, owner: "someone", target: try #require(WebhookTarget("https://crm.example/very-secret")),
            format: .standard, kinds: [], label: "crm", secrets: [WebhookSecret(folder.machine.random)],
            created: Timestamp(micros: 5), cursor: cursor("acme/7"), failures: 0, nextTry: Timestamp(micros: 0))
    }

    private static func cursor(_ text: String) -> DecisionCursor { DecisionCursor(text) ?? DecisionCursor(program: "acme") }

    private static func attempt(_ at: Timestamp, _ word: WebhookOutcome.Word = .delivered) -> WebhookTry {
        WebhookTry(number: 0, message: "acme/8/0", at: at, cause: .decision, outcome: WebhookOutcome(word, status: 200), millis: 3)
    }

    private static func sharing(_ body: (DataFolder, Tables) async throws -> Void) async throws {
        try await SharedAccessTests.inFolder { root in try await body(try await SharedAccessTests.folder(root, "one"), Tables()) }
    }

    @Test func whatOneChangesAllHave() async throws {
        try await Self.sharing { folder, tables in
            let one = try tables.gateway(folder), two = try tables.gateway(folder)
            let made = try Self.endpoint(folder)
            try await one.add(made)
            #expect(try two.endpoint(made.id) == made && two.active() == [made.id] && two.list(program: "other").isEmpty)
            let now = folder.now()
            try await one.keep(Self.attempt(now, .refused), of: made.id) { $0.notTaken(Self.attempt(now), next: now) }
            try await one.keep(Self.attempt(now), of: made.id) { $0.taken(through: Self.cursor("acme/8/0"), isReplay: false) }
            // The other goes on from there, and so does who comes later.
            let late = try tables.gateway(folder)
            for gateway in [two, late] {
                #expect(gateway.endpoint(made.id)?.cursor == Self.cursor("acme/8/0") && gateway.endpoint(made.id)?.failures == 0)
                #expect(gateway.tries(of: made.id, before: 99, limit: 9).map(\.outcome.word) == [.delivered, .refused])
                #expect(gateway.tries(of: made.id, before: 2, limit: 9).map(\.number) == [1])
            }
            let changed = try await two.change(made.id, by: Self.admin) { $0.label = "other" }
            #expect(changed.label == "other" && one.endpoint(made.id) == changed && changed.cursor == Self.cursor("acme/8/0"))
            // Nothing that anybody could use stands there.
            for table in [tables.settings, tables.progress] {
                let bytes = Data(table.values.values.flatMap(\.self))
                for text in ["very-secret", "crm", "acme", made.secrets[0].sharedText] {
                    #expect(bytes.range(of: Data(text.utf8)) == nil)
                }
            }
            try await two.remove(made.id, by: Self.admin)
            #expect(try one.endpoint(made.id) == nil && one.active().isEmpty && one.tries(of: made.id, before: 99, limit: 9).isEmpty)
            #expect(tables.settings.values.isEmpty && tables.progress.values.isEmpty)
            await #expect(throws: Refusal.self) { try await one.change(made.id, by: Self.admin) { _ in } }
            // What a sender writes of one that is gone is nothing.
            try await one.keep(nil, of: made.id) { $0.failures = 9 }
            #expect(tables.progress.values.isEmpty)
        }
    }

    @Test func howItFaresUnderAnEarlierChangeIsNotWhatCounts() async throws {
        try await Self.sharing { folder, tables in
            let one = try tables.gateway(folder), two = try tables.gateway(folder)
            let made = try Self.endpoint(folder)
            try await one.add(made)
            try await one.keep(nil, of: made.id) { $0.disable(.failing, at: Timestamp(micros: 9), isTried: true) }
            #expect(try two.endpoint(made.id)?.disabled == .failing && two.active().isEmpty)
            let late = try #require(tables.progress.values["webhook-fares/wh-1"])
            let on = try await two.change(made.id, by: Self.admin) { endpoint in
                (endpoint.disabled, endpoint.disabledAt, endpoint.failures, endpoint.failingSince) = (nil, nil, 0, nil)
            }
            // A sender that was slow to hear of it writes what it thought.
            try await tables.progress.put("webhook-fares/wh-1", late)
            #expect(try one.endpoint(made.id) == on && one.active() == [made.id])
        }
    }

    /// A table on which something of another gateway's comes first, once.
    private final class Interposed: SharedTable {
        private let table: Table
        private let first: Mutex<(@Sendable () async throws -> Void)?>
        var age: Duration { table.age }

        init(_ table: Table, _ first: @escaping @Sendable () async throws -> Void) {
            self.table = table
            self.first = Mutex(first)
        }

        func put(_ records: [(key: String, value: [UInt8]?)]) async throws {
            let first = self.first.withLock { first in
                defer { first = nil }
                return first
            }
            try await first?()
            try await table.put(records)
        }
    }

    @Test func twoChangesAtOnceBothCount() async throws {
        try await Self.sharing { folder, tables in
            let one = try tables.gateway(folder), two = try tables.gateway(folder)
            let made = try Self.endpoint(folder)
            try await one.add(made)
            let other = Interposed(tables.settings) {
                _ = try await two.change(made.id, by: Self.admin) { $0.disabled = .switchedOff }
            }
            one.follow(settings: other, progress: tables.progress)
            let changed = try await one.change(made.id, by: Self.admin) { $0.label = "mine" }
            #expect(changed.label == "mine" && changed.disabled == .switchedOff)
            for gateway in [one, two] { #expect(gateway.endpoint(made.id) == changed) }
            // One that was deleted at the same time stays deleted.
            let gone = Interposed(tables.settings) { try await two.remove(made.id, by: Self.admin) }
            one.follow(settings: gone, progress: tables.progress)
            await #expect(throws: Refusal.self) { try await one.change(made.id, by: Self.admin) { $0.label = "late" } }
            for gateway in [one, two] { #expect(gateway.endpoint(made.id) == nil) }
            #expect(tables.settings.values.isEmpty)
        }
    }

    @Test func thereAreNoMoreThanSoMany() async throws {
        try await Self.sharing { folder, tables in
            let one = try tables.gateway(folder), two = try tables.gateway(folder)
            for number in 0..<WebhookLimits.partnersMax { try await one.add(try Self.endpoint(folder, "wh-\(number)", partner: "p-one")) }
            await #expect(throws: Problem.self) { try await two.add(try Self.endpoint(folder, "wh-x", partner: "p-one")) }
            try await two.add(try Self.endpoint(folder, "wh-y", partner: "p-two"))
            // The log keeps so many places, and the newest stand in them.
            for _ in 0..<WebhookLimits.triesMax + 3 { try await one.keep(Self.attempt(folder.now()), of: "wh-1") { _ in } }
            let tries = two.tries(of: "wh-1", before: .max, limit: .max)
            #expect(tries.count == Int(WebhookLimits.triesMax) && tries.last?.number == 4)
            #expect(tables.progress.values.count == Int(WebhookLimits.triesMax) + 1)
        }
    }

    @Test func whatAnotherMasterKeySealedIsNothing() async throws {
        try await SharedAccessTests.inFolder { root in
            let (tables, foreign) = (Tables(), Tables())
            let folder = try await SharedAccessTests.folder(root, "one")
            let one = try tables.gateway(folder)
            let other = try foreign.gateway(try await SharedAccessTests.folder(root, "foreign", masterKey: "other.key"))
            try await other.add(try Self.endpoint(folder))
            for (key, value) in foreign.settings.values { try one.take(key, value) }
            #expect(try one.endpoint("wh-1") == nil && one.active().isEmpty)
            // Nor does a record under another name, or a torn one.
            try await one.add(try Self.endpoint(folder))
            let sealed = try #require(tables.settings.values["webhook/wh-1"])
            for (key, value) in [("webhook/wh-2", sealed), ("webhook-fares/wh-1", sealed), ("webhook/wh-3", []), ("webhook", [1]), ("webhook/a/b", [1])] {
                try one.take(key, value)
            }
            #expect(try one.active() == ["wh-1"] && one.endpoint("wh-1")?.cursor == Self.cursor("acme/7"))
        }
    }

    // MARK: Who sends

    private static func claim(_ folder: DataFolder, _ table: Table) -> SenderClaim {
        let claim = SenderClaim(folder, logger: SharedAccessTests.quiet)
        for (key, value) in table.values { claim.take(key, value) }
        claim.follow(table)
        table.follow { claim.take($0, $1) }
        return claim
    }

    @Test func oneGatewaySendsAndTheNextOnceThatIsGone() async throws {
        try await Self.sharing { folder, tables in
            let (table, time) = (tables.settings, MovedTime())
            var folder = folder
            folder.machine.passingTime = time
            let first = Self.claim(folder, table), second = Self.claim(folder, table)
            #expect(!first.isHeld && !second.isHeld)
            try await first.tend()
            try await second.tend()
            #expect(first.isHeld && !second.isHeld)
            // While it is renewed it stays where it is, however long that is.
            for _ in 0..<10 {
                time.move(SenderClaim.renewEvery)
                try await first.tend()
                try await second.tend()
                #expect(first.isHeld && !second.isHeld)
            }
            // Who cannot renew stops before another begins.
            time.move(SenderClaim.trustedFor)
            #expect(!first.isHeld)
            try await second.tend()
            #expect(!second.isHeld)
            time.move(SenderClaim.staleAfter - SenderClaim.trustedFor)
            // A gateway that has not heard of the table for some time claims nothing.
            table.age = .seconds(5)
            try await second.tend()
            #expect(!second.isHeld)
            table.age = .zero
            try await second.tend()
            #expect(second.isHeld && !first.isHeld)
            // The first comes back and stands by.
            try await first.tend()
            #expect(second.isHeld && !first.isHeld)
            // Who comes later does not take it from a gateway that was silent before.
            let third = Self.claim(folder, table)
            try await third.tend()
            #expect(second.isHeld && !third.isHeld)
        }
    }

    @Test(.timeLimit(.minutes(5))) func workIsDoneWhileTheClaimIsHeldAndGivenUpWithIt() async throws {
        try await Self.sharing { folder, tables in
            // However long this machine takes, a claim that was renewed is trusted.
            var folder = folder
            folder.machine.passingTime = MovedTime()
            let table = tables.settings
            let first = Self.claim(folder, table), second = Self.claim(folder, table)
            let group = ServiceGroup(services: [first], logger: SharedAccessTests.quiet)
            let running = Task { try await group.run() }
            let (begun, tell) = AsyncStream<String>.makeStream()
            let work = [("first", first), ("second", second)].map { name, claim in
                Task {
                    try await claim.whileHeld {
                        tell.yield(name)
                        do { try await Task.sleep(for: .seconds(3_600)) } catch {
                            tell.yield(name + " ends")
                            throw error
                        }
                    }
                }
            }
            var told = begun.makeAsyncIterator()
            #expect(await told.next() == "first")
            // One that is stopped gives it up, and the other need not wait.
            await group.triggerGracefulShutdown()
            try await running.value
            #expect(table.values["webhooks-sender"] == nil)
            #expect(await told.next() == "first ends")
            try await second.tend()
            #expect(await told.next() == "second")
            for task in work { task.cancel() }
            for task in work { await #expect(throws: CancellationError.self) { try await task.value } }
        }
    }
}
