/// What verifying one program showed. Numbers count what was found good.
public struct ProgramVerification: Sendable, Codable, Equatable {
    public var program: String
    /// Entries that the stream's head says there are.
    public var size: UInt64 = 0
    /// Entries found good, from position 0.
    public var entries: UInt64 = 0
    /// Events decided again and found equal.
    public var events: UInt64 = 0
    /// The chain's link after the last entry, hexadecimal: to be compared with one kept elsewhere.
    public var head = ""
    /// SHA-256 of the state after the last entry; nil if it was not folded.
    public var stateHash: String?
    /// False if `derived.db` is not there, so that no recorded states could be compared.
    public var statesAvailable = false
    public var stateHashesCompared = 0
    public var snapshotsCompared = 0
    public var leadsAccepted: UInt64 = 0
    public var assignmentsCheckedAgainstCaps: UInt64 = 0
    public var seconds: Double = 0
    /// The first fault; nil if all is well.
    public var fault: AuditFault?

    init(program: String) { self.program = program }
}

/// What opening the dead letters showed.
public struct DeadLetterVerification: Sendable, Codable, Equatable {
    public var isChecked: Bool
    /// Why not.
    public var reason: String?
    public var opened = 0
    /// Those whose key was destroyed.
    public var erased = 0
    public var fault: AuditFault?

    init(isChecked: Bool, reason: String? = nil) {
        self.isChecked = isChecked
        self.reason = reason
    }

    static func notChecked(_ reason: String) -> Self { Self(isChecked: false, reason: reason) }
}

/// What `leadline verify` found.
public struct VerificationReport: Sendable, Codable, Equatable {
    public var depth: Verifier.Depth
    public var programs: [ProgramVerification]
    /// What is wrong with the order over all programs.
    public var orderFault: AuditFault?
    public var deadLetters: DeadLetterVerification
    public var seconds: Double = 0

    init(depth: Verifier.Depth, programs: [ProgramVerification]) {
        self.depth = depth
        self.programs = programs
        deadLetters = .notChecked("")
    }

    /// Every fault: the first of each program, of the order and of the dead letters.
    public var faults: [AuditFault] {
        programs.compactMap(\.fault) + [orderFault, deadLetters.fault].compactMap { $0 }
    }

    /// True if nothing is wrong with what was checked.
    public var isGood: Bool { faults.isEmpty }

    /// Entries found good.
    public var entries: UInt64 { programs.reduce(0) { $0 + $1.entries } }
}

extension VerificationReport {
    /// The report for people: what was checked, what could not be, and what is wrong.
    public var lines: [String] {
        var lines = programs.flatMap(\.lines)
        if let orderFault { lines.append("FAULT  \(orderFault)") } else { lines.append("commit order and decision offsets: no gaps") }
        if let fault = deadLetters.fault {
            lines.append("FAULT  \(fault)")
        } else if deadLetters.isChecked {
            lines.append("dead letters: \(deadLetters.opened) opened" + (deadLetters.erased > 0 ? ", \(deadLetters.erased) erased" : ""))
        } else {
            lines.append("dead letters: not checked: \(deadLetters.reason ?? "")")
        }
        if depth == .chain {
            lines.append("not checked with --quick: decisions, state hashes, snapshots, guarantees, dead letters")
        }
        lines.append("not checked: whether the whole folder was exchanged; compare the heads above with copies kept elsewhere")
        let rate = seconds > 0 ? "\(Int(Double(entries) / seconds)) entries/s" : "at once"
        lines.append("\(isGood ? "verified" : "NOT VERIFIED"): \(entries) entries in \(DecimalText.fixed(seconds, 2)) s, \(rate)")
        return lines
    }
}

extension ProgramVerification {
    fileprivate var lines: [String] {
        var lines = ["program \(program)", "  chain: \(entries) of \(size) entries, head \(head)"]
        if let stateHash {
            lines.append("  decisions: \(events) events of \(entries) entries decided again, equal; positions and stamps in order")
            lines.append(
                statesAvailable
                    ? "  states: \(stateHashesCompared) recorded hashes and \(snapshotsCompared) snapshots equal to the fold; state now \(stateHash)"
                    : "  states: not compared: there is no derived.db; state now \(stateHash)")
            lines.append("  guarantees: \(leadsAccepted) leads accepted, none lost; \(assignmentsCheckedAgainstCaps) assignments, none over a cap")
        }
        if let fault { lines.append("  FAULT  \(fault.kind.rawValue): \(fault)") }
        return lines
    }
}
