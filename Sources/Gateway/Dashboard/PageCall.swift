import Dashboard
import Engine
import HTTPTypes
import LeadlineCore
import UseCases
import Vault

/// A request for a page, or a form that a page sent.
struct PageCall {
    let call: Call
    let admission: Admission

    /// Who reads the page.
    func reader(cursor: DecisionCursor? = nil) throws -> Reader {
        Self.reader(try call.grant, call.headers, call.services, cursor: cursor)
    }

    /// Whoever is known.
    static func reader(
        _ grant: Grant, _ headers: HTTPFields, _ services: GatewayServices, cursor: DecisionCursor? = nil
    ) -> Reader {
        let preferences = Preferences(headers)
        var reader = preferences.stranger(at: services.folder.now())
        reader.hasTour = services.signIn.demo != nil
        reader.tour = preferences.wantsTour ? services.signIn.demo?.tour : nil
        reader.program = grant.program
        reader.role = grant.role.rawValue
        reader.partner = grant.partner
        reader.sections = sections(grant)
        reader.hasWebhooks = grant.allows(.webhooksManage)
        reader.formToken = services.identities.formToken(grant)
        reader.tabs = services.identities.tabsName(grant)
        reader.once = Hexadecimal.text(services.folder.machine.random.bytes(12))
        reader.isLive = grant.allows(.decisionsRead)
        reader.cursor = reader.isLive ? cursor?.description : nil
        return reader
    }

    /// Where somebody may go.
    static func sections(_ grant: Grant) -> [Section] {
        Section.allCases.filter { section in
            switch section {
            case .today: grant.allows(.leadsRead) && grant.allows(.decisionsRead)
            case .leads: grant.allows(.leadsRead)
            case .partners: grant.allows(.partnersRead)
            case .reviews: grant.allows(.reviewsRead)
            case .rules: grant.allows(.policiesRead)
            case .learning, .forecast, .fairness, .pilot, .enablement: grant.allows(.reportsRead)
            case .system: grant.allows(.deadLettersRead)
            case .proof: grant.allows(.auditRead)
            }
        }
    }

    /// A page as an answer.
    static func answer(_ page: String, status: Int = 200, headers: [(HTTPField.Name, String)] = []) -> Answer {
        Answer(status: status, headers: headers + policy, type: WebPage.type, body: Array(page.utf8))
    }

    /// What a page may load: our own stylesheet, script and picture; and where it may ask: here.
    static let policy: [(HTTPField.Name, String)] = [
        (.cacheControl, "no-store"), (.referrerPolicy, "same-origin"), (.xRobotsTag, "noindex, nofollow"),
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ]

    /// Go there with GET.
    static func seeOther(_ path: String, _ headers: [(HTTPField.Name, String)] = []) -> Answer {
        Answer(
            status: 303, headers: headers + [(.location, path), (.cacheControl, "no-store")], type: WebPage.type,
            body: [])
    }

    /// A value of the query; one that is empty, as forms send it, is none.
    func query(_ name: String) -> String? { call.query[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// What the last form did. Whoever makes an address of other words has nothing said by them.
    var said: Said? { query("said").flatMap(Said.init(rawValue:)) }
}

extension Identities {
    /// What shows that a form was made by a page of ours for this session, or this key.
    func formToken(_ grant: Grant) -> String {
        Hexadecimal.text(forms.digest([grant.program, grant.principal, Self.credential(grant)]).prefix(16))
    }

    /// Names a session, or a key, to the tabs of a browser: those of another share nothing with its own.
    func tabsName(_ grant: Grant) -> String {
        Hexadecimal.text(forms.digest(["tabs", grant.program, grant.principal, Self.credential(grant)]).prefix(8))
    }

    /// What shows that a reason was given in this session.
    func visitProof(_ grant: Grant, _ reason: String) -> String {
        Hexadecimal.text(
            forms.digest(["visit", grant.program, grant.principal, Self.credential(grant), reason]).prefix(16))
    }

    private static func credential(_ grant: Grant) -> String {
        switch grant.credential {
        case .session(let id, _): "session " + id
        case .key, .token, .link: "grant " + grant.id
        }
    }
}
