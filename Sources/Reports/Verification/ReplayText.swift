public import Audit

/// A replay for people.
public enum ReplayText {
    /// The report in lines.
    public static func lines(_ report: ReplayReport) -> [String] {
        report.programs.flatMap(\.lines) + [
            report.isEqual ? "replayed: everything came out as recorded" : "DIFFERENT: see above"
        ]
    }
}

extension ProgramReplay {
    fileprivate var lines: [String] {
        var lines =
            ["program \(program)"]
            + archived.map {
                $0.line(
                    (
                        read: "replayed as all others",
                        unread: "replayed; it begins after them, from the state that is stated with them"
                    ))
            } + [
                "  folded       \(entries) entries with \(events) events, \(Int(foldRate)) entries/s",
                "  decided      \(entries) entries again, \(Int(decideRate)) entries/s, \(differenceCount) different",
                "  state hash   \(stateHash)"
            ]
        for difference in differences.map(ReplayDocument.Difference.init) {
            lines.append("  position \(difference.position)")
            lines.append("    recorded: \(difference.recorded)")
            lines.append("    decided:  \(difference.decided)")
        }
        if differenceCount > UInt64(differences.count) {
            lines.append("  and \(differenceCount - UInt64(differences.count)) more")
        }
        return lines
    }
}
