/// How far a reader has come in the decisions of one program: the same on every log, machine and day.
///
/// Its text is the id of the last decision read, `program/position/ordinal`. After the whole of an entry it is
/// `program/position`, and before everything `program`.
public struct DecisionCursor: Hashable, Sendable, LosslessStringConvertible {
    /// An entry of the program's stream and how far into it.
    public struct Place: Hashable, Sendable {
        /// Position of the entry.
        public var position: UInt64
        /// Index of the last decision read among the entry's, from 0; nil once all of them are.
        public var ordinal: UInt32?

        /// A place; without an ordinal, after the whole entry.
        public init(position: UInt64, ordinal: UInt32? = nil) {
            self.position = position
            self.ordinal = ordinal
        }
    }

    /// The program whose decisions are read.
    public let program: String
    /// The last thing read; nil before everything.
    public let place: Place?

    /// A cursor after `place`, or before everything.
    public init(program: String, after place: Place? = nil) {
        self.program = program
        self.place = place
    }

    /// The cursor that `description` wrote; nil for any other text.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let words = parts.compactMap { String(validating: $0, as: UTF8.self) }
        guard words.count == parts.count, (1...3).contains(words.count), FieldRules.isID(words[0]) else { return nil }
        var place: Place?
        if words.count > 1 {
            guard let position = Self.number(words[1]), position <= UInt64(Int64.max) else { return nil }
            place = Place(position: position)
        }
        if words.count > 2 {
            guard let ordinal = Self.number(words[2]).flatMap({ UInt32(exactly: $0) }) else { return nil }
            place?.ordinal = ordinal
        }
        self.init(program: words[0], after: place)
    }

    /// Digits alone, and none before the first that counts: one cursor has one text.
    private static func number(_ text: String) -> UInt64? {
        guard let value = UInt64(text), String(value) == text else { return nil }
        return value
    }

    /// The cursor as text, e.g. "acme/18233/0".
    public var description: String {
        guard let place else { return program }
        return "\(program)/\(place.position)" + (place.ordinal.map { "/\($0)" } ?? "")
    }

    /// True if the decision with this ordinal of the entry at this position has been read.
    func covers(_ position: UInt64, _ ordinal: UInt32) -> Bool {
        guard let place else { return false }
        if position != place.position { return position < place.position }
        return place.ordinal.map { ordinal <= $0 } ?? true
    }
}
