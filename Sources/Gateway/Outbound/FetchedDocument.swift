import Engine

/// Something that somebody else publishes at a URL. It is fetched when it is needed, anew when it has grown old or does
/// not hold what is looked for, and at a bounded rate; while nobody answers, what is known serves for a day.
actor FetchedDocument<Value: Sendable> {
    /// After so long it is fetched again; what is known serves meanwhile, so that a slow server holds nobody up.
    private let fresh = Duration.seconds(600)
    /// After so long it counts for nothing.
    private let usable = Duration.seconds(86_400)
    /// At least so long lies between two tries.
    private let pause = Duration.seconds(30)

    private let bytesMax: Int
    private let outbound: WebhookSettings
    private let time: any PassingTime
    private let read: @Sendable ([UInt8]) async -> Value?
    /// What was read last.
    private(set) var latest: Value?
    private var at = Duration.zero
    private var lastTry: Duration?
    private var fetching: Task<Void, Never>?

    /// - Parameter read: nil for a document that is none; what was known stays then.
    init(
        bytesMax: Int, _ outbound: WebhookSettings, _ time: any PassingTime,
        read: @escaping @Sendable ([UInt8]) async -> Value?
    ) {
        self.bytesMax = bytesMax
        self.outbound = outbound
        self.time = time
        self.read = read
    }

    /// What it says; nil where that can't be found out.
    /// - Parameter suffices: Whether what is known holds what is looked for.
    func value(at target: WebhookTarget, suffices: @Sendable (Value) -> Bool = { _ in true }) async -> Value? {
        if let latest, isYounger(than: usable), suffices(latest) {
            if !isYounger(than: fresh) { refresh(target) }
            return latest
        }
        await refresh(target)?.value
        return isYounger(than: usable) ? latest : nil
    }

    /// Waits for what is being fetched.
    func settle() async { await fetching?.value }

    private func isYounger(than age: Duration) -> Bool { latest != nil && time.elapsed() - at < age }

    /// Whoever comes while it is fetched waits for the same answer; nil if it is too early to ask again.
    @discardableResult
    private func refresh(_ target: WebhookTarget) -> Task<Void, Never>? {
        if let fetching { return fetching }
        if let lastTry, time.elapsed() - lastTry < pause { return nil }
        lastTry = time.elapsed()
        let task = Task {
            if let value = await self.fetched(target) { (self.latest, self.at) = (value, self.time.elapsed()) }
            self.fetching = nil
        }
        fetching = task
        return task
    }

    private func fetched(_ target: WebhookTarget) async -> Value? {
        let request = ScreenedClient.Request(
            method: .get, headers: [("accept", "application/json, */*;q=0.1"), ("user-agent", "Leadline")])
        do {
            let reply = try await ScreenedClient.once(
                request, to: target, .init(bytesMax: bytesMax, limit: .seconds(10)), outbound, time)
            guard reply.status == 200, let body = reply.body, JSONElements.isShallow(body) else { return nil }
            return await read(body)
        } catch { return nil }
    }
}
