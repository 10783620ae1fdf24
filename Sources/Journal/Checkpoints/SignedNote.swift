/// A text with the signatures under it (C2SP signed-note).
///
/// Reading is strict and writing exact: a note that is read and written again is the same bytes.
public struct SignedNote: Sendable, Equatable, CustomStringConvertible {
    /// One signature line.
    public struct Signature: Sendable, Hashable {
        /// The key's name.
        public let name: String
        /// The key's id.
        public let keyID: UInt32
        /// What follows the id: for Ed25519 64 bytes, for a cosignature a time before them.
        public let bytes: [UInt8]
    }

    /// A note is no longer than this, so that a hostile file costs little. Sixteen post-quantum
    /// signatures fit.
    public static let bytesMax = 131_072
    /// A note has no more signatures than this.
    public static let signaturesMax = 64

    /// What is signed; ends with a newline.
    public let text: String
    /// At least one once it is written out.
    public private(set) var signatures: [Signature]

    /// A text that nobody has signed yet.
    ///
    /// - Throws: ``NoteError/badNote(reason:)`` for a text that no note can have.
    public init(text: String) throws(NoteError) {
        guard text.utf8.last == UInt8(ascii: "\n"), text.utf8.count > 1 else {
            throw .badNote(reason: "its text is empty or does not end with a newline")
        }
        guard Self.isClean(text) else { throw .badNote(reason: "it holds a control character") }
        self.text = text
        signatures = []
    }

    /// Reads a note.
    ///
    /// - Throws: ``NoteError/badNote(reason:)``.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.bytesMax else { throw .badNote(reason: "it is longer than \(Self.bytesMax) bytes") }
        guard let whole = String(validating: bytes, as: UTF8.self) else { throw .badNote(reason: "it is not UTF-8") }
        let lines = whole.lines
        guard lines.last == "", let blank = lines.dropLast().lastIndex(of: ""), blank > 0 else {
            throw .badNote(reason: "no empty line parts text and signatures, or it does not end with a newline")
        }
        try self.init(text: lines[..<blank].joined(separator: "\n") + "\n")
        let signed = lines[(blank + 1)...].dropLast()
        guard !signed.isEmpty, signed.count <= Self.signaturesMax else {
            throw .badNote(reason: "it has \(signed.count) signatures; 1 to \(Self.signaturesMax) are allowed")
        }
        for line in signed { signatures.append(try Self.signature(line)) }
    }

    /// The note as it is kept and sent.
    public var description: String {
        text + "\n"
            + signatures.map { signature in
                let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.keyID >> (24 - 8 * $0)) }
                return "\u{2014} \(signature.name) \(Base64.encode(id + signature.bytes))\n"
            }.joined()
    }

    /// The note as bytes.
    public var bytes: [UInt8] { Array(description.utf8) }

    private static func signature(_ line: Substring) throws(NoteError) -> Signature {
        let parts = line.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { Substring($0) }
        guard parts.count == 3, parts[0] == "\u{2014}", VerifierKey.isName(String(parts[1])) else {
            throw .badNote(reason: "a signature line must be a dash, a name and base64")
        }
        guard let bytes = Base64.decode(parts[2]), bytes.count > 4 else {
            throw .badNote(reason: "the signature of \(parts[1]) is not base64 of more than four bytes")
        }
        let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Signature(name: String(parts[1]), keyID: id, bytes: Array(bytes.dropFirst(4)))
    }

    private static func isClean(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
    }
}

// MARK: - Signing and verifying

extension SignedNote {
    /// Adds a signature over the text.
    ///
    /// - Throws: ``NoteError/notSigned(reason:)``.
    public mutating func sign(_ key: SignerKey) throws(NoteError) {
        precondition(key.verifier.type == .ed25519, "a witness signs with a time; see cosign")
        add(Signature(name: key.verifier.name, keyID: key.verifier.id, bytes: try key.signature(of: Array(text.utf8))))
    }

    /// Adds signature lines that are not there yet, unverified.
    mutating func add(_ signature: Signature) {
        if !signatures.contains(signature) { signatures.append(signature) }
    }

    /// Checks every signature that says it is the key's; there must be one.
    ///
    /// Signatures of other keys say nothing and are passed over, as the format demands.
    /// - Throws: ``NoteError/unsigned(key:)``, ``NoteError/wrongSignature(key:)``.
    public func verify(_ key: VerifierKey) throws(NoteError) {
        let mine = signatures.filter { $0.name == key.name && $0.keyID == key.id }
        if mine.isEmpty { throw .unsigned(key: "\(key.name)+\(key.idText)") }
        for signature in mine where !isGood(signature, key) { throw .wrongSignature(key: "\(key.name)+\(key.idText)") }
    }

    private func isGood(_ signature: Signature, _ key: VerifierKey) -> Bool {
        switch key.type {
        case .ed25519: key.isSignature(signature.bytes, of: Array(text.utf8))
        case .cosignature: Cosignature(signature).map { key.isSignature($0.signature, of: $0.message(text)) } ?? false
        }
    }
}
