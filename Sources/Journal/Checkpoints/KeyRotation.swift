/// A log's statement, signed by its old key, that from now on a new one signs.
///
/// It is a signed note. Its text cannot be taken for a checkpoint's, whose second line is a number:
///
///     leadline key rotation v1
///     log example.com/leads
///     time 1767571200
///     from example.com/leads+1d9f0a12+AX...
///     to example.com/leads+88c1e2b3+AY...
public struct KeyRotation: Sendable, Equatable {
    /// The log's name.
    public let log: String
    /// When, Unix seconds by the log's clock.
    public let time: UInt64
    /// The key that signs the statement.
    public let old: VerifierKey
    /// The key that it names.
    public let new: VerifierKey

    private static let title = "leadline key rotation v1"

    /// The statement, signed.
    ///
    /// - Throws: ``NoteError/badKey(reason:)`` if the keys' names differ, ``NoteError/notSigned(reason:)``.
    public static func sign(from old: SignerKey, to new: VerifierKey, time: UInt64) throws(NoteError) -> SignedNote {
        guard old.verifier.name == new.name else { throw .badKey(reason: "a log keeps its name when its key changes") }
        var note = try SignedNote(
            text: """
                \(title)
                log \(new.name)
                time \(time)
                from \(old.verifier)
                to \(new)

                """)
        try note.sign(old)
        return note
    }

    /// Reads a statement and checks that its old key signed it.
    ///
    /// - Throws: ``NoteError/badRotation(reason:)``, ``NoteError/badKey(reason:)``,
    ///   ``NoteError/unsigned(key:)``, ``NoteError/wrongSignature(key:)``.
    public init(_ note: SignedNote) throws(NoteError) {
        let lines = note.text.lines
        guard lines.count == 6, lines[0] == Self.title, lines[5] == "" else {
            throw .badRotation(reason: "it must have the title '\(Self.title)' and four lines: log, time, from, to")
        }
        guard let log = Self.value("log", lines[1]),
            let time = Self.value("time", lines[2]).flatMap({ Checkpoint.size($0) }),
            let from = Self.value("from", lines[3]), let to = Self.value("to", lines[4])
        else { throw .badRotation(reason: "its lines are not log, time, from and to") }
        (self.log, self.time) = (log, time)
        old = try VerifierKey(from)
        new = try VerifierKey(to)
        guard old.name == log, new.name == log else { throw .badRotation(reason: "its keys belong to another log") }
        try note.verify(old)
    }

    /// True if the text is meant to be such a statement.
    public static func isMeant(by text: String) -> Bool { text.utf8.starts(with: (title + "\n").utf8) }

    private static func value(_ name: String, _ line: Substring) -> String? {
        line.utf8.starts(with: (name + " ").utf8) ? String(line.unicodeScalars.dropFirst(name.utf8.count + 1)) : nil
    }
}

/// The keys that may have signed for a log: a first one that is trusted, and those that statements lead to from it.
public struct KeySuccession: Sendable, Equatable {
    /// The log's name.
    public let log: String
    /// In order, the first one first.
    public let keys: [VerifierKey]

    /// Follows statements from a trusted key, each of which must be signed by the key before it.
    ///
    /// `first` may carry the log's name or the origin of one of its programs. Statements that lead
    /// up to the trusted key are passed over: it is trusted from itself on.
    /// - Throws: ``NoteError/badRotation(reason:)`` if one key names two successors: then somebody
    ///   else has it too.
    public init(first: VerifierKey, rotations: [KeyRotation]) throws(NoteError) {
        let named = rotations.first { $0.old.publicKey == first.publicKey || $0.new.publicKey == first.publicKey }
        let log = named?.log ?? first.name
        var (keys, newest) = ([first], first)
        // No key comes twice, so that statements in a circle end too.
        while true {
            let successors = Set(rotations.filter { $0.log == log && $0.old.publicKey == newest.publicKey }.map(\.new))
            guard successors.count <= 1 else {
                throw .badRotation(
                    reason: "\(newest.name)+\(newest.idText) names two successors, so somebody else has it too")
            }
            guard let next = successors.first, !keys.contains(where: { $0.publicKey == next.publicKey }) else { break }
            keys.append(next)
            newest = next
        }
        self.log = log
        self.keys = keys
    }

    /// Checks that one of the keys signed a checkpoint under its origin's name, and says which.
    ///
    /// - Throws: ``NoteError/unsigned(key:)`` naming the newest key, ``NoteError/wrongSignature(key:)``.
    @discardableResult
    public func verify(_ note: SignedNote, origin: String) throws(NoteError) -> VerifierKey {
        for key in keys.reversed() {
            let key = try key.named(origin)
            if note.signatures.contains(where: { $0.name == key.name && $0.keyID == key.id }) {
                try note.verify(key)
                return key
            }
        }
        throw .unsigned(key: "\(origin)+\(try keys[keys.count - 1].named(origin).idText)")
    }
}
