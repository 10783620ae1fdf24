/// Whose word counts: logs' keys with their successors, and witnesses' keys.
public struct TrustedKeys: Sendable {
    /// Keys that somebody vouches for: logs' (``NoteSignatureType/ed25519``) and witnesses'.
    public let keys: [VerifierKey]
    /// Statements that lead from them to newer ones.
    public let rotations: [KeyRotation]

    /// Keys and the statements that may lead on from them.
    public init(keys: [VerifierKey], rotations: [KeyRotation] = []) {
        self.keys = keys
        self.rotations = rotations
    }

    /// True if a log's key is among them.
    public var includesLogs: Bool { keys.contains { $0.type == .ed25519 } }

    /// Checks that a checkpoint's log signed it, and says by which key.
    ///
    /// A key counts for the origin that it is named after, and for every program of the log that it is named after.
    /// - Throws: ``NoteError``.
    @discardableResult
    public func verify(_ note: SignedNote, _ checkpoint: Checkpoint) throws(NoteError) -> VerifierKey {
        let logs = keys.filter { $0.type == .ed25519 && Self.isFor($0, checkpoint.origin) }
        guard !logs.isEmpty else { throw .unsigned(key: "a key you trust for \(checkpoint.origin)") }
        var failure: NoteError?
        for key in logs {
            let succession = try KeySuccession(first: key, rotations: rotations)
            do { return try succession.verify(note, origin: checkpoint.origin) } catch {
                // A wrong signature says more than a missing one.
                if case .wrongSignature = error { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? .unsigned(key: checkpoint.origin)
    }

    /// True if a key from before the trusted ones signed a checkpoint, and statements lead from that key to one of them.
    /// Whoever trusts the newer key vouches for nothing older: such a checkpoint proves nothing, and is no fault.
    public func isOlder(_ note: SignedNote, _ checkpoint: Checkpoint) -> Bool {
        var newest = keys.filter { $0.type == .ed25519 && Self.isFor($0, checkpoint.origin) }
        var seen = newest
        while let key = newest.popLast() {
            for statement in rotations where statement.new.publicKey == key.publicKey {
                let old = statement.old
                if seen.contains(where: { $0.publicKey == old.publicKey }) { continue }
                if let named = try? old.named(checkpoint.origin), (try? note.verify(named)) != nil { return true }
                seen.append(old)
                newest.append(old)
            }
        }
        return false
    }

    /// True if a trusted key signed a checkpoint, false if one from before it did, as ``isOlder(_:_:)`` says.
    /// - Throws: ``NoteError`` if neither did.
    public func vouches(for note: SignedNote, _ checkpoint: Checkpoint) throws(NoteError) -> Bool {
        let failure: NoteError
        do {
            try verify(note, checkpoint)
            return true
        } catch { failure = error }
        if isOlder(note, checkpoint) { return false }
        throw failure
    }

    /// The witnesses among the keys that cosigned, with their times, Unix seconds.
    ///
    /// - Throws: ``NoteError/wrongSignature(key:)`` if a line says it is a known witness's and is not.
    public func witnesses(of note: SignedNote) throws(NoteError) -> [(key: VerifierKey, time: UInt64)] {
        var found: [(key: VerifierKey, time: UInt64)] = []
        for key in keys where key.type == .cosignature {
            guard note.signatures.contains(where: { $0.name == key.name && $0.keyID == key.id }) else { continue }
            found.append((key, try note.cosignedTime(key)))
        }
        return found
    }

    private static func isFor(_ key: VerifierKey, _ origin: String) -> Bool {
        key.name == origin || LogOrigin.parts(origin)?.log == key.name
    }
}
