import Foundation
import Journal

/// What `archive.json` says, and where an archive's files stand.
struct ArchiveIndex: Codable, Equatable {
    struct Program: Codable, Equatable {
        var program: String
        /// Under `programs/`.
        var folder: String
        /// Position of its first entry; absent where that is 0.
        var first: UInt64?
        /// Entries in the archive.
        var entries: UInt64
        /// The chain's link after the last entry, hexadecimal.
        var head: String
        /// The chain's link before the first entry, where that is not at position 0.
        var linkBefore: String?
        /// Roots of the complete subtrees over the entries before the first, the largest first.
        var peaksBefore: [String]?

        /// Position of the first entry.
        var start: UInt64 { first ?? 0 }
        /// The position after the last.
        var next: UInt64 { start + entries }

        /// The chain's link that the first entry follows.
        func chainStart() throws(ArchiveError) -> Digest {
            if start == 0 { return HashChain.start(program: program) }
            guard let link = linkBefore.flatMap({ Digest(hex: $0) }) else {
                throw .damaged("it begins at position \(start) of \(program), but does not say after which link")
            }
            return link
        }

        /// The tree over the entries before the first.
        func treeStart() throws(ArchiveError) -> CompactRange {
            let peaks = (peaksBefore ?? []).compactMap { Digest(hex: $0) }
            guard peaks.count == peaksBefore?.count ?? 0, let range = CompactRange(size: start, peaks: peaks) else {
                throw .damaged("it begins at position \(start) of \(program), but does not say after which tree")
            }
            return range
        }
    }

    var format: Int
    /// The program that is meant where none is named.
    var program: String
    /// The log's name, and the verifier key that its checkpoints begin with.
    var log: String
    var firstKey: String
    /// When it was written, RFC 3339.
    var created: String
    var programs: [Program]

    /// The newest format: an archive that begins after position 0. Others are of format 1.
    static let formatVersion = 2
}

enum ArchiveLayout {
    static let manifest = "MANIFEST"
    /// The manifest's hash, signed.
    static let manifestNote = "MANIFEST.note"
    static let index = "archive.json"
    static let readme = "README.txt"
    static let rotations = "rotations.txt"
    static let keys = "keys.txt"
    /// Parts notes in one file.
    static let parting = "--\n"
    /// An entry is no longer than this, whatever its file says.
    static let entryBytesMax = 16 << 20
    /// Small files are read whole up to this size.
    static let textBytesMax = 256 << 20

    static func entries(_ folder: String) -> String { "programs/\(folder)/entries.gz" }
    static func checkpoints(_ folder: String) -> String { "programs/\(folder)/checkpoints.txt" }
    static func policy(_ folder: String, _ position: UInt64) -> String {
        "programs/\(folder)/policies/\(position).json"
    }

    /// A folder's name for a program; ids may be "." and "..", folders may not.
    static func folder(_ program: String) -> String {
        program.utf8.first == UInt8(ascii: ".") ? "%2E" + String(program.unicodeScalars.dropFirst()) : program
    }

    /// True for a relative path that stays inside.
    static func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, path.utf8.count <= 512, path.utf8.first != UInt8(ascii: "/"),
            path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return false }
        return path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }

    static let readmeText = """
        An archive of a Leadline journal
        ================================

        Leadline routes sales leads to partners. Its journal holds one stream of entries for each partner program: what came
        in, and what was decided. This archive holds whole streams, what was signed about them, and what is needed to read
        them without Leadline.

        MANIFEST                       SHA-256 of every other file but MANIFEST.note; check with: sha256sum -c MANIFEST
        MANIFEST.note                  SHA-256 of MANIFEST, signed like a checkpoint by the log's key under each program's name
        archive.json                   programs, numbers of entries, the log's name and its first verifier key
        keys.txt                       verifier keys: name+key id+base64(01 || Ed25519 public key). Compare with keys that you
                                       got another way: whoever made this archive could have made the keys in it
        rotations.txt                  statements, each signed by the key before, that name a new key; parted by lines "--"
        programs/ID/entries.gz         the entries, in order from position 0, or from "first" in archive.json: gzip (RFC 1952)
                                       over, for each entry, its length (4 bytes, big-endian) and its stored bytes, a protobuf
                                       message leadline.v1.Entry
        programs/ID/checkpoints.txt    every checkpoint signed, oldest first; parted by lines "--"
        programs/ID/policies/N.json    the policy published by the entry at position N
        schemas/leadline/v1/*.proto    the messages' definitions; read an entry with:
                                       protoc --decode=leadline.v1.Entry -I schemas leadline/v1/journal.proto

        Folder names are program ids; a leading dot is written %2E.

        How it is proven
        ----------------
        Leaf of an entry:    SHA-256(00 || stored bytes)                           RFC 9162, section 2.1.1
        Node:                SHA-256(01 || left || right)
        Root of no entries:  SHA-256 of nothing
        Checkpoint:          a signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): the log's origin, which is its
                             name, a slash and the program; the number of entries; the root in base64; a blank line;
                             signatures: a dash, the key's name, base64(key id || Ed25519 signature over the lines before
                             the blank one). Key id: first 4 bytes of SHA-256(name || 0A || 01 || public key)
        Chain:               first link SHA-256("leadline chain v1" || 0A || program), each further one
                             SHA-256(02 || link before || leaf); the last is "head" in archive.json

        An archive may hold a segment of a stream, from "first" on. Then "linkBefore" is the chain's link before it, and
        "peaksBefore" are the roots of the complete subtrees over the entries before it, the largest first: build the tree on
        from these. The entry SegmentArchived in the stream names SHA-256 of this archive's MANIFEST as archive_digest.

        Build the tree over the entries, compare its root at each checkpoint's size, verify the signatures. With Leadline:
        leadline audit check PATH --key KEY (files alone), leadline audit verify --archive PATH (decides everything again),
        leadline replay --archive PATH, leadline explain LEAD --archive PATH.

        What it does not hold
        ---------------------
        Names, addresses and free text are sealed inside the entries under keys that are not here. Whoever was erased stays
        erased. The order of entries of different programs among each other is not recorded.

        """
}
