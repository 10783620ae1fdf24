import Dashboard
import Engine
import HTTPTypes
import LeadlineCore
import UseCases

/// What the page about webhooks is made of: the operations' own list and log, without secrets, bodies or tokens.
struct WebhookGathering {
    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let (file, grant) = (call.services.webhooks, try call.grant)
        let own = try await call.services.readers.run { try file.list(program: grant.program) }
            .filter { $0.isVisible(to: grant) }
        let chosen = try page.query("endpoint").map { id in
            // Nobody learns of another's whether it is there.
            guard let found = own.first(where: { $0.id == id }) else { throw Refusal.nothingHere }
            return found
        }
        var shown = WebhooksPage(own.map { .init($0) }, chosen: chosen.map { .init($0) })
        if let chosen { try await log(of: chosen, &shown) }
        shown.said = page.said
        var reader = try page.reader()
        reader.isLive = false
        return PageCall.answer(shown.page(reader))
    }

    private func log(of endpoint: WebhookEndpoint, _ shown: inout WebhooksPage) async throws {
        let before = try call.number("before", in: 1...Int.max, otherwise: Int.max)
        let file = call.services.webhooks
        let tries = try await call.services.readers.run {
            try file.tries(of: endpoint.id, before: Int64(before), limit: WebhooksPage.most)
        }
        shown.deliveries = tries.map { one in
            .init(
                number: one.number, message: one.message, at: one.at, cause: one.cause.rawValue,
                outcome: one.outcome.word.rawValue, status: one.outcome.status, millis: one.millis)
        }
        shown.older = tries.count == WebhooksPage.most ? tries.last?.number : nil
    }
}

extension SystemPage.Endpoint {
    /// An endpoint without its secrets; of its address the host alone, for a path may hold a token.
    init(_ endpoint: WebhookEndpoint) {
        self.init(
            id: endpoint.id, host: endpoint.target.host, partner: endpoint.partner, isOn: endpoint.state != .disabled,
            failures: endpoint.failures)
    }
}
