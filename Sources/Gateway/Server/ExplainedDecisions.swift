import Audit
import DequeModule
import Engine
import UseCases

/// Decisions that are made again for those who ask why: once for all who ask of the same, and a while longer.
///
/// In a program of a million leads that takes seconds and the state of then beside that of now. What is known of a lead
/// holds until something new is recorded of it.
actor ExplainedDecisions {
    /// Which decision is asked for: the latest of a lead, as of the newest entry about it.
    struct Question: Hashable, Sendable {
        let program: String
        let lead: String
        let newest: UInt64
    }

    /// How far a question is.
    enum Standing: Sendable {
        case known(ExplanationAnswer)
        /// Being worked at.
        case underWay
    }

    private typealias Work = @Sendable () async throws -> ExplanationAnswer
    private typealias Found = Result<ExplanationAnswer, any Error>
    private typealias Waiting = CheckedContinuation<Found?, Never>

    /// Answers are kept until they name so many partners in all; that many weigh some tens of megabytes.
    private static let partnersKept = 8_192
    /// So many are made at one time, for each needs the state of then, and so many wait for their turn.
    private static let runningMost = 2
    private static let queuedMost = 1_000

    private let time: any PassingTime
    private var waiting: [Question: [Int: Waiting]] = [:]
    private var running = 0
    private var queued: Deque<(question: Question, work: Work)> = []
    private var kept: [Question: Found] = [:]
    /// Those that are kept, the one that was asked for longest ago first.
    private var order: [Question] = []
    private var tickets = 0

    init(_ time: any PassingTime) { self.time = time }

    /// True if an answer costs nothing: it is known, or worked at already.
    func isBegun(_ question: Question) -> Bool { kept[question] != nil || waiting[question] != nil }

    /// The answer to a question, worked at unless it is known or somebody else's work already.
    /// - Parameters:
    ///   - patience: how long it is waited for, zero for not at all; nil for as long as it takes. The work goes on without
    ///     whoever waits.
    ///   - work: makes the answer.
    /// - Throws: what the work throws, and it is begun anew by whoever asks next; `Refusal.busy` where too many wait for
    ///   their turn.
    func answer(
        _ question: Question, within patience: Duration?, _ work: @escaping @Sendable () async throws -> ExplanationAnswer
    ) async throws -> Standing {
        if let found = kept[question] {
            forget(question)
            if case .success = found { keep(question, found) }
            return .known(try found.get())
        }
        if waiting[question] == nil {
            if queued.count >= Self.queuedMost { throw Refusal.busy }
            waiting[question] = [:]
            queued.append((question, work))
            beginNext()
        }
        if patience == .zero { return .underWay }
        guard let found = await outcome(of: question, within: patience) else { return .underWay }
        return .known(try found.get())
    }

    private func beginNext() {
        guard running < Self.runningMost, let (question, work) = queued.popFirst() else { return }
        running += 1
        // Apart from this actor: what the work waits for nobody else is to wait for.
        Task.detached { [weak self] in
            let found: Found
            do { found = .success(try await work()) } catch { found = .failure(error) }
            await self?.finish(question, found)
        }
    }

    private func finish(_ question: Question, _ found: Found) {
        running -= 1
        beginNext()
        let waiting = waiting.removeValue(forKey: question) ?? [:]
        for one in waiting.values { one.resume(returning: found) }
        // A failure that nobody was told of is told to whoever asks next.
        if case .failure = found, !waiting.isEmpty { return }
        keep(question, found)
    }

    // MARK: Waiting

    private func outcome(of question: Question, within patience: Duration?) async -> Found? {
        tickets += 1
        let ticket = tickets
        let timer = patience.map { patience in
            Task {
                do { try await time.sleep(for: patience) } catch { return }
                giveUp(question, ticket)
            }
        }
        defer { timer?.cancel() }
        return await withCheckedContinuation { waiting[question]?[ticket] = $0 }
    }

    /// Whoever takes a ticket out of those that wait is the one that answers it.
    private func giveUp(_ question: Question, _ ticket: Int) {
        waiting[question]?.removeValue(forKey: ticket)?.resume(returning: nil)
    }

    // MARK: Keeping

    private func keep(_ question: Question, _ found: Found) {
        kept[question] = found
        order.append(question)
        while order.count > 1, kept.values.reduce(0, { $0 + Self.weight($1) }) > Self.partnersKept { forget(order[0]) }
    }

    private func forget(_ question: Question) {
        kept[question] = nil
        order.removeAll { $0 == question }
    }

    private static func weight(_ found: Found) -> Int {
        guard case .success(.explained(let explanation)) = found else { return 16 }
        return 16 + explanation.partners.count
    }
}

extension Call {
    /// What becomes of asking why a lead went where it went, with what would have had to differ.
    /// - Parameter patience: how long it is waited for; nil for as long as it takes.
    func explained(_ lead: VisibleLead, within patience: Duration?) async throws -> ExplainedDecisions.Standing {
        let (question, deployment) = (try explanation(of: lead), try deployment)
        let readers = services.readers
        return try await services.explained.answer(question, within: patience) {
            try await readers.run { try deployment.explain(question.lead, .latest, withCounterfactuals: true) }
        }
    }

    /// The question why a lead went where it went.
    func explanation(of lead: VisibleLead) throws -> ExplainedDecisions.Question {
        let row = lead.history.row
        return .init(program: try grant.program, lead: row.leadID, newest: row.positions.last ?? 0)
    }
}
