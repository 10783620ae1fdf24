import ArgumentParser
import Foundation
import Simulation

/// Chain, tree and proofs.
struct BenchProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof", abstract: "Measure chain, Merkle tree and proofs, on one core.",
        discussion: "Works in a temporary folder, which it removes. Ten million leaves take 350 MB of disk.")

    @Option(help: "Leaves of the tree that proofs are measured on.") var leaves: UInt64 = 10_000_000
    @Option(help: "Entries of the journal that chain and tree are measured on.") var entries: UInt64 = 500_000
    @Option(help: ArgumentHelp("Where the temporary folder is made.", valueName: "dir")) var directory =
        NSTemporaryDirectory()
    @Flag(help: "Print JSON instead of a table.") var json = false

    func validate() throws {
        if leaves < 1_000 || leaves > 1_000_000_000 || entries < 1_000 {
            throw ValidationError("--leaves must be from 1000 to 1000000000, --entries at least 1000")
        }
    }

    func run() async throws {
        let folder = directory + "/leadline-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        var figures: [BenchmarkFigure] = []
        try ProofBenchmark(directory: folder, leaves: leaves, entries: entries).run { figures.append($0) }
        try BenchmarkTable.show(figures, json: json)
    }
}
