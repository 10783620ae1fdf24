import Dashboard
import Engine
import HTTPTypes
import Hummingbird
import LeadlineCore

/// What a browser is shown where a request is refused: where to sign in, or what is wrong, in words.
enum RefusalPage {
    /// Nil for requests that no page makes.
    static func answer(_ refusal: Refusal, _ request: Request, id: String, _ services: GatewayServices) -> Answer? {
        let path = request.uri.path
        guard isPage(path) else { return nil }
        if let page = refusal.page { return page }
        if refusal.status == 401, request.method == .get || request.method == .head {
            return path == SignIn.path ? nil : PageCall.seeOther(SignIn.path + "?next=" + path, clearing(request))
        }
        return page(refusal, Preferences(request.headers).stranger(at: services.folder.now()), id: id)
    }

    /// The refusal as somebody who is known is shown it, who goes on by the navigation.
    static func known(_ refusal: Refusal, _ grant: Grant, _ request: Request, _ services: GatewayServices) -> Refusal {
        guard [403, 429].contains(refusal.status), isPage(request.uri.path) else { return refusal }
        var reader = PageCall.reader(grant, request.headers, services)
        reader.isLive = false
        var told = refusal
        told.page = page(refusal, reader, id: "")
        return told
    }

    private static func isPage(_ path: String) -> Bool {
        (path == "/app" || path.utf8.starts(with: "/app/".utf8)) && !path.utf8.starts(with: "/app/live".utf8)
    }

    private static func page(_ refusal: Refusal, _ reader: Reader, id: String) -> Answer {
        PageCall.answer(
            SmallPages.refused(reader, status: refusal.status, title: refusal.title, detail: refusal.detail, id: id),
            status: refusal.status, headers: refusal.headers.filter { $0.0 != .wwwAuthenticate })
    }

    /// A cookie that holds no more is forgotten.
    private static func clearing(_ request: Request) -> [(HTTPField.Name, String)] {
        Cookie.session.value(request.headers) == nil ? [] : [Cookie.session.clearing]
    }
}

extension PageCall {
    /// Work for a page; a refusal that the reader can understand becomes a page with the reader's navigation.
    func withRefusalsShown(_ work: @Sendable () async throws -> Answer) async throws -> Answer {
        do { return try await work() } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            guard [400, 403, 404, 409, 422].contains(refusal.status) else { throw error }
            let detail = refusal.field.isEmpty ? refusal.detail : refusal.detail + " (" + refusal.field + ")"
            // Where a form is sent there is no page to bring up to date.
            var reader = try reader()
            reader.isLive = false
            return Self.answer(
                SmallPages.refused(reader, status: refusal.status, title: refusal.title, detail: detail, id: ""),
                status: refusal.status)
        }
    }
}
