import Reports

/// What the last form did, as the page that it leads to says it.
public enum Said: String, CaseIterable, Sendable {
    case accept, respond, decline, giveBack, review, override, decide, absence, absenceCancelled, pause, resume,
        resubmit, publish, replay, test, bulk, bulkPart, share, merge, rates, claim, release
    /// It is taken down, and not decided yet.
    case later
    /// It is in the journal, and changed nothing.
    case disregarded

    /// The notice; nothing where no form was sent.
    static func notice(_ said: Said?, _ t: Texts) -> HTML {
        guard let said else { return .nothing }
        let look: HTML.Attribute = said == .disregarded ? .look(.notice, .warn) : .look(.notice, .good)
        return .worded(
            .p, [look, .set(.role, said == .disregarded ? "alert" : "status")], t("said.\(said.rawValue)"))
    }
}
