public import Audit

/// A dossier as text: sections with titles and lines. Lines that belong to the one above begin with two spaces more.
public struct DossierText {
    private let dossier: Dossier

    /// The text of a dossier.
    public init(_ dossier: Dossier) { self.dossier = dossier }

    /// All of it.
    public var lines: [String] {
        let sections: [(title: String, lines: [String])] = [
            (DossierTitles.account, dossier.account),
            (DossierTitles.inputs, dossier.sources.flatMap(source)),
            (DossierTitles.decisions, dossier.decisions.flatMap(decision)),
            (
                DossierTitles.counterfactuals,
                dossier.counterfactuals.map { "With \($0.change): \($0.outcome). [\($0.decision)]" }
            ),
            (DossierTitles.recipients, dossier.recipients.map(DossierLines.recipient)),
            (DossierTitles.reviews, dossier.reviews.flatMap(DossierLines.review)),
            (DossierTitles.requests, dossier.requests.flatMap(DossierLines.request)),
            (DossierTitles.roles, DossierLines.roles(dossier)),
            (DossierTitles.rejected, DossierLines.rejected(dossier)),
            (DossierTitles.certificate, certificate),
        ]
        return heading + sections.flatMap { ["", $0.title.uppercased()] + ($0.lines.isEmpty ? ["  none"] : $0.lines) }
    }

    private var heading: [String] {
        ["Dossier of a person in the program \(dossier.program), made \(dossier.made)"]
            + dossier.leads.map {
                "Lead \($0.lead), \($0.status)\($0.submitted.isEmpty ? "" : ", submitted \($0.submitted)")"
            } + [
                DossierLines.subjects(dossier)
            ]
    }

    private func source(_ source: Dossier.Source) -> [String] {
        [DossierLines.head(source)] + source.clear.map { "  \($0.name): \($0.value)" }
            + (DossierLines.sealed(source).map { ["  \($0)"] } ?? [])
            + source.sealed.map { "    \($0.name): \($0.value)" }
    }

    private func decision(_ decision: Dossier.Decision) -> [String] {
        let candidates = decision.candidates.map {
            "    \($0.partner): net \(MoneyText.exact($0.net, dossier.currency)), score \(MoneyText.exact($0.score, dossier.currency)), fit \(NumberText.percent($0.fit)), conversion \(NumberText.percent($0.conversion))"
        }
        // The explanation says already who was out, and why.
        return ["\(decision.id) \(decision.time) (\(DossierLines.versions(decision)))"]
            + decision.explanation.map { "  " + $0 }
            + (decision.rules.isEmpty ? [] : ["", "  Hard rules in force"]) + decision.rules.map { "    \($0)" }
            + (candidates.isEmpty ? [] : ["", "  Candidates in numbers"]) + candidates + [""]
    }

    private var certificate: [String] {
        [dossier.certificate.method] + DossierLines.verdict(dossier.certificate)
            + dossier.decisions.compactMap { decision in
                decision.recordedDigest.map {
                    "  \(decision.id): recorded \($0), recomputed \(decision.recomputedDigest ?? "-")"
                }
            }
            + (dossier.certificate.checkpoint.map { [DossierTitles.checkpoint] + Lines.of($0).map { "  \($0)" } } ?? [
                DossierTitles.noCheckpoint
            ])
    }
}

/// Headings of a dossier, the same in text and on the page.
enum DossierTitles {
    static let account = "The procedure and principles applied"
    static let inputs = "Inputs and their sources"
    static let decisions = "Decisions"
    static let counterfactuals = "What would have been decided otherwise (decided again, not estimated)"
    static let recipients = "Recipients"
    static let reviews = "Human review"
    static let requests = "Restriction, objection, rectification, erasure"
    static let roles = "As partner, contact, reviewer or other actor"
    static let rejected = "Rejected records and waiting outcomes"
    static let certificate = "Replay certificate"
    static let checkpoint = "Newest signed checkpoint:"
    static let noCheckpoint = "No checkpoint has been signed yet: 'leadline audit checkpoint' signs one."
}

/// Lines of a dossier, the same in text and on the page.
enum DossierLines {
    static func subjects(_ dossier: Dossier) -> String {
        if dossier.subjects.isEmpty { return "The journal knows no such person by a key" }
        return "Known in the journal as \(dossier.subjects.joined(separator: ", "))\(dossier.isErased ? " (erased)" : "")"
    }

    private static let othersNotSearched =
        "Records about others were not searched for the person's name; that is done on request (named by others)"

    /// Partners whose profiles are the person's, and records about others that name the person.
    static func roles(_ dossier: Dossier) -> [String] {
        dossier.partners.map { "Name and contact of the partner \($0), under a key of their own" }
            + dossier.mentions.map {
                "\($0.time) \($0.type) at \($0.position): named in \($0.field), \($0.isSealed ? "sealed under the key of whom it is about" : "in clear")"
            }
            + (dossier.mentionsSearched ? [] : [othersNotSearched])
    }

    /// What was rejected or waits, and what could not be searched.
    static func rejected(_ dossier: Dossier) -> [String] {
        var lines = dossier.rejected.flatMap { record in
            [
                record.state == "waiting"
                    ? "The outcome at position \(record.place), received \(record.received) on \(record.topic), waits for its lead"
                    : "Dead letter \(record.place), received \(record.received) on \(record.topic), \(record.reason): \(record.detail)"
            ] + Lines.of(record.content).map { "    \($0)" }
                + (record.isCut ? ["    and more; 'leadline deadletter show' shows all of it"] : [])
        }
        if dossier.unsearchableRecords > 0 {
            lines.append(
                "\(CountText.of(dossier.unsearchableRecords, "rejected record")) could not be searched whole and may mention the person: 'leadline deadletter list' marks them"
            )
        }
        if let reason = dossier.rejectedNotSearched { lines.append("Not all were searched: \(reason)") }
        return lines
    }

    static func head(_ source: Dossier.Source) -> String {
        let origin =
            source.topic.map {
                "\($0)/\(source.partition ?? 0)@\(source.offset ?? 0), event \(source.eventID ?? "-"), "
                    + "source \(source.source ?? "not recorded")"
            }
            ?? "Leadline itself"
        return
            "#\(source.position) \(source.time) \(source.type)\(source.isAboutAccount ? " (about the company)" : "") from \(origin)"
    }

    /// What became of the sealed part; nil where there is none.
    static func sealed(_ source: Dossier.Source) -> String? {
        switch source.sealedState {
        case "opened": "sealed, opened for the operator:"
        case "erased": "sealed: erased, its key is destroyed"
        case "unavailable": "sealed: not opened, there is no master key here"
        default: nil
        }
    }

    static func versions(_ decision: Dossier.Decision) -> String {
        let others =
            decision.policyVersion.isEmpty
            ? "" : ", policy \(decision.policyVersion.prefix(12)), model \(decision.modelVersion.prefix(12))"
        return "logic \(decision.logicVersion)\(others)"
    }

    static func recipient(_ recipient: Dossier.Recipient) -> String {
        "\(recipient.partner) held \(recipient.lead) from \(recipient.from) \(recipient.until.map { "until \($0)" } ?? "until now")"
            + (recipient.ended.map { ": \($0)" } ?? "")
    }

    static func review(_ review: Dossier.Review) -> [String] {
        let asked = review.requested.map {
            "Review of \(review.lead) requested \($0) by \(review.requester ?? "somebody (sealed or erased)")"
        }
        var lines = [asked ?? "A human decided about \(review.lead) without a request"]
        if let note = review.requestNote { lines.append("  reason given: \(note)") }
        if let decided = review.decided {
            lines.append(
                "  decided \(decided) by \(review.reviewer ?? "a reviewer (sealed or erased)"): \(review.outcome ?? "")"
            )
        } else {
            lines.append("  open")
        }
        if let note = review.note { lines.append("  reviewer's reason: \(note)") }
        return lines
    }

    static func request(_ request: Dossier.Request) -> [String] {
        let told = request.told.isEmpty ? "no partner held the lead" : request.told.joined(separator: ", ")
        return [
            "\(request.time) \(request.kind) of \(request.lead), position \(request.position)\(request.requester.map { ", requested by \($0)" } ?? "")"
        ]
            + request.fields.map { "  new value: \($0.name): \($0.value)" } + request.effects.map { "  effect: \($0)" }
            + ["  informed: \(told)"]
    }

    static func verdict(_ certificate: Dossier.Certificate) -> [String] {
        let verdict =
            certificate.decisions == certificate.reproduced
            ? "all came out as recorded" : "NOT ALL CAME OUT AS RECORDED"
        return [
            "\(certificate.reproduced) of \(CountText.of(certificate.decisions, "decision")) reproduced: \(verdict).",
            "Stream of \(CountText.of(certificate.streamSize, "entry", plural: "entries")), chain head \(certificate.chainHead).",
        ]
    }
}

/// Text of several lines.
enum Lines {
    /// The lines without their ends; empty ones are left out.
    static func of(_ text: String) -> [String] {
        text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map { String($0) }
    }
}
