import Foundation
import GRDB
import Journal
import LeadlineCore

/// Measures what proofs cost: hashing a journal, keeping its tree, making and verifying proofs. One core.
public struct ProofBenchmark {
    private let directory: String
    private let leaves: UInt64
    private let entries: UInt64
    /// Bytes of an entry; what a lead with its decision takes.
    private static let entryBytes = 700
    private static let proofCount = 2_000
    private static let batch: UInt64 = 65_536

    /// A benchmark that works in `directory`, which must be empty and is left to the caller to remove.
    public init(directory: String, leaves: UInt64, entries: UInt64) {
        self.directory = directory
        self.leaves = leaves
        self.entries = entries
    }

    /// All measurements; `report` is given each figure as it comes.
    public func run(_ report: (BenchmarkFigure) -> Void) throws {
        try journal(report)
        try proofs(report)
    }

    private func journal(_ report: (BenchmarkFigure) -> Void) throws {
        let journal = try JournalDatabase.open(path: directory + "/journal.db")
        let trees = try TreeDatabase.open(path: directory + "/small-tree.db")
        for start in stride(from: UInt64(0), to: entries, by: 10_000) {
            let batch = (start..<min(start + 10_000, entries)).map { position in
                let bytes = (0..<Self.entryBytes).map { UInt8(truncatingIfNeeded: UInt64($0) &* 31 &+ position) }
                return PendingEntry(
                    program: "bench", position: position, stampMicros: Int64(position), bytes: bytes, eventCount: 1)
            }
            try journal.write { _ = try JournalWriter().append(batch, in: $0) }
        }
        let following = try Self.seconds {
            _ = try TreeFollower(journal: journal, trees: trees).catchUp(program: "bench")
        }
        report(
            BenchmarkFigure(
                name: "chain checked, tree built and stored", value: Double(entries) / following, unit: "1/s",
                aim: 200_000))
        var range = CompactRange()
        let checking = try Self.seconds {
            try journal.read {
                _ = try ChainVerifier().verifyLeaves(program: "bench", in: $0, archived: { _, _ in }) { _, leaf, _ in
                    range.append(leaf)
                }
            }
        }
        report(
            BenchmarkFigure(
                name: "chain and root recomputed", value: Double(entries) / checking, unit: "1/s", aim: 200_000))
    }

    private func proofs(_ report: (BenchmarkFigure) -> Void) throws {
        let trees = try TreeDatabase.open(path: directory + "/tree.db")
        let store = TreeStore(program: "bench")
        let building = try Self.seconds {
            for start in stride(from: UInt64(0), to: leaves, by: UInt64.Stride(Self.batch)) {
                let batch = (start..<min(start + Self.batch, leaves)).lazy.map(Self.leaf)
                try trees.write { try store.append(batch, link: MerkleHash.empty, in: $0) }
            }
        }
        report(
            BenchmarkFigure(
                name: "synthetic leaves appended to \(leaves)", value: Double(leaves) / building, unit: "1/s"))
        var chance = SplitMix64(seed: 6)
        let size = leaves
        func index() -> UInt64 { chance.below(size) }
        try measure("inclusion proof", report) {
            try trees.read { _ = try store.proofs(in: $0).inclusion(of: index(), size: size) }
        }
        try measure("consistency proof", report) {
            try trees.read { _ = try store.proofs(in: $0).consistency(from: index() + 1, to: size) }
        }
        let (root, at) = (try trees.read { try store.proofs(in: $0).root(size: size) }, index())
        let path = try trees.read { try store.proofs(in: $0).inclusion(of: at, size: size) }
        try measure("inclusion verified", report) {
            try MerkleVerification.inclusion(of: Self.leaf(at), at: at, size: size, root: root, path: path)
        }
    }

    /// Mean and longest of many, each from a cold cache of ours.
    private func measure(_ name: String, _ report: (BenchmarkFigure) -> Void, _ body: () throws -> Void) throws {
        var (sum, longest) = (0.0, 0.0)
        for _ in 0..<Self.proofCount {
            let seconds = try Self.seconds(body)
            (sum, longest) = (sum + seconds, max(longest, seconds))
        }
        let aim = name.hasSuffix("proof") ? 5.0 : nil
        report(
            BenchmarkFigure(name: "\(name), mean", value: sum / Double(Self.proofCount) * 1_000, unit: "ms", aim: aim))
        report(
            BenchmarkFigure(
                name: "\(name), longest of \(Self.proofCount)", value: longest * 1_000, unit: "ms", aim: aim))
    }

    private static func leaf(_ index: UInt64) -> Digest {
        HashChain.leaf(of: (0..<8).map { UInt8(truncatingIfNeeded: index >> (56 - 8 * UInt64($0))) })
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body).inSeconds
    }
}
