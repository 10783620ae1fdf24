import HTTPTypes
import Reports

/// A page for people, under a policy that lets it load its stylesheet, post to this service, and nothing else.
enum WebPage {
    static let type = "text/html; charset=utf-8"
    static let sheetPath = "/style.css"

    static func answer(_ page: Page, status: Int = 200, headers: [(HTTPField.Name, String)] = []) -> Answer {
        Answer(
            status: status,
            headers: headers + [
                (.cacheControl, "no-store"), (.referrerPolicy, "no-referrer"), (.xRobotsTag, "noindex, nofollow"),
                (
                    .contentSecurityPolicy,
                    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                ),
            ], type: type, body: Array(page.html(.linked(sheetPath)).utf8))
    }

    /// The stylesheet.
    static let sheet = Operation(
        id: "getStylesheet", method: .get, path: sheetPath, tag: "Service", summary: "The stylesheet of the pages",
        scope: nil, rate: .read,
        successes: [.init(status: 200, about: "It.", schema: .string, type: "text/css; charset=utf-8")],
        work: .whole { _ in
            Answer(
                status: 200, headers: [(.cacheControl, "max-age=3600")], type: "text/css; charset=utf-8",
                body: Array(Stylesheet.css.utf8))
        })
}
