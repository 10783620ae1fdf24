import Journal

/// Entries that left the journal for an archive.
public struct ArchivedPart: Sendable, Codable, Equatable {
    /// Position of the first.
    public var first: UInt64
    /// The position after the last.
    public var next: UInt64
    /// Position of the entry that states it.
    public var statement: UInt64
    /// SHA-256 of the archive's manifest, hexadecimal.
    public var archive: String
    /// SHA-256 of the state after them, hexadecimal, as it is stated.
    public var stateHash: String
    /// Where the archive was when they left.
    public var path: String
    /// True if the archive was at hand, so that they were read as all others.
    public var isRead: Bool

    init(_ segment: ArchivedSegment, isRead: Bool) {
        first = segment.first
        next = segment.next
        statement = segment.statement
        archive = "\(segment.archiveDigest)"
        stateHash = "\(segment.stateHash)"
        path = segment.path
        self.isRead = isRead
    }
}

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
    /// The root of the Merkle tree over the entries found good, hexadecimal (RFC 9162).
    public var root = ""
    /// False if there is no `tree.db`, or nothing of the program in it.
    public var treeAvailable = false
    /// Entries that the stored tree has, and nodes of it found equal to the entries'.
    public var treeSize: UInt64 = 0
    public var treeNodesCompared: UInt64 = 0
    /// Checkpoints whose signature holds and whose root is the journal's at that size.
    public var checkpoints: UInt64 = 0
    /// Checkpoints that a key from before the one you trust signed: not checked under this key.
    public var checkpointsNotChecked: UInt64 = 0
    /// Entries that a checkpoint covers, from position 0.
    public var covered: UInt64 = 0
    /// Entries after those: chained and decided again, but signed by nobody.
    public var notCovered: UInt64 = 0
    /// Whose signatures counted, in words; nil if no key was known.
    public var trust: String?
    public var seconds: Double = 0
    /// Entries that left the journal for archives.
    public var archived: [ArchivedPart] = []
    /// Deciding again began here, because the entries before are archived and not at hand; else 0.
    public var decidedFrom: UInt64 = 0
    /// The first fault; nil if all is well.
    public var fault: AuditFault?
    /// What is wrong with the tree and the checkpoints beside it.
    public var otherFaults: [AuditFault] = []

    init(program: String) { self.program = program }

    /// The first fault of the pass, and what is wrong beside it.
    public var faults: [AuditFault] { [fault].compactMap { $0 } + otherFaults }
}

/// What opening the dead letters showed.
public struct DeadLetterVerification: Sendable, Codable, Equatable {
    public var isChecked: Bool
    /// Why not.
    public var reason: String?
    public var opened = 0
    /// Those whose key was destroyed.
    public var erased = 0
    /// Those of records that were too large to be kept.
    public var notKept = 0
    /// Those from before reason and origin were bound to the vault: what they say of these is not covered.
    public var unbound = 0
    public var fault: AuditFault?

    init(isChecked: Bool, reason: String? = nil) {
        self.isChecked = isChecked
        self.reason = reason
    }

    static func notChecked(_ reason: String) -> Self { Self(isChecked: false, reason: reason) }
}

/// What comparing the list of leads with the journal showed.
public struct ProjectionVerification: Sendable, Codable, Equatable {
    public var isChecked = false
    /// Why not.
    public var reason: String?
    /// Rows found equal.
    public var rows: UInt64 = 0
    public var fault: AuditFault?

    static func notChecked(_ reason: String) -> Self { Self(reason: reason) }
}

/// What holding the vault against the journal showed.
public struct VaultVerification: Sendable, Codable, Equatable {
    public var isChecked = false
    /// Why not, or what was left out.
    public var reason: String?
    /// Keys of people and of rejected records.
    public var keys = 0
    /// Keys that the master key opened; 0 where it is not at hand.
    public var unwrapped = 0
    public var aliases = 0
    public var tombstones = 0
    public var fault: AuditFault?

    static func notChecked(_ reason: String) -> Self { Self(reason: reason) }
}

/// What reading the access log showed.
public struct AccessVerification: Sendable, Codable, Equatable {
    public var isChecked = false
    /// Why not.
    public var reason: String?
    /// Lines that follow one from another.
    public var lines = 0
    /// Of these, lines from before they were signed.
    public var unsigned = 0
    /// Writes that were cut short; nothing was shown for them.
    public var torn = 0
    /// Lines up to the newest that a checkpoint names.
    public var anchored: UInt64 = 0
    public var fault: AuditFault?

    static func notChecked(_ reason: String) -> Self { Self(reason: reason) }
}

/// What holding the outcomes that wait beside the journal against it showed.
public struct ParkedVerification: Sendable, Codable, Equatable {
    /// Outcomes found as the journal says.
    public var outcomes = 0
    public var fault: AuditFault?
}

/// What `leadline verify` found.
public struct VerificationReport: Sendable, Codable, Equatable {
    public var depth: Verifier.Depth
    public var programs: [ProgramVerification]
    /// False for an archive, which does not record the order over all programs.
    public var orderIsChecked = true
    /// What is wrong with the order over all programs.
    public var orderFault: AuditFault?
    public var deadLetters: DeadLetterVerification
    /// Whether the input topics' records are all in the journal, once each.
    public var sources = SourceVerification.notChecked("")
    /// Whether the list of leads is what the journal leads to.
    public var projection = ProjectionVerification.notChecked("")
    /// Whether the vault has what the journal needs, and nothing that the journal erased.
    public var vault = VaultVerification.notChecked("")
    /// Whether the access log is whole.
    public var access = AccessVerification.notChecked("")
    /// Whether the outcomes that wait are those of the journal.
    public var parked = ParkedVerification()
    /// Checkpoints from outside that are of no program here, and files that cannot be read.
    public var otherFaults: [AuditFault] = []
    public var seconds: Double = 0

    init(depth: Verifier.Depth, programs: [ProgramVerification]) {
        self.depth = depth
        self.programs = programs
        deadLetters = .notChecked("")
    }

    /// Every fault: the first of each program's pass, of its tree and checkpoints, and of each thing that programs
    /// share.
    public var faults: [AuditFault] {
        programs.flatMap { [$0.fault].compactMap { $0 } + $0.otherFaults }
            + [
                orderFault, deadLetters.fault, sources.fault, projection.fault, vault.fault, access.fault, parked.fault,
            ].compactMap { $0 } + otherFaults
    }

    /// True if nothing is wrong with what was checked.
    public var isGood: Bool { faults.isEmpty }

    /// Entries found good.
    public var entries: UInt64 { programs.reduce(0) { $0 + $1.entries } }
}
