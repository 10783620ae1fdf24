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
                    + (deadLetters.notKept > 0 ? ", \(deadLetters.notKept) of records too large to be kept" : "")
                    + (deadLetters.unbound > 0
                        ? "; reason and origin of \(deadLetters.unbound) from before they were bound: not covered" : ""))
        } else {
            lines.append("dead letters: not checked: \(deadLetters.reason ?? "")")
        }
        lines += [sourceLine, projectionLine, vaultLine, accessLine]
        if let fault = parked.fault {
            lines.append("FAULT  \(fault.kind.rawValue): \(fault.worded)")
        } else if parked.outcomes > 0 {
            lines.append("waiting outcomes: \(parked.outcomes) kept beside the journal, as its entries say")
        }
        if depth == .chain {
            lines.append(
                "not checked with --quick: decisions, state hashes, snapshots, guarantees, dead letters, waiting outcomes, source offsets, projections, vault"
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

extension VerificationReport {
    private var vaultLine: String {
        if let fault = vault.fault { return "FAULT  \(fault.kind.rawValue): \(fault.worded)" }
        guard vault.isChecked else { return "vault: not checked: \(vault.reason ?? "")" }
        let opened = vault.reason ?? "\(vault.unwrapped) opened by the master key"
        return
            "vault: \(vault.keys) keys, \(opened); \(vault.tombstones) tombstones, \(vault.aliases) look-ups; everybody in the journal has a key or was erased"
    }

    private var accessLine: String {
        if let fault = access.fault { return "FAULT  \(fault.kind.rawValue): \(fault.worded)" }
        guard access.isChecked else { return "access log: not checked: \(access.reason ?? "")" }
        var parts = ["access log: \(CountText.of(access.lines, "line")), each follows from the one before"]
        if access.anchored > 0 { parts.append("those up to \(access.anchored) are named by a checkpoint") }
        if access.unsigned > 0 { parts.append("\(access.unsigned) from before lines were signed") }
        if access.torn > 0 { parts.append("\(CountText.of(access.torn, "write")) cut short, shown to nobody") }
        return parts.joined(separator: "; ")
    }
}

extension ProgramVerification {
    /// What no signature covers is said, and is not the same as a fault.
    private var coverageLines: [String] {
        var lines: [String] = []
        if checkpointsNotChecked > 0 {
            lines.append(
                "  not checked under this key: \(CountText.of(checkpointsNotChecked, "checkpoint")) that a key before it signed")
        }
        if covered > 0 && notCovered > 0 {
            lines.append(
                "  NOT COVERED: entries \(covered) to \(entries - 1), which came after the newest checkpoint; nobody has signed them yet"
            )
        } else if covered > 0 {
            lines.append("  covered: every entry lies under a signed checkpoint")
        }
        return lines
    }

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
        lines += coverageLines
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
