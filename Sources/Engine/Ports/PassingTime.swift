/// Time that passes at one rate, and how one waits for it.
public protocol PassingTime: Sendable {
    /// How much has passed since a moment that stays the same as long as the process lives.
    func elapsed() -> Duration
    /// Waits.
    /// - Throws: `CancellationError`.
    func sleep(for duration: Duration) async throws
}

/// The machine's own.
public struct SystemTime: PassingTime {
    private static let start = ContinuousClock.now
    public init() {}
    public func elapsed() -> Duration { Self.start.duration(to: .now) }
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
