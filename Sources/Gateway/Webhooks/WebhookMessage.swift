import Engine
import LeadlineCore
import LeadlineSchemas
import Tracing

/// One message on its way to one endpoint: signed anew at every try, under a name that stays.
struct WebhookMessage {
    var id: String
    var cause: WebhookTry.Cause
    var body: [UInt8]
    /// Where the decision stands in the trace of what was decided on.
    var trace: TraceParent?
    /// Longest time for a try of it; nil for the usual.
    var tryMax: Duration?

    /// Tries once.
    /// - Parameter answered: told what a receiver sent back that took it; returns false where that should be an answer
    ///   and is none.
    /// - Returns: the try as the log has it; its number is the log's to give.
    func post(
        to endpoint: WebhookEndpoint, by client: inout WebhookClient, _ machine: Machine, _ spans: SpanRecorder?,
        answered: ([UInt8]?) async throws -> Bool = { _ in true }
    ) async throws -> WebhookTry {
        let now = machine.clock.now()
        let started = machine.passingTime.elapsed()
        let seconds = now.micros / 1_000_000
        let signatures = try endpoint.signing(at: now).flatMap {
            try $0.signatures(id: id, seconds: seconds, body: body)
        }
        var place = ServiceContext.topLevel
        place.traceParent = trace
        let span = spans?.startSpan("webhook", context: place, ofKind: .client)
        let own = span?.context.traceParent ?? trace
        let isAgents = endpoint.format == .a2a
        let request = ScreenedClient.Request(
            method: .post,
            headers: [
                ("content-type", "application/json"), ("user-agent", "Leadline"), ("webhook-id", id),
                ("webhook-timestamp", "\(seconds)"), ("webhook-signature", signatures.joined(separator: " ")),
            ] + (own.map { [("traceparent", $0.description)] } ?? []) + (isAgents ? AgentRequest.headers : []),
            body: body, tryMax: tryMax)
        let (taken, reply) = try await client.post(
            request, to: endpoint.target, isAgents ? WebhookClient.readingAnswers : WebhookClient.reading)
        var outcome = taken
        if outcome.isDelivered, !(try await answered(reply)) { outcome.word = .noAnswer }
        client.count(outcome)
        if let status = outcome.status { span?.attributes["http.response.status_code"] = Int64(status) }
        if !outcome.isDelivered { span?.setStatus(SpanStatus(code: .error)) }
        span?.end()
        let passed = (machine.passingTime.elapsed() - started).components
        return WebhookTry(
            number: 0, message: id, at: now, cause: cause, outcome: outcome,
            millis: passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000)
    }
}
