import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// What a link shows: what may be known of the lead before it is accepted, and the choices. No name and no address.
enum ActionLinkPage {
    /// Why a partner may decline: the word that the form sends, what the page says, and what it means.
    struct Reason {
        var word: String
        var label: String
        var fixed = WireRefusalReason.unspecified
        /// The policy's return reason; empty for a fixed one.
        var id = ""
    }

    private static let fixed: [(word: String, reason: RefusalReason, wire: WireRefusalReason)] = [
        ("no-capacity", .noCapacity, .noCapacity), ("not-a-fit", .notAFit, .notAFit),
        ("conflict", .conflict, .conflict), ("bad-data", .badData, .badData), ("other", .other, .other),
    ]

    /// The policy's own reasons, in a language or in English where they have it; the fixed ones where it has none.
    static func reasons(_ own: [ReturnReason], in language: String = "en") -> [Reason] {
        if own.isEmpty {
            return fixed.map {
                Reason(word: $0.word, label: DecisionReasonWords.refusal($0.reason) ?? $0.word, fixed: $0.wire)
            }
        }
        return own.map { reason in
            let wording =
                reason.wordings.first { $0.language == language } ?? reason.wordings.first { $0.language == "en" }
                ?? reason.wordings.first
            return Reason(word: reason.id, label: wording?.text ?? reason.id, id: reason.id)
        }
    }

    static func choices(_ link: ActionLink, _ lead: VisibleLead, path: String, _ reasons: [Reason]) -> Answer {
        let row = lead.history.row
        let due = row.respondBy.map { TimeText.local($0, zone: .gmt) }
        let facts: [(name: String, value: String)] = [
            ("Country", row.country), ("Trade", row.vertical), ("First response due", due ?? ""),
        ].filter { !$0.value.isEmpty }
        let accept = HTML.form(path, [.button("answer", "accept", "Accept")])
        let decline = HTML.form(
            path,
            [
                .choice("reason", label: "Why not", reasons.map { ($0.word, $0.label) }),
                .button("answer", "decline", "Decline"),
            ])
        return page(
            link, "A lead for you",
            "Please accept or decline. Names and addresses are shown once you have accepted "
                + "and signed in.", [.facts(facts), accept, .section("Or decline", [decline])])
    }

    static func done(_ link: ActionLink, isAccepted: Bool) -> Answer {
        isAccepted
            ? page(link, "Accepted", "The lead is yours. Sign in to see whom to call.")
            : page(link, "Declined", "The lead goes to somebody else. There is nothing more to do.")
    }

    /// The answer is durable; what becomes of it is not known yet.
    static func takenDown(_ link: ActionLink) -> Answer {
        page(link, "Taken down", "Your answer has been taken down and is looked at next.")
    }

    static func answered(_ link: ActionLink) -> Answer {
        page(link, "Answered already", "This lead has its answer; a link is good for one.", status: 410)
    }

    static func dead(_ link: ActionLink) -> Answer {
        page(link, "Not open any more", "The time for an answer is over, or the lead has gone elsewhere.", status: 410)
    }

    private static func page(
        _ link: ActionLink, _ title: String, _ message: String, _ sections: [HTML] = [], status: Int = 200
    ) -> Answer {
        WebPage.answer(
            Page(
                title: title, scope: "Program \(link.program), lead \(link.lead)", message: message,
                sections: sections), status: status)
    }
}
