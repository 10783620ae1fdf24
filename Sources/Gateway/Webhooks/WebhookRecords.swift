import Engine
import Foundation
import LeadlineCore

/// How an endpoint stands on a topic that gateways share. What somebody asked for is one record, and how it fares since
/// is another: whoever changes an endpoint and whoever sends to it write none of the same.
struct WebhookSettingsRecord: Codable, Sendable {
    /// Names this change; how the endpoint fares counts where it is of the same.
    var revision: String
    private var program: String, partner: String?, owner: String, url: String, format: String, kinds: [String]
    private var label: String, secrets: [WebhookSecret], created: Int64, sendsLinks: Bool
    private var template: String?
    private var fares: WebhookFares

    init(_ endpoint: WebhookEndpoint, revision: String) {
        self.revision = revision
        (program, partner, owner) = (endpoint.program, endpoint.partner, endpoint.owner)
        (url, format, kinds) = (endpoint.target.url, endpoint.format.rawValue, endpoint.kinds)
        (label, secrets, created) = (endpoint.label, endpoint.secrets, endpoint.created.micros)
        (sendsLinks, template) = (endpoint.sendsLinks, endpoint.template?.text)
        fares = WebhookFares(endpoint, revision: revision)
    }

    /// The endpoint as it was when it was changed; nil for what this Leadline does not know.
    func endpoint(_ id: String) -> WebhookEndpoint? {
        guard let format = WebhookEndpoint.Format(rawValue: format), let target = WebhookTarget(url),
            let cursor = fares.cursor
        else { return nil }
        let template: WebhookTemplate?
        do {
            template = try self.template.map { text throws(WebhookTemplate.Fault) in try WebhookTemplate(text) }
        } catch { return nil }
        var endpoint = WebhookEndpoint(
            id: id, program: program, partner: partner, owner: owner, target: target, format: format, kinds: kinds,
            label: label, secrets: secrets, created: Timestamp(micros: created), cursor: cursor, failures: 0,
            nextTry: Timestamp(micros: 0), sendsLinks: sendsLinks, template: template)
        fares.apply(to: &endpoint, of: revision)
        return endpoint
    }}

/// How an endpoint fares, as the gateway that sends to it writes it down.
struct WebhookFares: Codable, Sendable {
    /// The change under which it was sent.
    private var revision: String
    private var reached: String, replayAfter: String?, replayThrough: String?
    private var disabled: String?, disabledAt: Int64?, failures: Int, failingSince: Int64?, nextTry: Int64

    init(_ endpoint: WebhookEndpoint, revision: String) {
        self.revision = revision
        reached = endpoint.cursor.description
        (replayAfter, replayThrough) = (endpoint.replay?.after.description, endpoint.replay?.through.description)
        (disabled, disabledAt) = (endpoint.disabled?.rawValue, endpoint.disabledAt?.micros)
        (failures, failingSince) = (endpoint.failures, endpoint.failingSince?.micros)
        nextTry = endpoint.nextTry.micros
    }

    var cursor: DecisionCursor? { DecisionCursor(reached) }

    /// Puts an endpoint where it stands by now. Under a later change only what was delivered counts: the rest is as the
    /// change says.
    func apply(to endpoint: inout WebhookEndpoint, of current: String) {
        if let cursor, !endpoint.cursor.covers(cursor) { endpoint.cursor = cursor }
        guard current == revision else { return }
        endpoint.replay = replayAfter.flatMap { DecisionCursor($0) }.flatMap { after in
            replayThrough.flatMap { DecisionCursor($0) }.map { WebhookEndpoint.Replay(after: after, through: $0) }
        }
        endpoint.disabled = disabled.map { WebhookEndpoint.Reason(rawValue: $0) ?? .switchedOff }
        endpoint.disabledAt = disabledAt.map { Timestamp(micros: $0) }
        (endpoint.failures, endpoint.failingSince) = (failures, failingSince.map { Timestamp(micros: $0) })
        endpoint.nextTry = Timestamp(micros: nextTry)
    }
}

/// One try as a record.
struct WebhookTryRecord: Codable, Sendable {
    private var number: Int64, message: String, at: Int64, cause: String, outcome: String, status: Int?, millis: Int64

    init(_ attempt: WebhookTry) {
        (number, message, at) = (attempt.number, attempt.message, attempt.at.micros)
        (cause, outcome) = (attempt.cause.rawValue, attempt.outcome.word.rawValue)
        (status, millis) = (attempt.outcome.status, attempt.millis)
    }

    /// Nil for what this Leadline does not know.
    var attempt: WebhookTry? {
        guard let cause = WebhookTry.Cause(rawValue: cause), let word = WebhookOutcome.Word(rawValue: outcome) else {
            return nil
        }
        return WebhookTry(
            number: number, message: message, at: Timestamp(micros: at), cause: cause,
            outcome: WebhookOutcome(word, status: status), millis: millis)
    }
}
