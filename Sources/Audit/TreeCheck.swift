import GRDB
import Journal

/// A checkpoint to hold a program's stream against, and where it came from.
struct HeldCheckpoint {
    var checkpoint: Checkpoint
    /// E.g. "signed here", or a file's name.
    var source: String
}

/// Builds a program's Merkle tree again and holds it against the stored nodes and against every checkpoint.
struct TreeCheck {
    private let program: String
    private var range: CompactRange
    private var stored: TreeComparison?
    /// By rising size.
    private var due: ArraySlice<HeldCheckpoint>
    /// Entries that a checkpoint vouches for, unchanged.
    private(set) var vouched: UInt64 = 0
    private(set) var checkpointsEqual: UInt64 = 0
    /// The first of each kind.
    private(set) var faults: [AuditFault] = []

    /// - Parameter base: the tree over the entries before those that are taken.
    init(program: String, stored: TreeComparison?, checkpoints: [HeldCheckpoint], base: CompactRange = CompactRange()) {
        self.program = program
        self.stored = stored
        range = base
        due = checkpoints.sorted { $0.checkpoint.size < $1.checkpoint.size }[...]
        while let next = due.first, next.checkpoint.size <= base.size {
            due.removeFirst()
            if next.checkpoint.size == base.size { compare(next) }
        }
    }

    /// The root over the leaves so far.
    var root: Digest { range.root }
    /// True if nodes were stored to compare with.
    var hasStored: Bool { stored != nil }
    var storedSize: UInt64 { stored?.storedSize ?? 0 }
    var nodesCompared: UInt64 { stored?.nodesCompared ?? 0 }

    mutating func take(_ leaf: Digest) throws {
        range.append(leaf)
        try stored?.take(leaf)
        while let next = due.first, next.checkpoint.size <= range.size { compare(due.removeFirst()) }
    }

    /// To be called once after the last entry that is there.
    mutating func finish() throws {
        try stored?.finish()
        if let difference = stored?.difference {
            let place = difference.entries == 1 ? "of this entry" : "over \(difference.entries) entries from here on"
            faults.append(
                AuditFault(
                    .tree, program: program, position: difference.position,
                    "the stored tree's node \(place) is not what the journal leads to: the journal or tree.db was changed"
                ))
        } else if storedSize > range.size {
            faults.append(
                AuditFault(
                    .tree, program: program, position: range.size,
                    "the stored tree has \(storedSize) entries, the journal \(range.size): its tail was cut off, or an older copy was put back"
                ))
        }
        if let last = due.last {
            faults.append(
                AuditFault(
                    .checkpoint, program: program, position: range.size,
                    "a checkpoint over \(last.checkpoint.size) entries was signed (\(last.source)), the journal ends after \(range.size): its tail was cut off, or an older copy was put back"
                ))
        }
    }

    private mutating func compare(_ held: HeldCheckpoint) {
        let checkpoint = held.checkpoint
        if checkpoint.root == range.root {
            checkpointsEqual += 1
            vouched = checkpoint.size
        } else if !faults.contains(where: { $0.kind == .checkpoint }) {
            faults.append(
                AuditFault(
                    .checkpoint, program: program, position: vouched,
                    "the checkpoint over \(checkpoint.size) entries (\(held.source)) has another root than the journal: "
                        + cause(checkpoint.size)
                ))
        }
    }

    private func cause(_ size: UInt64) -> String {
        if vouched >= size {
            return "another one of this size, or a larger one, is equal to it, so this one is forged or of another history"
        }
        let entries = vouched + 1 == size ? "the entry at position \(vouched)" : "an entry from position \(vouched) to \(size - 1)"
        return "\(entries) was changed, put in or taken out"
    }
}
