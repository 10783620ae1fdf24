import Foundation
import Journal

extension EvidenceCheck {
    /// Checks an archive's folder from its files alone: hashes, every entry against chain, tree and every checkpoint,
    /// signatures. Keys in the archive count only where none was given, and then the finding says so.
    public static func archive(_ path: String, source: String, keys: [VerifierKey]) -> EvidenceFinding {
        var finding = EvidenceFinding(source, "archive")
        do {
            try check(ArchiveReader(path), keys, &finding)
        } catch {
            finding.fault = "\(error)"
        }
        return finding
    }

    private static func check(_ archive: ArchiveReader, _ keys: [VerifierKey], _ finding: inout EvidenceFinding) throws
    {
        finding.checked.append("\(archive.fileCount) files have the hashes that the manifest names")
        let isGiven = keys.contains { $0.type == .ed25519 }
        let rotations = try archive.rotations().map { try KeyRotation($0) }
        if !rotations.isEmpty {
            finding.checked.append(
                "\(rotations.count) rotation\(rotations.count == 1 ? "" : "s") of the log's key, each signed by the key before"
            )
        }
        let trusted = TrustedKeys(keys: isGiven ? keys : keys + [archive.firstKey], rotations: rotations)
        var isCovered = true
        for program in archive.index.programs { try check(program, archive, trusted, isCovered: &isCovered, into: &finding) }
        finding.isAuthentic = isGiven && isCovered
        finding.isSelfSigned = !isGiven && isCovered
        if !isGiven {
            finding.notChecked.append(
                "whether the archive's own key, \(archive.firstKey), is the log's: compare it with one that you got another way, or give that with --key"
            )
        }
        finding.notChecked.append(
            "whether decisions come out again: 'leadline audit verify --archive' decides every input again")
    }

    private static func check(
        _ program: ArchiveIndex.Program, _ archive: ArchiveReader, _ trusted: TrustedKeys, isCovered: inout Bool,
        into finding: inout EvidenceFinding
    ) throws {
        var held: [HeldCheckpoint] = []
        var witnesses: Set<String> = []
        for note in try archive.checkpoints(program) {
            let checkpoint = try Checkpoint(text: note.text)
            guard LogOrigin.parts(checkpoint.origin)?.program == program.program else {
                throw NoteError.badCheckpoint(
                    reason: "its origin is \(checkpoint.origin), not one of \(program.program)")
            }
            try trusted.verify(note, checkpoint)
            for witness in try trusted.witnesses(of: note) { witnesses.insert(witness.key.name) }
            held.append(HeldCheckpoint(checkpoint: checkpoint, source: "in the archive"))
        }
        var tree = TreeCheck(program: program.program, stored: nil, checkpoints: held, base: try program.treeStart())
        var link = try program.chainStart()
        try archive.forEachEntry(program) { _, bytes in
            let leaf = HashChain.leaf(of: bytes)
            link = HashChain.link(after: link, leaf: leaf)
            try tree.take(leaf)
        }
        try tree.finish()
        if let fault = tree.faults.first { throw fault }
        guard "\(link)" == program.head else {
            throw ArchiveError.damaged("the entries of \(program.program) do not lead to the head that the index names")
        }
        let place = program.start > 0 ? " from position \(program.start) on" : ""
        finding.checked.append(
            "\(program.program): \(program.entries) entries\(place), chain head and root \(tree.root) recomputed; \(held.count) checkpoint\(held.count == 1 ? "" : "s") signed and equal"
        )
        for name in witnesses.sorted() { finding.checked.append("\(program.program): cosigned by \(name)") }
        let covered = held.map(\.checkpoint.size).max() ?? 0
        if program.start > 0 {
            finding.notChecked.append(
                "\(program.program): the entries before position \(program.start), which other archives hold")
        }
        if covered < program.next {
            isCovered = false
            finding.notChecked.append(
                "\(program.program): no checkpoint covers the entries from position \(covered) on")
        }
    }
}
