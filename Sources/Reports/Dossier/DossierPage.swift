public import Audit

/// A dossier as a page, in the design of the reports.
public enum DossierPage {
    /// The page.
    public static func page(_ dossier: Dossier) -> Page {
        let certificate = dossier.certificate
        let isReproduced = certificate.decisions == certificate.reproduced
        let holders = dossier.recipients.filter { $0.until == nil }.map(\.partner)
        return Page(
            title: "Dossier, program \(dossier.program)",
            scope: "Made \(dossier.made). \(DossierLines.subjects(dossier)).",
            message: message(dossier, holders, isReproduced),
            figures: [
                .init(
                    "Enquiries", CountText.grouped(dossier.leads.count),
                    basis: dossier.leads.map { "\($0.lead): \($0.status)" }.joined(separator: ", ")),
                .init("Decisions", CountText.grouped(certificate.decisions)),
                .init("Decided again as recorded", "\(certificate.reproduced) of \(certificate.decisions)"),
                .init("Partners who held a lead", CountText.grouped(Set(dossier.recipients.map(\.partner)).count)),
                .init("Reviews by humans", CountText.grouped(dossier.reviews.count)),
                .init("Requests of the person", CountText.grouped(dossier.requests.count))
            ],
            sections: [
                .section(DossierTitles.account, dossier.account.map { .p($0) }),
                listed(DossierTitles.inputs, dossier.sources.flatMap(source)),
                listed(DossierTitles.decisions, dossier.decisions.flatMap { decision($0, dossier.currency) }),
                listed(DossierTitles.counterfactuals, counterfactuals(dossier)),
                listed(DossierTitles.recipients, recipients(dossier)),
                listed(DossierTitles.reviews, dossier.reviews.flatMap(DossierLines.review).map(nested)),
                listed(DossierTitles.requests, dossier.requests.flatMap(DossierLines.request).map(nested)),
                listed(DossierTitles.roles, DossierLines.roles(dossier).map(nested)),
                listed(DossierTitles.rejected, DossierLines.rejected(dossier).map(nested)),
                proof(dossier)
            ])
    }

    private static func message(_ dossier: Dossier, _ holders: [String], _ isReproduced: Bool) -> String {
        let who =
            holders.isEmpty
            ? "No partner holds a lead of this person now." : "Now with \(holders.joined(separator: ", "))."
        let proof =
            isReproduced
            ? "Every decision was made again from the journal and came out as recorded."
            : "NOT EVERY decision came out as recorded when it was made again: the journal or the program was changed."
        return "\(who) \(proof)" + (dossier.isErased ? " The person is erased." : "")
    }

    /// An empty section says so: an auditor must see that nothing was left out.
    private static func listed(_ title: String, _ pieces: [HTML]) -> HTML {
        .section(title, pieces.isEmpty ? [.p("None.")] : pieces)
    }

    /// A line of a text as a paragraph, indented as it is there.
    private static func nested(_ line: String) -> HTML {
        let spaces = line.unicodeScalars.prefix { $0 == " " }.count
        let text = String(line.unicodeScalars.dropFirst(spaces))
        return text.isEmpty ? .nothing : .worded(.p, spaces == 0 ? [] : [.class(spaces < 4 ? .nested : .inner)], text)
    }

    private static func source(_ source: Dossier.Source) -> [HTML] {
        let sealed = DossierLines.sealed(source).map { [HTML.notes($0)] } ?? []
        return [.worded(.h3, DossierLines.head(source)), .facts(source.clear.map { ($0.name, $0.value) })] + sealed
            + [.facts(source.sealed.map { ($0.name, $0.value) })]
    }

    private static func decision(_ decision: Dossier.Decision, _ currency: String) -> [HTML] {
        let rules = decision.rules.map { HTML.worded(.li, $0) }
        let rows = decision.candidates.map {
            [
                $0.partner, MoneyText.exact($0.net, currency), MoneyText.exact($0.score, currency),
                NumberText.percent($0.fit), NumberText.percent($0.conversion)
            ]
        }
        let columns: [HTML.Column] = [
            .init("Candidate", isText: true), .init("Net", meaning: "Score after the price of the place"),
            .init("Score", meaning: "Expected value"),
            .init("Fit"), .init("Conversion")
        ]
        return [.worded(.h3, "\(decision.time), \(decision.id)"), .notes(DossierLines.versions(decision))]
            + decision.explanation.map(nested)
            + (rules.isEmpty ? [] : [.notes("Hard rules in force:"), .element(.ul, [], rules)])
            + (rows.isEmpty ? [] : [.table(columns, rows)])
    }

    private static func counterfactuals(_ dossier: Dossier) -> [HTML] {
        if dossier.counterfactuals.isEmpty { return [] }
        let rows = dossier.counterfactuals.map { [$0.change, $0.outcome, $0.differs ? "yes" : "no", $0.decision] }
        return [
            .table(
                [
                    .init("With", isText: true), .init("Outcome", isText: true), .init("Elsewhere", isText: true),
                    .init("Decision", isText: true)
                ], rows)
        ]
    }

    private static func recipients(_ dossier: Dossier) -> [HTML] {
        if dossier.recipients.isEmpty { return [] }
        let rows = dossier.recipients.map { [$0.partner, $0.lead, $0.from, $0.until ?? "now", $0.ended ?? "-"] }
        let columns = ["Partner", "Lead", "From", "Until", "Ended by"].map { HTML.Column($0, isText: true) }
        return [.table(columns, rows)]
    }

    private static func proof(_ dossier: Dossier) -> HTML {
        let digests = dossier.decisions.compactMap { decision in
            decision.recordedDigest.map { [decision.id, $0, decision.recomputedDigest ?? "-"] }
        }
        let table =
            digests.isEmpty
            ? HTML.nothing
            : .table(
                [
                    .init("Decision", isText: true), .init("Digest recorded", isText: true),
                    .init("Recomputed", isText: true)
                ], digests)
        let checkpoint =
            dossier.certificate.checkpoint.map {
                [HTML.notes(DossierTitles.checkpoint)] + Lines.of($0).map { HTML.worded(.p, [.class(.nested)], $0) }
            } ?? [.notes(DossierTitles.noCheckpoint)]
        return .section(
            DossierTitles.certificate,
            [.p(dossier.certificate.method)] + DossierLines.verdict(dossier.certificate).map { .p($0) } + [table]
                + checkpoint)
    }
}
