import Dispatch
import Engine
import LeadlineCore
import Synchronization
import Testing

@testable import Audit
@testable import Gateway

/// Goal: a decision is made again once for all who ask, whoever has no patience goes without, and what went wrong is told.
/// Method: work that ends when the test says so.
@Suite struct ExplainedDecisionsTests {
    private typealias Question = ExplainedDecisions.Question

    private static let question = Question(program: "acme", lead: "L1", newest: 7)

    private static func answer(_ lead: String) -> ExplanationAnswer {
        let merged = LeadMerged(leadID: lead, intoLeadID: "L0", sameID: false)
        return .merged(
            merged,
            LeadDecision(program: "acme", position: 7, ordinal: 0, stamp: .epoch, logicVersion: 1, event: .leadMerged(merged)), [])
    }

    /// Work that can be let go, and counts how often it was begun.
    private final class Work: Sendable {
        private let begun = Mutex(0)
        private let gate = AsyncStream<Void>.makeStream()
        var count: Int { begun.withLock { $0 } }

        func letGo() { gate.continuation.finish() }

        func run(_ answer: ExplanationAnswer) async -> ExplanationAnswer {
            begun.withLock { $0 += 1 }
            for await _ in gate.stream {}
            return answer
        }
    }

    private struct Broken: Error, Equatable {}

    private static func known(_ standing: ExplainedDecisions.Standing) -> ExplanationAnswer? {
        if case .known(let answer) = standing { answer } else { nil }
    }

    @Test func itIsMadeOnceForAllWhoAsk() async throws {
        let (explained, work) = (ExplainedDecisions(SystemTime()), Work())
        let ask = { @Sendable (patience: Duration?) in
            try await explained.answer(Self.question, within: patience) { await work.run(Self.answer("L1")) }
        }
        #expect(await !explained.isBegun(Self.question))
        #expect(Self.known(try await ask(.zero)) == nil)
        #expect(await explained.isBegun(Self.question))
        #expect(Self.known(try await ask(.zero)) == nil)
        async let patient = ask(nil)
        async let other = ask(nil)
        work.letGo()
        let answers = try await [patient, other].map(Self.known)
        #expect(answers == [Self.answer("L1"), Self.answer("L1")])
        #expect(Self.known(try await ask(.zero)) == Self.answer("L1"))
        #expect(work.count == 1)
        // Something was recorded of the lead since: that is another question.
        let later = Question(program: "acme", lead: "L1", newest: 8)
        #expect(await !explained.isBegun(later))
    }

    /// Work blocks a thread for seconds; whoever has no patience, or asks for something else, is answered meanwhile.
    @Test(.timeLimit(.minutes(1))) func workHoldsUpNobodyElse() async throws {
        let (explained, readers, gate) = (ExplainedDecisions(SystemTime()), ReaderThreads(count: 2), DispatchSemaphore(value: 0))
        let held = try await explained.answer(Self.question, within: .milliseconds(1)) {
            try await readers.run {
                gate.wait()
                return Self.answer("L1")
            }
        }
        #expect(Self.known(held) == nil)
        let other = Question(program: "acme", lead: "L2", newest: 1)
        let answered = try await explained.answer(other, within: nil) { try await readers.run { Self.answer("L2") } }
        #expect(Self.known(answered) == Self.answer("L2"))
        gate.signal()
        #expect(Self.known(try await explained.answer(Self.question, within: nil) { Self.answer("never") }) == Self.answer("L1"))
    }

    /// However many are asked for, two are made at a time, in the order in which they were asked for; all are answered.
    @Test func onlySoManyAreMadeAtATime() async throws {
        let explained = ExplainedDecisions(SystemTime())
        let works = (0..<5).map { _ in Work() }
        func ask(_ number: Int, _ patience: Duration?) async throws -> ExplanationAnswer? {
            let question = Question(program: "acme", lead: "L\(number)", newest: 1)
            return Self.known(
                try await explained.answer(question, within: patience) { await works[number].run(Self.answer("L\(number)")) })
        }
        for number in works.indices { #expect(try await ask(number, .zero) == nil) }
        works[0].letGo()
        #expect(try await ask(0, nil) == Self.answer("L0"))
        #expect(works[3].count == 0 && works[4].count == 0)
        works[1].letGo()
        works[2].letGo()
        #expect(try await ask(2, nil) == Self.answer("L2"))
        works[3].letGo()
        works[4].letGo()
        #expect(try await ask(4, nil) == Self.answer("L4"))
        #expect(try await ask(3, nil) == Self.answer("L3") && works.allSatisfy { $0.count == 1 })
    }

    @Test func aFailureIsToldAndTriedAgain() async throws {
        let explained = ExplainedDecisions(SystemTime())
        let ask = { @Sendable (result: Result<ExplanationAnswer, Broken>) in
            try await explained.answer(Self.question, within: nil) { try result.get() }
        }
        await #expect(throws: Broken.self) { try await ask(.failure(Broken())) }
        #expect(Self.known(try await ask(.success(Self.answer("L1")))) == Self.answer("L1"))
    }

    /// Whoever asked is gone by the time that it fails: the next one hears of it, and the one after asks anew.
    @Test func aFailureThatNobodyHeardIsToldToTheNext() async throws {
        let (explained, work) = (ExplainedDecisions(SystemTime()), Work())
        let first = try await explained.answer(Self.question, within: .zero) {
            _ = await work.run(Self.answer("L1"))
            throw Broken()
        }
        #expect(Self.known(first) == nil)
        work.letGo()
        await #expect(throws: Broken.self) {
            try await explained.answer(Self.question, within: nil) { Self.answer("never") }
        }
        #expect(Self.known(try await explained.answer(Self.question, within: nil) { Self.answer("L1") }) == Self.answer("L1"))
    }

    @Test func whatIsKeptIsBounded() async throws {
        let explained = ExplainedDecisions(SystemTime())
        let made = Mutex(0)
        func ask(_ number: Int) async throws {
            let question = Question(program: "acme", lead: "L\(number)", newest: 1)
            _ = try await explained.answer(question, within: nil) {
                made.withLock { $0 += 1 }
                return Self.answer("L\(number)")
            }
        }
        for number in 0..<1_000 { try await ask(number) }
        // The newest are there, the oldest are not.
        try await ask(999)
        try await ask(600)
        #expect(made.withLock { $0 } == 1_000)
        try await ask(0)
        #expect(made.withLock { $0 } == 1_001)
    }
}
