public import Audit

/// A verification for people: what was checked, what could not be, and what is wrong.
public enum VerificationText {
    /// The report in lines.
    public static func lines(_ report: VerificationReport) -> [String] { report.lines }
}

extension AuditFault {
    /// The fault with its difference in words, as it is shown and as it stands in documents.
    public var worded: AuditFault {
        guard let difference else { return self }
        let words = EventWords(currency: "")
        var fault = self
        fault.detail =
            "recorded: \(words.compared(difference.recorded)). Decided again: \(words.compared(difference.decided))"
        return fault
    }
}

extension VerificationReport {
    /// The report with every fault in words, as it stands in documents.
    public var worded: VerificationReport {
        var report = self
        for index in report.programs.indices {
            report.programs[index].fault = report.programs[index].fault?.worded
            report.programs[index].otherFaults = report.programs[index].otherFaults.map(\.worded)
        }
        return report
    }
}

extension ArchivedPart {
    /// Where the entries are, and what that means for what was looked at.
    func line(_ consequence: (read: String, unread: String)) -> String {
        "  archived: entries \(first) to \(next - 1), in the archive \(archive), stated at position \(statement); "
            + (isRead ? "it is at hand: \(consequence.read)" : "NOT \(consequence.unread). Give --with-archive \(path)")
    }
}

extension VerificationReport {
    /// The report for people: what was checked, what could not be, and what is wrong.
    fileprivate var lines: [String] {
        var lines = programs.flatMap(\.lines)
        if let orderFault {
            lines.append("FAULT  \(orderFault.worded)")
        } else {
            lines.append(
                "commit order and decision offsets: "
                    + (orderIsChecked ? "no gaps" : "not checked: an archive does not hold them"))
        }
        if let fault = deadLetters.fault {
            lines.append("FAULT  \(fault.worded)")
        } else if deadLetters.isChecked {
            lines.append(
                "dead letters: \(deadLetters.opened) opened"
                    + (deadLetters.erased > 0 ? ", \(deadLetters.erased) erased" : "")
                    + (deadLetters.notKept > 0 ? ", \(deadLetters.notKept) of records too large to be kept" : ""))
        } else {
            lines.append("dead letters: not checked: \(deadLetters.reason ?? "")")
        }
        lines.append(sourceLine)
        lines.append(projectionLine)
        if depth == .chain {
            lines.append(
                "not checked with --quick: decisions, state hashes, snapshots, guarantees, dead letters, source offsets, projections"
            )
        }
        lines += otherFaults.map { "FAULT  \($0.kind.rawValue): \($0.worded)" }
        if !programs.isEmpty && programs.allSatisfy({ $0.checkpoints == 0 }) {
            lines.append(
                "not checked: whether the whole folder was exchanged; no checkpoint covers it. Sign one with 'leadline audit checkpoint'"
            )
        }
        let rate = seconds > 0 ? "\(Int(Double(entries) / seconds)) entries/s" : "at once"
        lines.append(
            "\(isGood ? "verified" : "NOT VERIFIED"): \(entries) entries in \(NumberText.fixed(seconds, 2)) s, \(rate)")
        return lines
    }
}

extension VerificationReport {
    private var sourceLine: String {
        if let fault = sources.fault { return "FAULT  \(fault.kind.rawValue): \(fault.worded)" }
        if sources.isChecked {
            return "source offsets: \(sources.records) records, each in one entry or dead letter, none left out"
        }
        return "source offsets: not checked: \(sources.reason ?? "")"
    }

    private var projectionLine: String {
        if let fault = projection.fault { return "FAULT  \(fault.kind.rawValue): \(fault.worded)" }
        if projection.isChecked { return "projections: \(projection.rows) rows equal to what the journal leads to" }
        return "projections: not checked: \(projection.reason ?? "")"
    }
}

extension ProgramVerification {
    private var treeLine: String {
        treeAvailable
            ? "  tree: root \(root); \(treeNodesCompared) stored nodes over \(treeSize) entries equal"
            : "  tree: root \(root); there are no stored nodes to compare with"
    }

    private var checkpointLine: String {
        guard let trust else {
            return checkpoints == 0
                ? "  checkpoints: none was signed yet"
                : "  checkpoints: \(checkpoints) equal; who signed them was not checked, for no key is known: give --key"
        }
        return "  checkpoints: \(checkpoints) signed and equal; signatures checked against \(trust)"
    }

    fileprivate var lines: [String] {
        var lines = [
            "program \(program)", "  chain: \(entries) of \(size) entries, head \(head)", treeLine, checkpointLine,
        ]
        lines += archived.map {
            $0.line(
                (
                    read: "checked as all others",
                    unread: "decided again; only their hashes were checked, against chain, tree and checkpoints"
                ))
        }
        if let stateHash {
            let from =
                decidedFrom > 0
                ? " from position \(decidedFrom) on, from the state that is stated with the archive," : ""
            lines.append(
                "  decisions: \(events) events of \(entries - min(entries, decidedFrom)) entries\(from) decided again, equal; positions and stamps in order"
            )
            lines.append(
                statesAvailable && stateHashesCompared == 0
                    ? "  states: none is on record yet to compare with; state now \(stateHash)"
                    : statesAvailable
                        ? "  states: \(stateHashesCompared) recorded hashes and \(snapshotsCompared) snapshots equal to the fold; state now \(stateHash)"
                        : "  states: not compared: there is no derived.db; state now \(stateHash)")
            lines.append(
                "  guarantees: \(leadsAccepted) leads accepted, none lost; \(assignmentsCheckedAgainstCaps) assignments, none over a cap"
            )
        }
        lines += ([fault].compactMap { $0 } + otherFaults).map { "  FAULT  \($0.kind.rawValue): \($0.worded)" }
        return lines
    }
}
