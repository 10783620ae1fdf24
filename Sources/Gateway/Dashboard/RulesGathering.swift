import Audit
import Dashboard
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// What the pages about rules are made of, and what their form asks for: a text is checked, held against history, or
/// published, each by the operation that does so over the API.
struct RulesGathering {
    /// Largest form with a policy in it: the text as it is sent, in which a byte may take three.
    static let formBytesMax = 3 * 65_536

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    private var canPublish: Bool { get throws { try call.grant.allows(.policiesPublish) } }

    func inForce() async throws -> Answer {
        let (policy, rates, logic) = try await call.look { state in
            let policy = state.policy.map { policy in
                RulesPage.InForce(
                    version: state.policyVersion,
                    lines: PolicyWords(policy, currency: state.currency).lines.map(\.text))
            }
            return (policy, state.rateStandings, state.logicVersion)
        }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: try call.grant.program))
        return PageCall.answer(
            RulesPage(policy, rates: rates, logic: logic, canPublish: try canPublish, said: page.said).page(reader))
    }

    func history() async throws -> Answer {
        let document = try await call.run(call.deployment) { try await $0.records([.policies]) }
        let versions = document.records.policies.reversed().map { card in
            RulesHistoryPage.Version(
                version: card.version, name: card.name, from: TimeText.moment(card.from), approver: card.approver,
                decisions: card.decisions,
                changes: card.changes.map { .init(field: $0.field, before: $0.before, after: $0.after) })
        }
        return PageCall.answer(RulesHistoryPage(Array(versions)).page(try ReportGathering(page).reader()))
    }

    func proposal() async throws -> Answer {
        let text: String
        do {
            let policy = try await page.admission.perform(OperationTable.row("getPolicy"), call)
            text = Self.pretty(JSONValue(json: policy.body)?.members?["policy"] ?? .object([:]))
        } catch  where Refusal(error).status < 429 {
            // None is in force: the schema's example is one to begin from.
            text = Self.pretty(JSONValue(json: Array(MessageSchemas.policyExample.utf8)) ?? .object([:]))
        }
        return PageCall.answer(
            RulesProposalPage(text: text, canPublish: try canPublish).page(try ReportGathering(page).reader()))
    }

    func effect() async throws -> Answer {
        let gathering = ReportGathering(page)
        return PageCall.answer(RulesEffectPage(try gathering.standing(.effect)).page(try gathering.reader()))
    }

    // MARK: The form

    /// Does what the form's button says with the text that it sends.
    func sent(_ form: SentForm) async throws -> Answer {
        let bare = form["policy"].unicodeScalars.filter { $0 != "\r" }
        let text = String(String.UnicodeScalarView(bare))
        guard text.utf8.count <= RulesProposalPage.textMost else {
            throw Refusal.invalid("It has at most \(RulesProposalPage.textMost) bytes.", field: "policy")
        }
        var shown = RulesProposalPage(text: text, canPublish: try canPublish)
        do {
            // Nothing that reads it reads deeper than it has room for.
            guard JSONElements.isShallow(text.utf8) else {
                throw Refusal(400, "malformed", "Not readable", "The text is nested too deeply.")
            }
            switch form["do"] {
            case "publish": return try await publish(text, form)
            case "effect": return try await begin(text)
            default: shown.differences = try await differences(text)
            }
        } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            guard [400, 422].contains(refusal.status) else { throw error }
            shown.fault = .init(
                field: refusal.field, line: Self.line(of: refusal.field, in: text), detail: refusal.detail)
            return PageCall.answer(shown.page(try ReportGathering(page).reader()), status: refusal.status)
        }
        if let json = JSONValue(json: Array(text.utf8)) { shown.text = Self.pretty(json) }
        return PageCall.answer(shown.page(try ReportGathering(page).reader()))
    }

    private func asked(_ text: String, _ headers: HTTPFields = HTTPFields()) -> Call {
        var headers = headers
        headers[.traceParent] = call.headers[.traceParent]
        return Call(
            services: call.services, bearer: call.bearer, headers: headers, path: [:], query: [:],
            body: Array(text.utf8))
    }

    private func differences(_ text: String) async throws -> [PolicyDifference] {
        let answer = try await page.admission.perform(OperationTable.row("validatePolicy"), asked(text))
        guard case .list(let list)? = JSONValue(json: answer.body)?.members?["differences"] else { return [] }
        return list.compactMap { one in
            guard let field = one.members?["field"]?.text else { return nil }
            return .init(field: field, before: one.members?["before"]?.text, after: one.members?["after"]?.text)
        }
    }

    private func begin(_ text: String) async throws -> Answer {
        let proposed = try PolicyOperations.proposed(asked(text)).published
        let compact = JSONValue(json: Array(text.utf8)).map { Self.written($0, []) } ?? text
        let kind = ReportGathering.Kind.effect
        _ = try await call.services.jobs.begin(call, kind.rawValue, .policiesRead) { deployment in
            try RulesEffectPage.Found.result(deployment, proposed, text: compact)
        }
        return PageCall.seeOther(kind.path)
    }

    private func publish(_ text: String, _ form: SentForm) async throws -> Answer {
        var headers = HTTPFields()
        headers[.prefer] = "wait=10"
        headers[.idempotencyKey] = DashboardForm.once(form)
        let answer = try await page.admission.perform(OperationTable.row("publishPolicy"), asked(text, headers))
        let said: Said = answer.status == 202 ? .later : .publish
        return PageCall.seeOther("/app/rules?said=" + said.rawValue)
    }

    // MARK: Text

    private static func pretty(_ value: JSONValue) -> String { written(value, [.prettyPrinted]) }

    private static func written(_ value: JSONValue, _ more: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = more.union([.sortedKeys, .withoutEscapingSlashes])
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch { return "" }
    }

    /// The line on which a field's last name stands first; nil where it is not named.
    private static func line(of field: String, in text: String) -> Int? {
        let parts = field.utf8.split { [UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]")].contains($0) }
        let names = parts.filter { part in !part.allSatisfy { (0x30...0x39).contains($0) } }
        guard let name = names.last else { return nil }
        let quoted = [UInt8(ascii: "\"")] + Array(name) + [UInt8(ascii: "\"")]
        let bytes = Array(text.utf8)
        guard let place = bytes.firstRange(of: quoted) else { return nil }
        return bytes[..<place.lowerBound].count { $0 == UInt8(ascii: "\n") } + 1
    }
}
