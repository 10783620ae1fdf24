public import Evaluation

/// A replay against a candidate for people.
public enum CandidateText {
    /// The report.
    /// - Parameter most: Differences that are written out.
    public static func of(_ report: CandidateReport, most: Int, _ style: TextStyle) -> String {
        if report.decisions == 0 {
            return
                "No decision to compare: no lead was routed in this time. Widen --from and --to, or send leads first.\n"
        }
        return [
            head(report, style), differences(report, most, style), partners(report, style), negotiated(report, most, style),
            exploration(report), estimates(report, style), conclusion(report, style),
        ]
        .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func head(_ report: CandidateReport, _ style: TextStyle) -> String {
        let share = Double(report.changed) / Double(report.decisions)
        let gain = report.expectedAfterMinorUnits - report.expectedBeforeMinorUnits
        return """
            \(style.styled("\(Escaping.harmless(report.program)) under \(candidate(report))", .bold))
            \(CountText.of(report.decisions, "decision")) compared, \(count(report.changed)) would have been different (\(NumberText.percent(share))).
            Expected by the model of each moment: \(money(report.expectedBeforeMinorUnits, report)) as decided, \(money(report.expectedAfterMinorUnits, report)) under the candidate (\(signed(gain, report))).

            """
    }

    private static func candidate(_ report: CandidateReport) -> String {
        let policy =
            report.policy.isEmpty && report.version.isEmpty
            ? nil : "the policy '\(Escaping.harmless(report.policy))' (version \(report.version.prefix(12)))"
        let logic = report.logic.map {
            "logic version \($0)\(policy == nil ? ", by the policies that were published" : "")"
        }
        return [policy, logic].compactMap { $0 }.joined(separator: " and ")
    }

    private static func differences(_ report: CandidateReport, _ most: Int, _ style: TextStyle) -> String {
        if report.changed == 0 { return "" }
        var table = TextTable([
            ("LEAD", .left), ("POSITION", .right), ("BEFORE", .left), ("AFTER", .left), ("EXPECTED BEFORE", .right),
            ("AFTER", .right),
            ("DIFFERENCE", .right),
        ])
        for row in report.differences.prefix(most) {
            table.add([
                row.lead, "\(row.position)", place(row.before, row.beforeReason), place(row.after, row.afterReason),
                money(row.expectedBeforeMinorUnits, report), money(row.expectedAfterMinorUnits, report),
                signed(row.expectedAfterMinorUnits - row.expectedBeforeMinorUnits, report),
            ])
        }
        let left = report.changed - min(most, report.changed)
        return table.text(style) + (left > 0 ? "and \(CountText.of(left, "more difference")); --all shows them\n" : "")
    }

    /// A partner, or in brackets why the lead went to none.
    private static func place(_ partner: String?, _ reason: String) -> String {
        if let partner { return partner }
        return switch reason {
        case "merged": "(merged into an older lead)"
        case "ended": "(it ended while it was offered)"
        default: "(\(DecisionReasonWords.escalation(named: reason)))"
        }
    }

    private static func partners(_ report: CandidateReport, _ style: TextStyle) -> String {
        let moved = report.partners.filter { $0.before != $0.after }
        if moved.isEmpty { return "" }
        var table = TextTable([("PARTNER", .left), ("LEADS BEFORE", .right), ("AFTER", .right), ("DIFFERENCE", .right)])
        for row in moved {
            table.add([
                row.partner, count(row.before), count(row.after),
                row.after > row.before ? "+\(count(row.after - row.before))" : count(row.after - row.before),
            ])
        }
        let same = report.partners.count - moved.count
        return table.text(style)
            + (same > 0 ? "\(CountText.of(same, "other partner")) with as many leads as before\n" : "")
    }

    /// Where leads that were offered to partners would have gone without an offer.
    private static func negotiated(_ report: CandidateReport, _ most: Int, _ style: TextStyle) -> String {
        if report.negotiated.isEmpty && report.stillOffered == 0 { return "" }
        let elsewhere = report.negotiated.filter(\.isElsewhere)
        var text = "\(CountText.of(report.negotiated.count, "lead")) went by an offer; without offers "
            + "\(count(elsewhere.count)) of them would have gone elsewhere than they did.\n"
        if report.stillOffered > 0 { text += "Of \(count(report.stillOffered)) more nothing has come yet.\n" }
        if elsewhere.isEmpty { return text }
        var table = TextTable([
            ("LEAD", .left), ("POSITION", .right), ("WITHOUT OFFERS", .left), ("AFTER ITS OFFERS", .left),
        ])
        for row in elsewhere.prefix(most) {
            table.add([
                row.lead, "\(row.position)", place(row.plainly, row.plainlyReason),
                place(row.negotiated, row.negotiatedReason),
            ])
        }
        let left = elsewhere.count - min(most, elsewhere.count)
        return text + table.text(style) + (left > 0 ? "and \(count(left)) more; --all shows them\n" : "")
    }

    /// What the candidate's own lots would come to.
    private static func exploration(_ report: CandidateReport) -> String {
        guard let lots = report.exploration else { return "" }
        let budget = lots.leadsPerPeriodMax > 0 ? ", \(count(lots.leadsPerPeriodMax)) a capacity period at most" : ""
        let most = lots.partners.prefix(5).map { "\(Escaping.harmless($0.partner)) \(one($0.leads))" }.joined(
            separator: ", ")
        let cost = lots.expectedCostMinorUnits >= 0 ? "cost" : "gain"
        let share =
            lots.expectedCostShare.map { " (\(NumberText.percent(abs($0))) of what it expects without them)" } ?? ""
        return """
            The candidate draws lots: \(NumberText.percent(basisPoints: UInt32(clamping: lots.shareBasisPoints))) of \
            the leads\(budget). Of \(CountText.of(lots.decisions, "decision")) with two partners or more to choose \
            from, \(one(lots.expectedLots)) would go by lot, \(one(lots.expectedElsewhere)) of them to another \
            partner than the one it would choose itself.
            By the model that is expected to \(cost) \(money(Int64(clamping: lots.expectedCostMinorUnits.magnitude), report))\(share). Most by lot: \(most)\(lots.partners.count > 5 ? " [...]" : "")

            """
    }

    private static func one(_ value: Double) -> String { NumberText.fixed(value, 1) }

    // MARK: Estimates

    private static func estimates(_ report: CandidateReport, _ style: TextStyle) -> String {
        guard report.overlap.isEnough, let wins = report.winRate, let revenue = report.revenue else {
            return leads(report)
        }
        var table = TextTable([
            ("PER DECIDED LEAD", .left), ("REVENUE", .right), ("95 %", .left), ("WIN RATE", .right), ("95 %", .left),
        ])
        let rows: [(String, KeyPath<OffPolicyEstimates, Estimate>)] = [
            ("as logged", \.logged), ("candidate, IPS", \.ips), ("candidate, SNIPS", \.snips),
            ("candidate, doubly robust", \.doublyRobust),
            ("difference, doubly robust", \.difference),
        ]
        for (name, path) in rows {
            let (r, w) = (revenue[keyPath: path], wins[keyPath: path])
            table.add([
                name, MoneyText.whole(r.value, report.currency),
                EstimateText.range(r.interval) { MoneyText.whole($0, report.currency) },
                NumberText.percent(w.value), EstimateText.range(w.interval, NumberText.percent),
            ])
        }
        return leads(report) + table.text(style)
            + "Effective sample size \(Int(revenue.effectiveSampleSize)) of \(count(revenue.leads)) leads; the largest weight is \(NumberText.percent(revenue.largestWeightShare)) of all.\n"
    }

    private static func leads(_ report: CandidateReport) -> String {
        var parts = [
            "\(CountText.of(report.closed, "decided lead")) for the estimates; \(count(report.open)) still open and not yet known"
        ]
        if report.withoutLot > 0 {
            parts.append("\(count(report.withoutLot)) left out because no lot could fall on them")
        }
        if report.leftOut > 0 { parts.append("\(count(report.leftOut)) ended by objection or erasure") }
        if report.imported > 0 {
            parts.append("\(count(report.imported)) imported decisions compared, but with unknown propensities")
        }
        var text = parts.joined(separator: "; ") + ".\n"
        if report.open * 10 > report.open + report.closed {
            let until =
                report.settledThrough.map {
                    " --to \(TimeText.day($0)) looks only at leads of which 95 of 100 have ended."
                } ?? ""
            text +=
                "Note the open ones: where wins come sooner than losses, the decided leads look better than all of them will.\(until)\n"
        }
        return text
    }

    private static func conclusion(_ report: CandidateReport, _ style: TextStyle) -> String {
        let difference =
            report.revenue.map { MoneyText.whole($0.difference.value, report.currency, sign: .always) } ?? ""
        switch report.verdict {
        case .refused:
            return style.styled("No conclusion about what the candidate would have earned.\n", .yellow)
                + report.overlap.words.map { "  \($0)\n" }.joined() + "  \(report.overlap.remedy)\n"
        case .same: return "The candidate decides as was decided: there is nothing to conclude.\n"
        case .better: return style.styled("The candidate earns more: \(difference) per decided lead.\n", .green)
        case .worse: return style.styled("The candidate earns less: \(difference) per decided lead.\n", .red)
        case .undecided: return "Too early to tell: the interval of the difference holds zero.\n"
        }
    }

    private static func count(_ value: Int) -> String { CountText.grouped(value) }
    private static func money(_ value: Int64, _ report: CandidateReport) -> String {
        MoneyText.whole(Double(value), report.currency)
    }
    private static func signed(_ value: Int64, _ report: CandidateReport) -> String {
        MoneyText.whole(Double(value), report.currency, sign: .always)
    }
}
