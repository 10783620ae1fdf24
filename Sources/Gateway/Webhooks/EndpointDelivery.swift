import Engine
import Journal
import LeadlineCore
import Logging

/// One endpoint's deliveries, one after another in the order of the decisions. It holds a cursor and waits for the next
/// commit; while one message is not taken, those behind it wait, and no other endpoint does.
struct EndpointDelivery {
    /// So far a cursor may be ahead of what is kept of it, while nothing was there to send.
    private static let positionsUnkept: UInt64 = 1_000
    /// Wait after the file or the journal could not be read.
    private static let pause = Duration.seconds(5)

    /// Decisions that were read ahead, and from where.
    private struct Ahead {
        var isReplay: Bool
        /// What is kept of how far it has come.
        var kept: DecisionCursor
        var read: DecisionCursor
        var waiting: ArraySlice<PublishedDecision> = []
        var isEnd = false
        var streamSize: UInt64 = 0
    }

    /// What was last looked up, and when the file had changed last by then.
    private struct Known {
        var endpoint: WebhookEndpoint
        /// The key under which it is told.
        var key: String
        var seen: UInt64
    }

    private enum Step {
        case send(PublishedDecision, [UInt8])
        case replayEnded
        case wait
    }

    private let id: String
    private let services: GatewayServices
    private let file: any WebhookKeeper
    private var client: WebhookClient
    private var ahead: Ahead?
    private var known: Known?

    init(_ id: String, _ services: GatewayServices) {
        self.id = id
        self.services = services
        file = services.webhooks
        client = WebhookClient(services.webhookSettings, services.folder.machine.passingTime)
    }

    private var machine: Machine { services.folder.machine }

    /// Sends until the endpoint is disabled or gone, or the task is cancelled.
    mutating func run() async {
        while !Task.isCancelled {
            do { if try await !step() { break } } catch is CancellationError { break } catch {
                services.logger.error(
                    "webhook paused", metadata: ["endpoint": "\(id)", "error": "\(type(of: error))"])
                (ahead, known) = (nil, nil)
                do { try await machine.passingTime.sleep(for: Self.pause) } catch { break }
            }
        }
        await client.close()
    }

    /// Does the next thing.
    /// - Returns: false once there is nothing more to do for the endpoint.
    private mutating func step() async throws -> Bool {
        let seen = file.changes.commits
        let now = services.folder.now()
        guard let (endpoint, grant) = try await standing(seen, now), endpoint.disabled == nil else { return false }
        guard let grant else { return try await disable(endpoint, .rightsEnded) }
        if endpoint.nextTry > now {
            try await wait(until: endpoint.nextTry, now, or: seen)
            return true
        }
        switch try await next(endpoint, grant) {
        case .send(let decision, let body): return try await send(decision, body, to: endpoint, grant)
        case .replayEnded: try await keep(nil) { $0.end(endpoint.replay) }
        case .wait: try await wait(forMoreThan: ahead?.streamSize ?? 0, of: endpoint.program, or: seen)
        case nil: return try await disable(endpoint, .archived)
        }
        return true
    }

    // MARK: Whom to tell, and what it may see

    /// The endpoint, and what it is shown now; nil where there is none. While nobody changed either, neither is looked up
    /// again: a key that has ended is not trusted from that moment on.
    private mutating func standing(_ seen: UInt64, _ now: Timestamp) async throws -> (WebhookEndpoint, Grant?)? {
        let access = services.access
        if let known, known.seen == seen, let key = access.trusted(id: known.key),
            WebhookRights.suffices(key, known.endpoint, at: now)
        {
            return (known.endpoint, WebhookRights.edition(key, known.endpoint))
        }
        known = nil
        let (file, id) = (file, id)
        let found = try await services.readers.run { () -> (WebhookEndpoint, Grant?)? in
            guard let endpoint = try file.endpoint(id) else { return nil }
            let key = try WebhookRights.key(for: endpoint, access, at: now)
            // From here on its end is noticed.
            return (endpoint, try key.flatMap { try access.grant(id: $0.id) })
        }
        guard let (endpoint, key) = found else { return nil }
        guard let key, WebhookRights.suffices(key, endpoint, at: now) else { return (endpoint, nil) }
        known = Known(endpoint: endpoint, key: key.id, seen: seen)
        return (endpoint, WebhookRights.edition(key, endpoint))
    }

    /// Keeps how the endpoint fares, and remembers it so.
    private mutating func keep(
        _ attempt: WebhookTry?, _ change: @escaping @Sendable (inout WebhookEndpoint) -> Void
    ) async throws {
        guard var now = known else { return try await file.keep(attempt, of: id, change) }
        // What could not be kept is not remembered.
        known = nil
        try await file.keep(attempt, of: id, change)
        change(&now.endpoint)
        known = now
    }

    // MARK: What comes next

    /// Nil where the journal does not reach back as far.
    private mutating func next(_ endpoint: WebhookEndpoint, _ grant: Grant) async throws -> Step? {
        let kept = endpoint.replay?.after ?? endpoint.cursor
        let isReplay = endpoint.replay != nil
        var ahead =
            self.ahead.flatMap { $0.isReplay == isReplay && $0.kept == kept ? $0 : nil }
            ?? Ahead(isReplay: isReplay, kept: kept, read: kept)
        defer { self.ahead = ahead }
        while true {
            while let decision = ahead.waiting.first {
                if let replay = endpoint.replay, !replay.through.covers(decision.cursor) { return .replayEnded }
                if endpoint.wants(decision.type), try isInTime(decision, endpoint),
                    let body = try await body(decision, endpoint, grant)
                {
                    return .send(decision, body)
                }
                ahead.waiting.removeFirst()
            }
            if ahead.isEnd {
                ahead.isEnd = false
                if isReplay { return .replayEnded }
                try await keep(&ahead, endpoint)
                return .wait
            }
            do {
                let page = try await services.pages.page(after: ahead.read).decisions
                (ahead.waiting, ahead.read) = (page.decisions[...], page.next)
                (ahead.isEnd, ahead.streamSize) = (page.isEnd, page.streamSize)
            } catch JournalError.archived { return nil }
        }
    }

    /// An offer whose time is over is told to no agent.
    private func isInTime(_ decision: PublishedDecision, _ endpoint: WebhookEndpoint) throws -> Bool {
        guard endpoint.format == .a2a, let offer = try decision.offer else { return true }
        return services.folder.now() < offer.answerBy
    }

    private func body(
        _ decision: PublishedDecision, _ endpoint: WebhookEndpoint, _ grant: Grant
    ) async throws -> [UInt8]? {
        let currency = endpoint.format == .standard ? "" : try await services.currency(of: endpoint.program)
        return try WebhookBody.make(
            decision, endpoint, for: grant, currency: currency, link: link(decision, endpoint))
    }

    private func link(_ decision: PublishedDecision, _ endpoint: WebhookEndpoint) throws -> String? {
        guard endpoint.sendsLinks, let url = services.signIn.publicURL,
            let link = try ActionLink(decision, sender: .endpoint(endpoint.id)), link.partner == endpoint.partner
        else { return nil }
        return url.origin + ActionLink.path + services.identities.links.text(link)
    }

    /// A long stretch of decisions that the endpoint does not want is not read again after a restart.
    private mutating func keep(_ ahead: inout Ahead, _ endpoint: WebhookEndpoint) async throws {
        let (read, kept) = (ahead.read.place?.position ?? 0, ahead.kept.place?.position ?? 0)
        guard !ahead.isReplay, read >= kept + Self.positionsUnkept else { return }
        let passed = ahead.read
        try await keep(nil) { $0.cursor = passed }
        ahead.kept = passed
    }

    // MARK: Sending

    private mutating func send(
        _ decision: PublishedDecision, _ body: [UInt8], to endpoint: WebhookEndpoint, _ grant: Grant
    ) async throws -> Bool {
        let isReplay = endpoint.replay != nil
        let offer = endpoint.format == .a2a ? try decision.offer : nil
        let settings = services.webhookSettings
        let message = WebhookMessage(
            id: decision.messageID, cause: isReplay ? .replay : .decision, body: body, trace: decision.trace,
            tryMax: offer.map { settings.tryMax($0, at: services.folder.now()) })
        let answering = AgentAnswering(services: services, endpoint: endpoint, grant: grant)
        let attempt = try await message.post(to: endpoint, by: &client, machine, services.spans) { reply in
            guard let offer else { return true }
            // Durable before the cursor moves: whoever sends it again gets the same event.
            return try await answering.take(reply, to: offer)
        }
        if attempt.outcome.isDelivered {
            try await keep(attempt) { $0.taken(through: decision.cursor, isReplay: isReplay) }
            ahead?.waiting.removeFirst()
            ahead?.kept = decision.cursor
            if endpoint.failures > 0 { services.logger.notice("webhook answers again", metadata: metadata(endpoint)) }
            return true
        }
        guard let offer else { return try await failed(endpoint, attempt) }
        return try await missed(offer, decision, endpoint, attempt)
    }

    /// An agent did not take an offer.
    private mutating func missed(
        _ offer: OfferMade, _ decision: PublishedDecision, _ endpoint: WebhookEndpoint, _ attempt: WebhookTry
    ) async throws -> Bool {
        let (settings, now, isReplay) = (services.webhookSettings, services.folder.now(), endpoint.replay != nil)
        if attempt.outcome.isGone { return try await disable(endpoint, .gone, after: attempt) }
        if settings.isGivenUp(failingSince: endpoint.failingSince, at: now) {
            return try await disable(endpoint, .failing, after: attempt)
        }
        let next = now.adding(micros: settings.agentWaitMicros(after: endpoint.failures + 1))
        if next < offer.answerBy {
            try await keep(attempt) { $0.notTaken(attempt, next: next) }
        } else {
            try await keep(attempt) { $0.passedOver(attempt, through: decision.cursor, isReplay: isReplay) }
            ahead?.waiting.removeFirst()
            ahead?.kept = decision.cursor
        }
        return true
    }

    private mutating func failed(_ endpoint: WebhookEndpoint, _ attempt: WebhookTry) async throws -> Bool {
        let failures = endpoint.failures + 1
        let chance = machine.random.bytes(1)[0]
        let micros = services.webhookSettings.waitMicros(after: failures, attempt.outcome, chance: chance)
        guard let micros, !attempt.outcome.isGone else {
            return try await disable(endpoint, attempt.outcome.isGone ? .gone : .failing, after: attempt)
        }
        let next = services.folder.now().adding(micros: micros)
        try await keep(attempt) { $0.notTaken(attempt, next: next) }
        // Once it is more than a hiccup, whoever runs the service hears of it, days before it is disabled.
        if failures == 3 {
            services.logger.warning(
                "webhook failing; it is disabled if this goes on",
                metadata: metadata(endpoint).merging(["outcome": "\(attempt.outcome.word.rawValue)"]) { $1 })
        }
        return true
    }

    private mutating func disable(
        _ endpoint: WebhookEndpoint, _ reason: WebhookEndpoint.Reason, after attempt: WebhookTry? = nil
    ) async throws -> Bool {
        let now = services.folder.now()
        try await keep(attempt) { $0.disable(reason, at: now, isTried: attempt != nil) }
        WebhookMetric.disabled.add(1, reason.rawValue, to: services.webhookSettings.metrics)
        services.logger.warning(
            "webhook disabled", metadata: metadata(endpoint).merging(["reason": "\(reason.rawValue)"]) { $1 })
        return false
    }

    /// Names nobody: an address may hold a secret of its own.
    private func metadata(_ endpoint: WebhookEndpoint) -> Logger.Metadata {
        ["endpoint": "\(endpoint.id)", "program": "\(endpoint.program)"]
    }

    // MARK: Waiting

    private func wait(until moment: Timestamp, _ now: Timestamp, or seen: UInt64) async throws {
        try await file.changes.commit(
            past: seen, within: .microseconds(moment.micros - now.micros), machine.passingTime)
    }

    private func wait(forMoreThan size: UInt64, of program: String, or seen: UInt64) async throws {
        let (decisions, changes) = (services.decisions.commits, file.changes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await decisions.entries(of: program, past: size) }
            group.addTask { try await changes.commit(past: seen) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

extension DecisionCursor {
    /// True if whoever stands here has read all that lies up to the other cursor.
    func covers(_ other: DecisionCursor) -> Bool {
        guard let theirs = other.place else { return true }
        guard let place else { return false }
        if place.position != theirs.position { return theirs.position < place.position }
        return place.ordinal.map { own in theirs.ordinal.map { $0 <= own } ?? false } ?? true
    }
}
