public import Audit

/// What checking files of evidence showed, for people.
public enum EvidenceText {
    /// The report in lines.
    public static func lines(_ report: EvidenceReport) -> [String] {
        report.findings.flatMap(lines) + report.conflicts.map { "FAULT  \($0)" } + [verdict(report)]
    }

    private static func lines(_ finding: EvidenceFinding) -> [String] {
        ["\(finding.source): \(finding.kind)"] + finding.checked.map { "  ok           \($0)" }
            + finding.notChecked.map { "  not checked  \($0)" }
            + (finding.fault.map { ["  FAULT        \($0)"] } ?? [])
    }

    private static func verdict(_ report: EvidenceReport) -> String {
        if !report.isGood { return "NOT VERIFIED" }
        if report.isAuthentic { return "verified" }
        return report.isSigned
            ? "verified, by the archive's own key alone: see 'not checked' above"
            : "NOT PROVEN: what was checked holds, but not everything rests on a key you trust: see 'not checked' above"
    }
}
