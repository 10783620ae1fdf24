/// A log's size and Merkle root at a moment: the text of a C2SP tlog-checkpoint.
public struct Checkpoint: Sendable, Equatable {
    /// Names the log: one program of one Leadline.
    public let origin: String
    /// Number of entries.
    public let size: UInt64
    /// The root over them (RFC 9162 section 2.1.1).
    public let root: Digest
    /// Lines after these three; what they mean is the log's own affair.
    public let extensions: [String]

    /// A checkpoint from its parts.
    public init(origin: String, size: UInt64, root: Digest, extensions: [String] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads a note's text, strictly.
    ///
    /// - Throws: ``NoteError/badCheckpoint(reason:)``.
    public init(text: String) throws(NoteError) {
        let lines = text.lines
        guard lines.count >= 4, lines.last == "", !lines.dropLast().contains("") else {
            throw .badCheckpoint(reason: "it must have an origin, a size and a root, each on a line")
        }
        guard let size = Self.size(lines[1]) else {
            throw .badCheckpoint(reason: "its second line is not a size in decimal without leading zeroes")
        }
        guard let root = Base64.digest(lines[2]) else {
            throw .badCheckpoint(reason: "its third line is not the base64 of 32 bytes")
        }
        guard size > 0 || root == MerkleHash.empty else {
            throw .badCheckpoint(reason: "the tree without entries has another root")
        }
        self.init(origin: String(lines[0]), size: size, root: root, extensions: lines[3...].dropLast().map(String.init))
    }

    /// The note's text.
    public var text: String {
        ([origin, "\(size)", Base64.encode(root)] + extensions).map { $0 + "\n" }.joined()
    }

    /// Decimal without leading zeroes; `nil` for anything else.
    static func size(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            text == "0" || !text.hasPrefix("0")
        else { return nil }
        return UInt64(text)
    }
}

/// How logs are named. A log's name is drawn or chosen once and kept with its key; each program of it is a log of its
/// own, so that one program's checkpoint never passes for another's.
public enum LogOrigin {
    /// The origin of a program's checkpoints, which is also their key's name.
    public static func of(_ program: String, in log: String) -> String { "\(log)/\(program)" }

    /// The program and the log that an origin names; `nil` if it names none. Program ids hold no slash.
    public static func parts(_ origin: String) -> (log: String, program: String)? {
        guard let slash = origin.unicodeScalars.lastIndex(of: "/"), slash > origin.startIndex else { return nil }
        let program = origin[origin.unicodeScalars.index(after: slash)...]
        return program.isEmpty ? nil : (String(origin[..<slash]), String(program))
    }
}
