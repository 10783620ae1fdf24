import Foundation
import Reports

/// Pages that are small: signing in, what went wrong, what the reader prefers.
public enum SmallPages {
    /// Where somebody signs in.
    /// - Parameters:
    ///   - isWrong: true if the key did not hold.
    ///   - hasIssuer: true if people can sign in at an issuer.
    ///   - people: as whom a demonstration is looked at; nobody elsewhere.
    ///   - next: where to go on.
    public static func signIn(
        _ reader: Reader, isWrong: Bool = false, hasIssuer: Bool, people: [DemoPerson] = [], next: String
    ) -> String {
        let t = reader.texts
        return Shell(reader, title: t("signIn.title")).page([
            .element(
                .h1, [.look(.title)],
                [.worded(.span, [.look(.mark), .set(.hiddenFromReaders, "true")], ""), .text("Leadline")]),
            .worded(.p, [.look(.quiet)], t("signIn.about")),
            isWrong ? .worded(.p, [.look(.notice, .bad), .set(.role, "alert")], t("signIn.wrong")) : .nothing,
            .element(
                .form, [.set(.method, "post"), .set(.action, "/app/sign-in"), .look(.form)],
                [
                    .hidden("next", next),
                    .field(
                        "key", t("signIn.key"), type: "password", hint: t("signIn.hint"),
                        [
                            .set(.required), .set(.autocomplete, "current-password"), .set(.spellcheck, "false"),
                            .set(.maxLength, "200"), .set(.autofocus),
                        ]),
                    .submit(t("signIn"), .primary),
                ]),
            hasIssuer ? .link("/v1/session/start", [.button], [.text(t("signIn.issuer"))]) : .nothing,
            people.isEmpty ? .nothing : demo(people, t, next),
        ])
    }

    /// A button for each of those as whom a demonstration is looked at.
    private static func demo(_ people: [DemoPerson], _ t: Texts, _ next: String) -> HTML {
        .element(
            .form, [.set(.method, "post"), .set(.action, "/app/sign-in"), .look(.form)],
            [.hidden("next", next), .worded(.p, t("signIn.demo"))]
                + people.map { person in
                    let role = t.label("role", person.role)
                    return .submit(
                        person.partner.map { "\(role) · \($0)" } ?? role, .wide, named: ("as", person.name))
                })
    }

    /// What went wrong, in words.
    public static func refused(_ reader: Reader, status: Int, title: String, detail: String, id: String) -> String {
        let t = reader.texts
        let known = [400, 401, 403, 404, 409, 413, 415, 422, 429, 503].contains(status) ? "\(status)" : "500"
        return Shell(reader, title: t.label("refused", known)).page([
            .worded(.h1, [.look(.title)], t.label("refused", known)),
            .element(.p, [.look(.lead)], [.element(.span, reader.recordedLanguage, [.text(detail)])]),
            id.isEmpty ? .nothing : .worded(.p, [.look(.quiet)], t("refused.id", ["id": .text(id)])),
            .element(
                .p, [],
                [
                    .link(
                        status == 401 ? "/app/sign-in" : "/app", [.button],
                        [.text(t(status == 401 ? "signIn" : "refused.back"))])
                ]),
        ])
    }

    /// What the reader prefers.
    public static func preferences(_ reader: Reader, isSaved: Bool) -> String {
        let t = reader.texts
        return Shell(reader, title: t("preferences.title")).page([
            .worded(.h1, [.look(.title)], t("preferences.title")),
            isSaved ? .worded(.p, [.look(.notice, .good), .set(.role, "status")], t("preferences.saved")) : .nothing,
            .form(
                "/app/preferences", reader, [.form, .narrow],
                [
                    .select(
                        "language", t("preferences.language"), id: "f-language",
                        [
                            ("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano"),
                            ("es", "Español"),
                        ],
                        chosen: t.language.rawValue),
                    .select(
                        "theme", t("preferences.theme"), id: "f-theme",
                        Theme.allCases.map { ($0.rawValue, t("theme.\($0.rawValue)")) }, chosen: reader.theme.rawValue),
                    .select(
                        "shortcuts", t("preferences.shortcuts"), id: "f-shortcuts",
                        [("on", t("preferences.on")), ("off", t("preferences.off"))],
                        chosen: reader.hasShortcuts ? "on" : "off"),
                    reader.hasTour
                        ? .select(
                            "tour", t("tour.title"), id: "f-tour",
                            [("on", t("preferences.on")), ("off", t("preferences.off"))],
                            chosen: reader.tour == nil ? "off" : "on") : .nothing,
                    .worded(.p, [.look(.hint)], t("preferences.zone", ["zone": .text(reader.zone.identifier)])),
                    .submit(t("preferences.save"), .primary),
                ]),
        ])
    }
}
