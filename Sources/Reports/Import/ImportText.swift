public import Engine

/// An import for people.
public enum ImportText {
    /// The text; without a result, of a dry run.
    public static func of(
        _ plan: ImportPlan, _ result: ImportResult?, isNew: Bool, rowsPerSecond: Int?, _ style: TextStyle
    ) -> String {
        var rules = TextTable([("ROWS", .right), ("FILE", .left), ("RULE", .left)])
        for count in plan.ruleCounts { rules.add([CountText.grouped(count.rows), count.file, count.rule]) }
        var lines = [Escaping.harmless(headline(plan, result, isNew: isNew)), ""]
        if !rules.isEmpty { lines += [rules.text(style)] }
        for warning in plan.warnings { lines.append(Escaping.harmless("warning: \(warning)")) }
        for form in plan.forms { lines.append(Escaping.harmless("\(form.file): \(form.words)")) }
        let counts = plan.counts
        lines += [
            "\(CountText.of(counts.rows, "row")): \(CountText.of(counts.leads, "lead")) (\(counts.won) won, \(counts.lost) lost, \(counts.withdrawn) withdrawn, \(counts.open) open), \(CountText.of(counts.refused, "row")) refused by the mapping\(passedOver(counts)).",
            "\(CountText.of(counts.partners, "partner")), \(CountText.of(counts.accounts, "account")). History from \(style.time(plan.firstMoment)) to \(style.time(plan.lastMoment)).",
        ]
        guard let result else {
            let next =
                isNew
                ? "Nothing was changed. Run it without --dry-run to import."
                : "Nothing was changed, nor would the run change anything: all of it is imported already."
            return (lines + [next]).joined(separator: "\n") + "\n"
        }
        lines.append(choices(result))
        lines.append(
            "\(CountText.of(result.learned, "outcome")) taught the model. \(CountText.of(result.rejections, "record")) refused by intake."
        )
        lines.append("chain head  \(result.chainHead.map { "\($0)" } ?? "-")")
        lines.append("state hash  \(result.stateHash.map { "\($0)" } ?? "-")")
        if let rowsPerSecond { lines.append("\(CountText.grouped(rowsPerSecond)) rows/s") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Rows that are no fault of anybody's.
    private static func passedOver(_ counts: ImportCounts) -> String {
        var text = ""
        if counts.leftOut > 0 { text += ", \(CountText.grouped(counts.leftOut)) left out as it says" }
        if counts.repeated > 0 { text += ", \(CountText.grouped(counts.repeated)) repeated" }
        return text
    }

    private static func headline(_ plan: ImportPlan, _ result: ImportResult?, isNew: Bool) -> String {
        if result == nil { return "Dry run of import \(plan.importID)" }
        return isNew
            ? "Imported into \(plan.program), import \(plan.importID)"
            : "Already imported into \(plan.program), import \(plan.importID); nothing was changed"
    }

    private static func choices(_ result: ImportResult) -> String {
        if result.shadowDecisions == 0 {
            return "Leadline assigned \(CountText.of(result.routed, "lead")), \(result.escalated) went to a human."
        }
        let share = NumberText.percent(Double(result.shadowAgreed) / Double(result.shadowDecisions))
        return
            "Leadline's own choice agreed with history on \(CountText.grouped(result.shadowAgreed)) of \(CountText.of(result.shadowDecisions, "lead")) (\(share))."
    }
}
