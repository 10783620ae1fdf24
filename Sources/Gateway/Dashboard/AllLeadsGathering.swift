import Crypto
import Dashboard
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Something that is done to all leads of a filter at once: the server finds them, and asks for each of them the
/// operation that its own page would, so that each has its own entry, under the reader's own rights and quotas.
struct AllLeadsGathering {
    private static let suggested = 400

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func answer() async throws -> Answer {
        let shown = try await shown(status: page.query("status"), partner: page.query("partner"))
        var reader = try page.reader()
        reader.isLive = false
        return PageCall.answer(shown.page(reader))
    }

    /// What a reader may have done to all leads of a filter.
    static func acts(_ grant: Grant) -> [AllLeadsPage.Act] {
        guard grant.partner == nil, grant.role != .producer else { return [] }
        return (grant.allows(.decisionsOverride) ? [.reroute, .close, .assign] : [])
            + (grant.allows(.reviewsRequest) ? [.review] : [])
    }

    private func shown(status: String?, partner: String?) async throws -> AllLeadsPage {
        let acts = Self.acts(try call.grant)
        if acts.isEmpty { throw Refusal.missing(.decisionsOverride) }
        if let status, !LeadsText.statuses.contains(status) {
            throw Refusal.badQuery("status", "It is one of \(LeadsText.statuses.joined(separator: ", ")).")
        }
        if let partner, !FieldLimits.isID(partner) { throw Refusal.badQuery("partner", "It is an id.") }
        let found = try await call.read { deployment in
            try deployment.leads(status: status, partnerID: partner, after: nil, limit: AllLeadsPage.most + 1).rows
                .map(\.leadID)
        }
        let partners = try await call.look { Array($0.activePartnerIDs.sorted().prefix(Self.suggested)) }
        let leads = Array(found.prefix(AllLeadsPage.most))
        return AllLeadsPage(
            leads: leads, hasMore: found.count > leads.count, status: status, partner: partner, acts: acts,
            partners: partners, fingerprint: Self.fingerprint(leads))
    }

    /// Stands for these very leads.
    private static func fingerprint(_ leads: [String]) -> String {
        var hash = SHA256()
        for lead in leads {
            hash.update(data: Data(lead.utf8))
            hash.update(data: Data([0]))
        }
        return Hexadecimal.text(Array(hash.finalize().prefix(16)))
    }

    // MARK: The form

    /// Does it, if the leads that match are those that the reader saw and counted.
    func sent(_ form: SentForm) async throws -> Answer {
        func filter(_ name: String) -> String? { form[name].isEmpty ? nil : form[name] }
        var shown = try await shown(status: filter("status"), partner: filter("of"))
        guard let act = AllLeadsPage.Act(rawValue: form["act"]), shown.acts.contains(act) else {
            throw Refusal.invalid("It is one of the choices that the page names.", field: "act")
        }
        guard !form["note"].isEmpty else { throw Refusal.invalid("It is missing: say why.", field: "note") }
        guard form["leads"] == shown.fingerprint, form["count"] == "\(shown.leads.count)" else {
            shown.isOther = true
            var reader = try page.reader()
            reader.isLive = false
            return PageCall.answer(shown.page(reader), status: 409)
        }
        let isWhole = try await change(shown.leads, act, form)
        let parts = [("status", shown.status), ("partner", shown.partner)].compactMap { part in
            part.1.map { "&\(part.0)=\($0)" }
        }
        let said: Said = isWhole ? .bulk : .bulkPart
        return PageCall.seeOther("/app/leads?said=" + said.rawValue + parts.joined())
    }

    /// - Returns: True if every lead took it.
    private func change(_ leads: [String], _ act: AllLeadsPage.Act, _ form: SentForm) async throws -> Bool {
        let operation = OperationTable.row(act == .review ? "requestReview" : "overrideDecision")
        var fields: [String: JSONValue] = ["note": .text(form["note"])]
        switch act {
        case .reroute: fields["reroute"] = .flag(true)
        case .close: fields["close"] = .flag(true)
        case .assign: fields["assignToPartnerId"] = .text(form["partner"])
        case .review: break
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(fields))
        var isWhole = true
        for lead in leads {
            var headers = HTTPFields()
            headers[.traceParent] = call.headers[.traceParent]
            // A form that is sent again asks for nothing a second time.
            headers[.idempotencyKey] = DashboardForm.once(form).map { $0 + "-" + Self.fingerprint([lead]) }
            let asked = Call(
                services: call.services, bearer: call.bearer, headers: headers, path: ["lead": lead], query: [:],
                body: body)
            do { _ = try await page.admission.perform(operation, asked) } catch let error as CancellationError {
                throw error
            } catch {
                let refusal = Refusal(error)
                // What is wrong with the form is wrong for every lead; a lead that has moved on is left as it is.
                guard [404, 409].contains(refusal.status) else { throw error }
                isWhole = false
            }
        }
        return isWhole
    }
}
