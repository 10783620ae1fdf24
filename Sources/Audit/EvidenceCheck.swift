import Journal
import LeadlineSchemas

/// What checking one file showed.
public struct EvidenceFinding: Sendable, Codable, Equatable {
    /// The file.
    public var source: String
    /// "checkpoint", "inclusion proof", "consistency proof", "key rotation", "erasure certificate", "archive" or
    /// "unknown".
    public var kind: String
    /// What holds, in words.
    public var checked: [String] = []
    /// What could not be checked, and what it would take.
    public var notChecked: [String] = []
    /// What is wrong; nil if all that was checked holds.
    public var fault: String?
    /// True if a trusted key signed what everything else leads to.
    public var isAuthentic = false
    /// True if its signatures hold, but by a key that nobody vouches for than the file itself.
    public var isSelfSigned = false

    init(_ source: String, _ kind: String) {
        self.source = source
        self.kind = kind
    }
}

/// What checking files showed.
public struct EvidenceReport: Sendable, Codable, Equatable {
    public var findings: [EvidenceFinding]
    /// What is wrong between files.
    public var conflicts: [String] = []

    /// True if nothing that was checked is wrong.
    public var isGood: Bool { conflicts.isEmpty && findings.allSatisfy { $0.fault == nil } }
    /// True if everything rests on a trusted key.
    public var isAuthentic: Bool { !findings.isEmpty && findings.allSatisfy(\.isAuthentic) }

    /// True if every signature was checked, by a trusted key or by the one that an archive itself names.
    public var isSigned: Bool { !findings.isEmpty && findings.allSatisfy { $0.isAuthentic || $0.isSelfSigned } }
}

/// Checks files against keys and against each other, from their bytes alone: no data folder, no vault, no network.
public struct EvidenceCheck {
    /// One file.
    public struct File: Sendable {
        public var source: String
        public var bytes: [UInt8]

        /// A file and its name for the report.
        public init(source: String, bytes: [UInt8]) {
            self.source = source
            self.bytes = bytes
        }
    }

    private let keys: [VerifierKey]
    private var trusted: TrustedKeys
    /// Entries that were brought along, for proofs without their bytes.
    private let leaves: [Digest: String]
    private let words: any AuditWording
    private var seen: [(source: String, checkpoint: Checkpoint)] = []

    /// A check against keys.
    /// - Parameters:
    ///   - entries: stored bytes of entries that proofs are about.
    ///   - words: how an entry's events are said.
    public init(keys: [VerifierKey], entries: [File] = [], words: any AuditWording) {
        self.keys = keys
        self.words = words
        trusted = TrustedKeys(keys: keys)
        leaves = Dictionary(
            entries.map { (HashChain.leaf(of: $0.bytes), $0.source) }, uniquingKeysWith: { first, _ in first })
    }

    /// Checks all files. Statements of rotation among them count whatever their order.
    /// - Parameter archives: archives' folders, and their names for the report.
    public mutating func run(_ files: [File], archives: [(source: String, path: String)] = []) -> EvidenceReport {
        let rotations = files.compactMap { file in (try? SignedNote(file.bytes)).flatMap { try? KeyRotation($0) } }
        trusted = TrustedKeys(keys: keys, rotations: rotations)
        var findings: [EvidenceFinding] = []
        for file in files { findings.append(check(file)) }
        findings += archives.map { Self.archive($0.path, source: $0.source, keys: keys) }
        return EvidenceReport(findings: findings, conflicts: conflicts())
    }

    private mutating func check(_ file: File) -> EvidenceFinding {
        let first = String(decoding: file.bytes.prefix(128).prefix { $0 != 0x0A }, as: UTF8.self)
        var finding: EvidenceFinding
        do {
            switch first {
            case "c2sp.org/tlog-proof@v1":
                finding = EvidenceFinding(file.source, "inclusion proof")
                try check(InclusionProof(file.bytes), &finding)
            case "leadline consistency proof v1":
                finding = EvidenceFinding(file.source, "consistency proof")
                try check(ConsistencyProof(file.bytes), &finding)
            case ErasureCertificate.title:
                finding = EvidenceFinding(file.source, "erasure certificate")
                try check(ErasureCertificate(SignedNote(file.bytes)), &finding)
            case SubjectEdition.title:
                finding = EvidenceFinding(file.source, "subject's edition")
                try check(SubjectEdition(SignedNote(file.bytes)), &finding)
            case "leadline key rotation v1":
                finding = EvidenceFinding(file.source, "key rotation")
                try check(KeyRotation(SignedNote(file.bytes)), &finding)
            default:
                finding = EvidenceFinding(file.source, "checkpoint")
                try check(SignedNote(file.bytes), &finding)
            }
        } catch {
            finding = EvidenceFinding(file.source, Self.kind(first))
            finding.fault = "\(error)"
        }
        return finding
    }

    private static func kind(_ firstLine: String) -> String {
        switch firstLine {
        case "c2sp.org/tlog-proof@v1": "inclusion proof"
        case "leadline consistency proof v1": "consistency proof"
        case "leadline key rotation v1": "key rotation"
        case ErasureCertificate.title: "erasure certificate"
        case SubjectEdition.title: "subject's edition"
        default: "unknown"
        }
    }

    // MARK: Kinds

    private mutating func check(_ proof: InclusionProof, _ finding: inout EvidenceFinding) throws {
        let checkpoint = try check(proof.checkpoint, &finding)
        guard let leaf = try leaf(proof, checkpoint, &finding) else {
            finding.isAuthentic = false
            return
        }
        try proof.verify(leaf: leaf)
        finding.checked.append(
            "the entry at position \(proof.position) is in the tree of \(checkpoint.size) entries, leaf \(leaf)")
    }

    /// The leaf of the entry in the file, or of the one brought along that leads to the root.
    private func leaf(_ proof: InclusionProof, _ checkpoint: Checkpoint, _ finding: inout EvidenceFinding) throws
        -> Digest?
    {
        if let entry = proof.entry {
            finding.checked += try describe(entry, at: proof.position, checkpoint.origin)
            return HashChain.leaf(of: entry)
        }
        for (leaf, source) in leaves where (try? proof.verify(leaf: leaf)) != nil {
            finding.checked.append("the entry is the one in \(source)")
            return leaf
        }
        if leaves.isEmpty {
            finding.notChecked.append("inclusion: the file holds no entry; give its stored bytes with --entry")
            return nil
        }
        throw NoteError.badProof(reason: "none of the entries that were given with --entry leads to the root")
    }

    /// What the entry says, in words; it must say that it stands where the proof says.
    private func describe(_ bytes: [UInt8], at position: UInt64, _ origin: String) throws -> [String] {
        guard let entry = try? EntryCodec.decode(bytes) else {
            return ["the entry's bytes are hashed as they are; this version cannot read them"]
        }
        guard entry.position == position else {
            throw NoteError.badProof(
                reason: "the entry says that it stands at position \(entry.position), the proof says \(position)")
        }
        let program = LogOrigin.parts(origin)?.program ?? origin
        return [
            "it says: \(program)/\(position), \(RFC3339Text.format(entry.stamp)), \(words.line(entry.events, currency: ""))"
        ]
    }

    private mutating func check(_ proof: ConsistencyProof, _ finding: inout EvidenceFinding) throws {
        let old = try check(proof.old, &finding)
        let isAuthentic = finding.isAuthentic
        let new = try check(proof.new, &finding)
        finding.isAuthentic = finding.isAuthentic && isAuthentic
        try proof.verify()
        finding.checked.append(
            "the stream of \(new.size) entries begins with the one of \(old.size): nothing was changed, left out or cut off"
        )
    }

    private mutating func check(_ certificate: ErasureCertificate, _ finding: inout EvidenceFinding) throws {
        let checkpoint = try check(certificate.proof.checkpoint, &finding)
        if trusted.includesLogs {
            let key = try trusted.verify(
                certificate.note, Checkpoint(origin: certificate.origin, size: checkpoint.size, root: checkpoint.root))
            finding.checked.append("the statement is signed by \(key.name)+\(key.idText)")
        }
        try certificate.verifyContents()
        finding.checked.append("the erasure stands in the journal at position \(certificate.statement.position)")
        finding.checked += certificate.statement.lines
    }

    private mutating func check(_ edition: SubjectEdition, _ finding: inout EvidenceFinding) throws {
        let checkpoint = try check(edition.checkpoint, &finding)
        if trusted.includesLogs {
            let key = try trusted.verify(
                edition.note, Checkpoint(origin: edition.origin, size: checkpoint.size, root: checkpoint.root))
            finding.checked.append("the edition is signed by \(key.name)+\(key.idText)")
        }
        try edition.verifyContents()
        finding.checked.append(
            "it was made \(edition.statement.made) in the language '\(edition.statement.language)', from the first \(checkpoint.size) entries; it says:"
        )
        finding.checked += edition.statement.lines.filter { !$0.isEmpty }
    }

    private func check(_ rotation: KeyRotation, _ finding: inout EvidenceFinding) throws {
        finding.checked.append(
            "\(rotation.old.name)+\(rotation.old.idText) names \(rotation.new.name)+\(rotation.new.idText) as its successor, and signed that"
        )
        let isLed = keys.contains { key in
            (try? KeySuccession(first: key, rotations: trusted.rotations))?.keys.contains {
                $0.publicKey == rotation.old.publicKey
            } ?? false
        }
        finding.isAuthentic = isLed
        if !isLed { finding.notChecked.append("whether the old key is one you trust: give --key") }
    }

    @discardableResult
    private mutating func check(_ note: SignedNote, _ finding: inout EvidenceFinding) throws -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        seen.append((finding.source, checkpoint))
        let place = "\(checkpoint.origin) at \(checkpoint.size) entries"
        if trusted.includesLogs {
            let key = try trusted.verify(note, checkpoint)
            finding.checked.append(
                "the checkpoint of \(place) is signed by \(key.name)+\(key.idText), root \(checkpoint.root)")
            finding.isAuthentic = true
        } else {
            finding.notChecked.append("who signed the checkpoint of \(place): give the log's verifier key with --key")
        }
        for witness in try trusted.witnesses(of: note) {
            finding.checked.append("\(witness.key.name) cosigned it at \(RFC3339Text.format(seconds: witness.time))")
        }
        let known = try trusted.witnesses(of: note).count
        let others = note.signatures.count - known - (finding.isAuthentic ? 1 : 0)
        if finding.isAuthentic && others > 0 {
            finding.notChecked.append(
                "\(others) more signature\(others == 1 ? "" : "s") under it, by keys that were not given")
        }
        return checkpoint
    }

    /// One log has one root at one size; two of them mean that different people were shown different histories.
    private func conflicts() -> [String] {
        var conflicts: [String] = []
        for (index, first) in seen.enumerated() {
            for second in seen[(index + 1)...]
            where first.checkpoint.origin == second.checkpoint.origin
                && first.checkpoint.size == second.checkpoint.size && first.checkpoint.root != second.checkpoint.root
            {
                conflicts.append(
                    "\(first.source) and \(second.source) are two histories of \(first.checkpoint.origin): other roots at \(first.checkpoint.size) entries"
                )
            }
        }
        return conflicts
    }
}
