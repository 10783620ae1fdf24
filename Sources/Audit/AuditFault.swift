/// The first thing that is wrong with a stream or with what was derived from it.
public struct AuditFault: Error, Sendable, Equatable, Codable, CustomStringConvertible {
    /// What was being checked when it showed.
    public enum Kind: String, Sendable, Codable {
        /// The stored bytes do not lead to the recorded links.
        case chain
        /// Commit order, decision offsets, counts or the stream's head do not fit the entries.
        case order
        /// The bytes are no entry.
        case decoding
        /// The entry says that it stands elsewhere.
        case position
        /// A stamp lies before the one before it.
        case stamp
        /// No code of this version decides by the recorded logic version.
        case logicVersion
        /// The input should not have entered the stream, or as something else.
        case admission
        /// A timer fired that was not due.
        case timer
        /// Deciding again gives other events.
        case decision
        /// A state folded from the journal has another hash than the one recorded.
        case stateHash
        /// A snapshot's bytes are not the state at its position.
        case snapshot
        /// A promise was broken: a lead lost, a cap exceeded.
        case guarantee
        /// A dead letter does not open.
        case deadLetter
        /// A stored node of the Merkle tree is not what the entries lead to.
        case tree
        /// A checkpoint's signature does not hold, or the journal is not what was signed.
        case checkpoint
        /// Entries lie beyond the newest checkpoint under a key that somebody trusts.
        case coverage
        /// The vault is damaged, lacks a key or holds one that was erased.
        case vault
        /// A database or a file cannot be read.
        case unreadable
        /// The access log is cut or was changed.
        case access
        /// A counter beside the records of a topic is not what they lead to.
        case counter
        /// What is said of an archive does not fit the journal.
        case archive
        /// A record of an input topic was left out or taken in twice.
        case source
        /// A projection is not what the journal leads to.
        case projection
    }

    public var kind: Kind
    /// Nil where the fault belongs to no one program.
    public var program: String?
    /// Position in the program's stream; nil where the fault has none.
    public var position: UInt64?
    /// What, in words.
    public var detail: String
    /// Both sides of a `decision` fault. Not part of the coded form: whoever shows a fault words it.
    public var difference: EventDifference?

    private enum CodingKeys: String, CodingKey { case kind, program, position, detail }

    public init(_ kind: Kind, program: String?, position: UInt64?, _ detail: String, difference: EventDifference? = nil)
    {
        self.kind = kind
        self.program = program
        self.position = position
        self.detail = detail
        self.difference = difference
    }

    /// A stream whose stored bytes do not lead to its links, found where that is not what was asked.
    public static func changed(program: String, position: UInt64?) -> AuditFault {
        AuditFault(.chain, program: program, position: position, "the journal was changed; run 'leadline verify'")
    }

    /// Where and what, e.g. "demo, position 57: ...".
    public var description: String {
        let place = [program, position.map { "position \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return place.isEmpty ? detail : "\(place): \(detail)"
    }
}
