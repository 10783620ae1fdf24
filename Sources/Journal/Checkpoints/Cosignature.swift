/// A witness's statement that it saw this checkpoint follow from all it saw before (C2SP
/// tlog-cosignature, `cosignature/v1`).
public struct Cosignature: Sendable, Equatable {
    /// When it was made, Unix seconds by the witness's clock.
    public let time: UInt64
    /// Ed25519, 64 bytes.
    let signature: [UInt8]

    init(time: UInt64, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    /// `nil` if the bytes are no cosignature: a big-endian time below 2^63 and 64 bytes.
    init?(_ line: SignedNote.Signature) {
        guard line.bytes.count == 72 else { return nil }
        time = line.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max) else { return nil }
        signature = Array(line.bytes.dropFirst(8))
    }

    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * $0)) } + signature }

    /// What is signed: the time, then the whole text.
    static func message(time: UInt64, text: String) -> [UInt8] { Array("cosignature/v1\ntime \(time)\n\(text)".utf8) }

    func message(_ text: String) -> [UInt8] { Self.message(time: time, text: text) }
}

extension SignedNote {
    /// Adds a witness's cosignature.
    ///
    /// - Parameter time: Unix seconds.
    /// - Throws: ``NoteError/notSigned(reason:)``.
    public mutating func cosign(_ key: SignerKey, time: UInt64) throws(NoteError) {
        precondition(key.verifier.type == .cosignature, "a log signs without a time; see sign")
        precondition(time <= UInt64(Int64.max), "times stay below 2^63")
        let signature = try key.signature(of: Cosignature.message(time: time, text: text))
        let line = Cosignature(time: time, signature: signature)
        add(Signature(name: key.verifier.name, keyID: key.verifier.id, bytes: line.bytes))
    }

    /// When a witness cosigned, Unix seconds; the newest if it did so more than once.
    ///
    /// - Throws: ``NoteError/unsigned(key:)``, ``NoteError/wrongSignature(key:)``.
    public func cosignedTime(_ key: VerifierKey) throws(NoteError) -> UInt64 {
        try verify(key)
        let times = signatures.filter { $0.name == key.name && $0.keyID == key.id }.compactMap { Cosignature($0)?.time }
        guard let newest = times.max() else { throw .unsigned(key: "\(key.name)+\(key.idText)") }
        return newest
    }

    /// Takes over the signature lines of the same text that one of the keys made, each verified
    /// first. Returns how many are new.
    ///
    /// - Throws: ``NoteError/badNote(reason:)`` if the text is another,
    ///   ``NoteError/wrongSignature(key:)``, ``NoteError/unsigned(key:)`` if none of the keys signed.
    public mutating func adopt(_ other: SignedNote, of keys: [VerifierKey]) throws(NoteError) -> Int {
        guard other.text == text else { throw .badNote(reason: "it signs another text") }
        let before = signatures.count
        var found = false
        for key in keys where other.signatures.contains(where: { $0.name == key.name && $0.keyID == key.id }) {
            try other.verify(key)
            found = true
            for signature in other.signatures where signature.name == key.name && signature.keyID == key.id {
                add(signature)
            }
        }
        if !found { throw .unsigned(key: keys.map { "\($0.name)+\($0.idText)" }.joined(separator: " or ")) }
        return signatures.count - before
    }
}
