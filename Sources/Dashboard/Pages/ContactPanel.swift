import Reports

/// Names, addresses and free text of a lead's person: they are read on request, and each read is noted with its reason.
public enum ContactPanel: Sendable {
    /// A field as the reader's language calls it, and its value.
    public struct Field: Sendable {
        public var label: String
        public var value: String

        /// A field from its parts.
        public init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    /// Whoever reads says why, or goes on with the reason of this visit; empty where none was given yet.
    case onRequest(reason: String)
    /// A partner reads its own lead without a reason.
    case own
    /// The partner sees them once it has accepted the lead.
    case notAccepted
    /// What was read.
    case read([Field])
    /// The person was erased.
    case erased

    /// Not live: what was read stays on the page while the rest of it changes.
    func section(_ lead: String, _ reader: Reader) -> HTML {
        .panel("contact", reader.texts("contact.title"), isLive: false, pieces(lead, reader))
    }

    private func pieces(_ lead: String, _ reader: Reader) -> [HTML] {
        let t = reader.texts, path = "/app/leads/\(lead)/contact"
        switch self {
        case .own: return [.form(path, reader, [.inline], [.submit(t("contact.show"))])]
        case .notAccepted: return [.worded(.p, [.look(.hint)], t("contact.notAccepted"))]
        case .erased: return [.worded(.p, [.look(.hint)], t("contact.erased"))]
        case .onRequest(let reason) where reason.isEmpty: return [Self.asking(path, reader)]
        case .onRequest(let reason):
            return [
                .form(
                    path, reader, [.form],
                    [
                        .worded(.p, [.look(.hint)], t("contact.for", ["reason": .text(reason)])),
                        .hidden("reason", reason), .submit(t("contact.show")),
                    ]),
                .element(.details, [], [.worded(.summary, t("contact.other")), Self.asking(path, reader)]),
            ]
        case .read(let fields):
            return [
                fields.isEmpty
                    ? .worded(.p, [.look(.hint)], t("contact.none"))
                    : .element(.dl, [.look(.facts)], fields.map { .fact($0.label, .text($0.value)) }),
                .worded(.p, [.look(.hint), .set(.role, "status")], t("contact.noted")),
            ]
        }
    }

    private static func asking(_ path: String, _ reader: Reader) -> HTML {
        let t = reader.texts
        return .form(
            path, reader, [.form],
            [
                .field(
                    "reason", t("contact.reason"), hint: t("contact.reason.hint"),
                    [.set(.required), .set(.maxLength, "500"), .set(.autocomplete, "off")]), .submit(t("contact.show")),
            ])
    }
}
