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
        var isCovered = try checkManifest(archive, trusted, &finding)
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

    /// Policies, keys, schemas and the README are bound by their hashes in the manifest, and those by its signature.
    /// - Returns: false if nobody signed the manifest.
    /// - Throws: `NoteError`, `ArchiveError` if the signature is not of this manifest.
    private static func checkManifest(
        _ archive: ArchiveReader, _ trusted: TrustedKeys, _ finding: inout EvidenceFinding
    ) throws -> Bool {
        guard let note = try archive.manifestNote() else {
            finding.notChecked.append(
                "policies, keys, schemas and README: an archive from before manifests were signed; entries are checked by chain and checkpoints"
            )
            return true
        }
        guard note.text == ArchiveManifest.statement(try archive.digest()) else {
            throw ArchiveError.damaged("its \(ArchiveLayout.manifest) is not the one that was signed")
        }
        let origins = archive.index.programs.map { LogOrigin.of($0.program, in: archive.index.log) }
        for origin in origins {
            let place = Checkpoint(origin: origin, size: 0, root: MerkleHash.empty)
            if (try? trusted.verify(note, place)) != nil {
                finding.checked.append("the manifest, and with it every file, is signed by the log's key")
                return true
            }
            if trusted.isOlder(note, place) {
                finding.notChecked.append(
                    "policies, keys, schemas and README: a key before the one you trust signed the manifest")
                return true
            }
        }
        throw NoteError.unsigned(key: "a key you trust, over the \(ArchiveLayout.manifest)")
    }

    private static func check(
        _ program: ArchiveIndex.Program, _ archive: ArchiveReader, _ trusted: TrustedKeys, isCovered: inout Bool,
        into finding: inout EvidenceFinding
    ) throws {
        var held: [HeldCheckpoint] = []
        var witnesses: Set<String> = []
        var older = 0
        for note in try archive.checkpoints(program) {
            let checkpoint = try Checkpoint(text: note.text)
            guard LogOrigin.parts(checkpoint.origin)?.program == program.program else {
                throw NoteError.badCheckpoint(
                    reason: "its origin is \(checkpoint.origin), not one of \(program.program)")
            }
            if try !trusted.vouches(for: note, checkpoint) {
                older += 1
                continue
            }
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
        if older > 0 {
            finding.notChecked.append(
                "\(program.program): \(older) checkpoint\(older == 1 ? "" : "s") signed by a key before the one you trust; not checked under this key"
            )
        }
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
