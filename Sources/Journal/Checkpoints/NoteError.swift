/// What is wrong with a note, a key, a checkpoint or a proof file. Texts quote no key's secret.
public enum NoteError: Error, Equatable, Sendable {
    /// The text is no signed note (C2SP signed-note).
    case badNote(reason: String)
    /// The note is no checkpoint (C2SP tlog-checkpoint).
    case badCheckpoint(reason: String)
    /// The text is no key.
    case badKey(reason: String)
    /// The text is no proof.
    case badProof(reason: String)
    /// The note is no statement of a key's rotation.
    case badRotation(reason: String)
    /// The key that is trusted has not signed the note.
    case unsigned(key: String)
    /// A signature of the key that is trusted is not over this text: text or signature were changed.
    case wrongSignature(key: String)
    /// The cryptographic library could not sign.
    case notSigned(reason: String)
}

extension NoteError: CustomStringConvertible {
    /// What, and how to mend it.
    public var description: String {
        switch self {
        case .badNote(let reason): "it is no signed note: \(reason). Take the file from its source again"
        case .badCheckpoint(let reason): "it is no checkpoint: \(reason). Take the file from its source again"
        case .badKey(let reason): "the key cannot be read: \(reason)"
        case .badProof(let reason): "it is no proof: \(reason). Take the file from its source again"
        case .badRotation(let reason): "it is no statement of a key's rotation: \(reason)"
        case .unsigned(let key): "it is not signed by \(key)"
        case .wrongSignature(let key): "the signature of \(key) does not belong to this text: one of them was changed"
        case .notSigned(let reason): "signing failed: \(reason)"
        }
    }
}
