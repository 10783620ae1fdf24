import Dashboard
import Engine
import HTTPTypes

/// Signing in by a form, with a key.
enum SignIn {
    static let path = "/app/sign-in"

    static func page(_ call: Call, next: String?, status: Int = 200) -> Answer {
        let reader = Preferences(call.headers).stranger(at: call.services.folder.now())
        let hasIssuer = IssuerSignIn(call.services) != nil
        return PageCall.answer(
            SmallPages.signIn(
                reader, isWrong: status == 401, hasIssuer: hasIssuer,
                people: call.services.signIn.demo?.people.map(\.person) ?? [], next: safe(next)), status: status)
    }

    /// A session for whoever sends a key that holds. One that does not is counted where all refusals are.
    static func answer(_ call: Call) async throws -> Answer {
        let form = try SentForm(call.body)
        let authentication = Authentication(services: call.services)
        let typed = String(form["key"].unicodeScalars.filter { !$0.properties.isWhitespace }.map(Character.init))
        let key = call.services.signIn.demo?.key(of: form["as"]) ?? typed
        guard (1...200).contains(key.utf8.count), let grant = try await authentication.grant(ofKey: key) else {
            var refusal = Refusal.wrongKey
            refusal.page = page(call, next: form["next"], status: 401)
            throw refusal
        }
        let cookie = try await authentication.session(under: grant)
        if let replaced = try await authentication.session(sentWith: call.headers) {
            try await authentication.endSession(replaced)
        }
        return PageCall.seeOther(safe(form["next"]), [cookie])
    }

    /// A path of the dashboard; its beginning for any other text, which may lead elsewhere.
    static func safe(_ next: String?) -> String {
        guard let next, next.utf8.count <= 512, next == "/app" || next.utf8.starts(with: "/app/".utf8),
            next.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return "/app" }
        return next
    }
}

/// Ending sessions by a form.
enum SessionForms {
    static let all = [
        DashboardRoutes.form("sendSignOut", "/sign-out", "End this session") { page, _ in
            try await end(page, "endSession")
        },
        DashboardRoutes.form("sendSignOutEverywhere", "/sign-out-everywhere", "End all sessions of the reader") {
            page, _ in
            try await end(page, "endSessions")
        },
    ]

    private static func end(_ page: PageCall, _ operation: String) async throws -> Answer {
        let answer = try await page.admission.perform(OperationTable.row(operation), page.call)
        return PageCall.seeOther(SignIn.path, answer.headers.filter { $0.0 == .setCookie })
    }
}
