import Engine

/// A dossier as sections of titled rows, for terminals and for print.
public struct DossierSections {
    /// A part of the dossier.
    public struct Section {
        /// Its heading.
        public var title: String
        /// Lines of prose; nested lines begin with two spaces.
        public var lines: [String]
    }

    private let dossier: Dossier

    /// The sections of a dossier.
    public init(_ dossier: Dossier) { self.dossier = dossier }

    /// All sections in order.
    public var all: [Section] {
        [
            Section(title: "The procedure and principles applied", lines: dossier.account),
            Section(title: "Inputs and their sources", lines: dossier.sources.flatMap(source)),
            Section(title: "Decisions", lines: dossier.decisions.flatMap(decision)),
            Section(title: "What would have been decided otherwise (decided again, not estimated)", lines: dossier.counterfactuals.map {
                "With \($0.change): \($0.outcome). [\($0.decision)]"
            }),
            Section(title: "Recipients", lines: dossier.recipients.map {
                "\($0.partner) held \($0.lead) from \($0.from) \($0.until.map { "until \($0)" } ?? "until now")\($0.ended.map { ": \($0)" } ?? "")"
            }),
            Section(title: "Human review", lines: dossier.reviews.flatMap(review)),
            Section(title: "Restriction, objection, rectification, erasure", lines: dossier.requests.flatMap(request)),
            Section(title: "Replay certificate", lines: certificate),
        ]
    }

    /// What stands above the sections.
    public var heading: [String] {
        ["Dossier of a person in the program \(dossier.program), made \(dossier.made)"]
            + dossier.leads.map { "Lead \($0.lead), \($0.status), submitted \($0.submitted)" }
            + ["Known in the journal as \(dossier.subjects.joined(separator: ", "))\(dossier.isErased ? " (erased)" : "")"]
    }

    /// The dossier as text.
    public var text: [String] {
        heading + all.flatMap { ["", $0.title.uppercased()] + ($0.lines.isEmpty ? ["  none"] : $0.lines) }
    }

    private func source(_ source: Dossier.Source) -> [String] {
        let origin = source.topic.map { "\($0)/\(source.partition ?? 0)@\(source.offset ?? 0), event \(source.eventID ?? "-")" } ?? "Leadline itself"
        let sealed = switch source.sealedState {
        case "opened": ["  sealed, opened for the operator:"]
        case "erased": ["  sealed: erased, its key is destroyed"]
        case "unavailable": ["  sealed: not opened, there is no master key here"]
        default: [String]()
        }
        return ["#\(source.position) \(source.time) \(source.type)\(source.isAboutAccount ? " (about the company)" : "") from \(origin)"]
            + source.clear.map { "  \($0.name): \($0.value)" } + sealed + source.sealed.map { "    \($0.name): \($0.value)" }
    }

    private func decision(_ decision: Dossier.Decision) -> [String] {
        let versions = decision.policyVersion.isEmpty ? "" : ", policy \(decision.policyVersion.prefix(12)), model \(decision.modelVersion.prefix(12))"
        let candidates = decision.candidates.map {
            "    \($0.partner): net \(DecimalText.money($0.net, dossier.currency)), score \(DecimalText.money($0.score, dossier.currency)), fit \(DecimalText.percent($0.fit)), conversion \(DecimalText.percent($0.conversion))"
        }
        // Who was out, and why, the explanation has told already.
        return ["\(decision.id) \(decision.time) (logic \(decision.logicVersion)\(versions))"] + decision.explanation.map { "  " + $0 }
            + (decision.rules.isEmpty ? [] : ["", "  Hard rules in force"]) + decision.rules.map { "    \($0)" }
            + (candidates.isEmpty ? [] : ["", "  Candidates in numbers"]) + candidates + [""]
    }

    private func review(_ review: Dossier.Review) -> [String] {
        var lines = [review.requested.map { "Review of \(review.lead) asked for \($0) by \(review.requester ?? "somebody (sealed or erased)")" } ?? "A human decided about \(review.lead) unasked"]
        if let note = review.requestNote { lines.append("  reason given: \(note)") }
        if let decided = review.decided {
            lines.append("  decided \(decided) by \(review.reviewer ?? "a reviewer (sealed or erased)"): \(review.outcome ?? "")")
        } else {
            lines.append("  open")
        }
        if let note = review.note { lines.append("  reviewer's reason: \(note)") }
        return lines
    }

    private func request(_ request: Dossier.Request) -> [String] {
        ["\(request.time) \(request.kind) of \(request.lead), position \(request.position)\(request.requester.map { ", asked by \($0)" } ?? "")"]
            + request.fields.map { "  stated anew: \($0.name): \($0.value)" } + request.effects.map { "  effect: \($0)" }
            + ["  told: \(request.told.isEmpty ? "nobody held the lead" : request.told.joined(separator: ", "))"]
    }

    private var certificate: [String] {
        let certificate = dossier.certificate
        let verdict = certificate.decisions == certificate.reproduced ? "all came out as recorded" : "NOT ALL CAME OUT AS RECORDED"
        return [
            certificate.method, "\(certificate.reproduced) of \(certificate.decisions) decisions reproduced: \(verdict).",
            "Stream of \(certificate.streamSize) entries, chain head \(certificate.chainHead).",
        ] + dossier.decisions.compactMap { decision in
            decision.recordedDigest.map { "  \(decision.id): recorded \($0), recomputed \(decision.recomputedDigest ?? "-")" }
        } + (certificate.checkpoint.map { ["Newest signed checkpoint:"] + $0.split(separator: "\n").map { "  \($0)" } }
            ?? ["No checkpoint was signed yet: 'leadline audit checkpoint'."])
    }

    // MARK: HTML

    /// The dossier as one page that needs nothing else and prints well.
    public var html: String {
        let title = Self.escaped("Dossier, program \(dossier.program)")
        let sections = all.map { section in
            let lines = section.lines.isEmpty ? "<p>none</p>" : section.lines.map(Self.paragraph).joined(separator: "\n")
            return "<section><h2>\(Self.escaped(section.title))</h2>\n\(lines)</section>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <style>
            body{font:11pt/1.45 Georgia,serif;max-width:46em;margin:2em auto;padding:0 1em;color:#111}
            h1{font-size:1.5em}h2{font-size:1.15em;border-bottom:1px solid #999;margin-top:1.8em;break-after:avoid}
            p{margin:.35em 0;overflow-wrap:anywhere}p.d1{margin-left:1.5em}p.d2{margin-left:3em}
            @page{size:A4;margin:20mm}@media print{body{margin:0;max-width:none}p{orphans:2;widows:2}}
            </style></head><body><h1>\(title)</h1>
            \(heading.map(Self.paragraph).joined(separator: "\n"))
            \(sections.joined(separator: "\n"))
            </body></html>

            """
    }

    private static func paragraph(_ line: String) -> String {
        let depth = min(2, line.prefix { $0 == " " }.count / 2)
        return "<p\(depth == 0 ? "" : " class=\"d\(depth)\"")>\(escaped(String(line.drop { $0 == " " })))</p>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
