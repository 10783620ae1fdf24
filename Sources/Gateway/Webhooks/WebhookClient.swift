import Engine
import Metrics

/// Sends one message at a time to one endpoint, by the client that screens where it goes.
struct WebhookClient {
    /// What it says beside its status is nobody's business; read, it leaves the connection free.
    static let reading = ScreenedClient.Reading(bytesMax: 16_384, limit: .seconds(1))
    /// What an agent says is its answer.
    static let readingAnswers = ScreenedClient.Reading(bytesMax: AgentReply.bytesMax, limit: .seconds(5))

    private var client: ScreenedClient
    private let metrics: any MetricsFactory

    init(_ settings: WebhookSettings, _ time: any PassingTime) {
        metrics = settings.metrics
        client = ScreenedClient(settings, time)
    }

    /// Sends a message and says what came of it.
    /// - Throws: `CancellationError` if it was called off, in which case nothing is known.
    mutating func post(
        _ request: ScreenedClient.Request, to target: WebhookTarget, _ reading: ScreenedClient.Reading = reading
    ) async throws -> (outcome: WebhookOutcome, reply: [UInt8]?) {
        do {
            let reply = try await client.send(request, to: target, reading)
            return (Self.outcome(of: reply), reply.body)
        } catch let failure as ScreenedClient.Failure { return (WebhookOutcome(Self.word(failure)), nil) }
    }

    /// Counts a try.
    func count(_ outcome: WebhookOutcome) {
        WebhookMetric.attempts.add(1, outcome.word.rawValue, to: metrics)
    }

    private static func outcome(of reply: ScreenedClient.Reply) -> WebhookOutcome {
        if (200..<300).contains(reply.status) { return WebhookOutcome(.delivered, status: reply.status) }
        let asked = reply.header("retry-after").flatMap { Int64($0) }
        return WebhookOutcome(.refused, status: reply.status, retryAfterSeconds: asked.map { max($0, 0) })
    }

    private static func word(_ failure: ScreenedClient.Failure) -> WebhookOutcome.Word {
        switch failure {
        case .unresolved: .unresolved
        case .forbiddenAddress: .forbiddenAddress
        case .timedOut: .timedOut
        case .unreachable: .unreachable
        case .untrusted: .untrusted
        }
    }

    /// Closes what is open; afterwards it can be used again.
    mutating func close() async { await client.close() }
}
