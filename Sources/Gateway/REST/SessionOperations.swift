import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// Sessions of people who work in a browser: begun by key or at the issuer, ended by themselves.
enum SessionOperations {
    static let all = [begin, start, callback, end, endAll]

    private static let began = Schema.object([
        ("role", .choice(Role.allCases.map(\.rawValue))), ("program", .id), ("partner?", .id),
    ])
    private static let ended = Schema.object([("ended", .integer)])

    private static let begin = Operation(
        id: "beginSession", method: .post, path: "/v1/session", tag: "Sessions",
        summary: "Sign in with a key: the answer's cookie stands for it in a browser", scope: nil,
        refusesForeignOrigins: true, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .request([("key", .text(1...200))]),
            example: #"{"key":"ll_0123456789abcdef_..."}"#, bytesMax: 4_096),
        successes: [.init(status: 201, about: "A session, in the cookie.", schema: began, headers: [.setCookie])],
        work: .whole { call in
            var fields = try BodyFields(call)
            let key = try fields.required("key", 1...200)
            try fields.end()
            let authentication = Authentication(services: call.services)
            guard let grant = try await authentication.grant(ofKey: key) else { throw Refusal.wrongKey }
            return .json(
                about(grant), status: 201,
                [(.cacheControl, "no-store"), try await authentication.session(under: grant)])
        })

    private static let start = Operation(
        id: "startSignIn", method: .get, path: "/v1/session/start", tag: "Sessions",
        summary: "Go to the issuer to sign in there, by OpenID Connect", scope: nil, rate: .write,
        successes: [.init(status: 303, about: "Go there.", schema: .anyObject, headers: [.location, .setCookie])],
        work: .whole { call in
            guard let signIn = IssuerSignIn(call.services) else { throw Refusal.nothingHere }
            return .json("{}", status: 303, try await signIn.start(call.headers) + [(.cacheControl, "no-store")])
        })

    private static let callback = Operation(
        id: "finishSignIn", method: .get, path: IssuerSignIn.path, tag: "Sessions",
        summary: "Come back from the issuer, signed in", scope: nil, rate: .write,
        query: [
            .init(name: "code", schema: .text(1...4_096), about: "The issuer's code."),
            .init(name: "state", schema: .text(1...128), about: "As it was sent to the issuer."),
            .init(name: "error", schema: .string, about: "Why the issuer let nobody in."),
        ],
        queryBytesMax: 4_096, passesOverQuery: true,
        successes: [
            .init(
                status: 200, about: "A page that leads on.", schema: .string, type: WebPage.type,
                headers: [.setCookie])
        ],
        work: .whole { call in
            guard let signIn = IssuerSignIn(call.services) else { throw Refusal.nothingHere }
            guard call.query["error"] == nil else { throw Refusal.signInFailed }
            guard let code = call.query["code"], let state = call.query["state"] else {
                throw Refusal.badQuery(call.query["code"] == nil ? "code" : "state", "It is missing.")
            }
            let (grant, replaced) = try await signIn.finish(code, state, call.headers)
            let authentication = Authentication(services: call.services)
            let cookie = try await authentication.session(under: grant)
            if let replaced { try await authentication.endSession(replaced) }
            // A redirect would go on without the new cookie, which no other site's page may have sent along.
            let page = Page(
                title: "Signed in", scope: "Program \(grant.program)",
                message: "You are signed in as \(grant.role.rawValue).",
                sections: [.element(.p, [], [.link("/app", "Go on")])])
            return WebPage.answer(page, headers: [cookie, Cookie.signIn.clearing])
        })

    private static let end = Operation(
        id: "endSession", method: .delete, path: "/v1/session", tag: "Sessions", summary: "Sign out: end this session",
        scope: nil,
        isForKnown: true, rate: .write,
        successes: [.init(status: 200, about: "The session is over.", schema: ended, headers: [.setCookie])],
        work: .whole { call in
            guard case .session(let id, _) = try call.grant.credential else { throw Refusal.nothingHere }
            let access = call.services.access
            let isEnded = try await call.services.readers.runLong { try await access.endSession(id) }
            return answer(isEnded ? 1 : 0)
        })

    private static let endAll = Operation(
        id: "endSessions", method: .delete, path: "/v1/sessions", tag: "Sessions",
        summary: "Sign out everywhere: end all sessions of whoever asks", scope: nil, isForKnown: true, rate: .write,
        successes: [.init(status: 200, about: "All are over.", schema: ended, headers: [.setCookie])],
        work: .whole { call in
            let (access, grant) = (call.services.access, try call.grant)
            return answer(
                try await call.services.readers.runLong {
                    try await access.endSessions(of: grant.principal, program: grant.program)
                })
        })

    private static func answer(_ count: Int) -> Answer {
        .json("{\"ended\":\(count)}", [(.cacheControl, "no-store"), Cookie.session.clearing])
    }

    private static func about(_ grant: Grant) -> String {
        JSONText.object([
            ("role", JSONText.quoted(grant.role.rawValue)), ("program", JSONText.quoted(grant.program)),
            ("partner", grant.partner.map(JSONText.quoted)),
        ])
    }
}
