/// Proof that an entry stands in a program's stream: the text of a C2SP tlog-proof, so that other tools read it too.
///
/// Its `extra` line holds the entry's stored bytes where they are given; without them whoever
/// checks it must have them.
public struct InclusionProof: Sendable, Equatable {
    /// Position of the entry.
    public let position: UInt64
    /// The entry's stored bytes, or `nil`.
    public let entry: [UInt8]?
    /// From the leaf's sibling up (RFC 9162 section 2.1.3.1).
    public let path: [Digest]
    /// The checkpoint that the proof leads to, signed.
    public let checkpoint: SignedNote

    static let title = "c2sp.org/tlog-proof@v1"

    /// A proof from its parts.
    public init(position: UInt64, entry: [UInt8]?, path: [Digest], checkpoint: SignedNote) {
        self.position = position
        self.entry = entry
        self.path = path
        self.checkpoint = checkpoint
    }

    /// Reads a proof file.
    ///
    /// - Throws: ``NoteError/badProof(reason:)``, ``NoteError/badNote(reason:)``.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        var lines = try ProofLines(bytes, title: Self.title)
        entry = try lines.optional("extra").map { (text) throws(NoteError) in try ProofLines.base64(text, "extra") }
        guard let position = Checkpoint.size(try lines.required("index")) else {
            throw .badProof(reason: "its index is not a decimal number")
        }
        self.position = position
        path = try lines.digests()
        checkpoint = try SignedNote(lines.rest)
    }

    /// The proof as a file.
    public var text: String {
        let extra = entry.map { "extra \(Base64.encode($0))\n" } ?? ""
        return
            "\(Self.title)\n\(extra)index \(position)\n\(path.map { Base64.encode($0) + "\n" }.joined())\n\(checkpoint)"
    }

    /// Checks that a leaf, or the entry in the file, leads to the checkpoint. Signatures are checked apart.
    ///
    /// - Throws: ``ProofFault``; ``NoteError``.
    public func verify(leaf: Digest) throws {
        let checkpoint = try Checkpoint(text: checkpoint.text)
        try MerkleVerification.inclusion(
            of: leaf, at: position, size: checkpoint.size, root: checkpoint.root, path: path)
    }
}

/// Proof that a program's stream at one checkpoint goes on to that at another, nothing changed or left out.
///
/// A text: a title, the digests in base64, one a line, and after an empty line each the two
/// checkpoints, the older first, parted by a line `--`.
public struct ConsistencyProof: Sendable, Equatable {
    /// RFC 9162 section 2.1.4.1.
    public let path: [Digest]
    /// The older checkpoint, signed.
    public let old: SignedNote
    /// The newer checkpoint, signed.
    public let new: SignedNote

    static let title = "leadline consistency proof v1"
    private static let parting = "--\n"

    /// A proof from its parts.
    public init(path: [Digest], old: SignedNote, new: SignedNote) {
        self.path = path
        self.old = old
        self.new = new
    }

    /// Reads a proof file.
    ///
    /// - Throws: ``NoteError/badProof(reason:)``, ``NoteError/badNote(reason:)``.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        var lines = try ProofLines(bytes, title: Self.title)
        path = try lines.digests()
        guard let (first, second) = lines.rest(partedBy: Self.parting) else {
            throw .badProof(reason: "a line '--' must part the two checkpoints")
        }
        old = try SignedNote(first)
        new = try SignedNote(second)
    }

    /// The proof as a file.
    public var text: String {
        "\(Self.title)\n\(path.map { Base64.encode($0) + "\n" }.joined())\n\(old)\(Self.parting)\(new)"
    }

    /// Checks that the older tree is the beginning of the newer. Signatures are checked apart.
    ///
    /// - Throws: ``ProofFault``; ``NoteError``.
    public func verify() throws {
        let (first, second) = (try Checkpoint(text: old.text), try Checkpoint(text: new.text))
        guard first.origin == second.origin else {
            throw NoteError.badProof(reason: "its checkpoints are of two logs, \(first.origin) and \(second.origin)")
        }
        try MerkleVerification.consistency(from: first.size, first.root, to: second.size, second.root, path: path)
    }
}

/// The head of a proof file, line by line, and the notes after it.
private struct ProofLines {
    /// More than the largest entry in base64, 64 digests and two notes.
    private static let bytesMax = 24 << 20
    /// Digests that the largest tree can need.
    private static let digestsMax = 65

    private var left: ArraySlice<UInt8>

    init(_ bytes: [UInt8], title: String) throws(NoteError) {
        guard bytes.count <= Self.bytesMax else { throw .badProof(reason: "it is longer than \(Self.bytesMax) bytes") }
        left = bytes[...]
        guard next() == title else { throw .badProof(reason: "its first line is not '\(title)'") }
    }

    /// Everything that is left.
    var rest: [UInt8] { Array(left) }

    /// What is left before and after a line of its own.
    func rest(partedBy parting: String) -> ([UInt8], [UInt8])? {
        guard let text = String(validating: left, as: UTF8.self), let place = text.firstRange(of: "\n" + parting) else {
            return nil
        }
        return (Array((text[..<place.lowerBound] + "\n").utf8), Array(text[place.upperBound...].utf8))
    }

    /// The value of the next line, if it begins with this word.
    mutating func optional(_ word: String) throws(NoteError) -> String? {
        let before = left
        if let line = next(), line.utf8.starts(with: (word + " ").utf8) {
            return String(line.unicodeScalars.dropFirst(word.utf8.count + 1))
        }
        left = before
        return nil
    }

    mutating func required(_ word: String) throws(NoteError) -> String {
        guard let value = try optional(word) else { throw .badProof(reason: "the line '\(word)' is missing") }
        return value
    }

    /// Digests, one a line, up to an empty line.
    mutating func digests() throws(NoteError) -> [Digest] {
        var digests: [Digest] = []
        while let line = next() {
            if line.isEmpty { return digests }
            guard digests.count < Self.digestsMax else {
                throw .badProof(reason: "it has more than \(Self.digestsMax) digests")
            }
            guard let digest = Base64.digest(line) else {
                throw .badProof(reason: "a line is not the base64 of 32 bytes")
            }
            digests.append(digest)
        }
        throw .badProof(reason: "it ends before its checkpoint")
    }

    static func base64(_ text: String, _ word: String) throws(NoteError) -> [UInt8] {
        guard let bytes = Base64.decode(text) else { throw .badProof(reason: "its line '\(word)' is not base64") }
        return bytes
    }

    private mutating func next() -> String? {
        guard let end = left.firstIndex(of: 0x0A) else { return nil }
        defer { left = left[(end + 1)...] }
        return String(validating: left[..<end], as: UTF8.self)
    }
}
