public import LeadlineCore

/// A field of an input whose value the schema does not allow.
public struct LimitBreach: Error, Equatable, Sendable {
    /// What is wrong with it.
    public enum Kind: Sendable, Equatable {
        /// It must be stated and is not.
        case missing
        /// Its value is not allowed.
        case invalid
        /// It holds a control character.
        case controlCharacter
        /// A moment before 1990, or none.
        case ancient
        /// A moment after the year 2200.
        case future
    }

    /// What is wrong.
    public var kind: Kind
    /// Path of schema names to the field, e.g. "deal_value.currency".
    public var field: String
    /// The same in words, after the field's name: "must be at most 100". Never quotes the value.
    public var detail: String

    /// A breach at that field.
    public init(kind: Kind, field: String, detail: String) {
        self.kind = kind
        self.field = field
        self.detail = detail
    }
}

/// Holds the fields of one message to their limits. Generated code calls it with what the .proto files say.
public struct FieldLimits: Sendable {
    /// Most bytes of an id.
    public static let idBytesMax = 128
    /// Most characters of a category, counted as JSON Schema does: Unicode scalars.
    public static let wordScalarsMax = 128
    /// 1990-01-01T00:00:00Z: no producer's event is older.
    public static let earliest = Timestamp(micros: 631_152_000_000_000)
    /// 2200-01-01T00:00:00Z.
    public static let latest = Timestamp(micros: 7_258_118_400_000_000)

    /// Path of the message; empty for the whole.
    private let path: String

    /// True for the values of a list.
    private let isOfList: Bool

    /// The limits of a whole message's fields.
    public init() { (path, isOfList) = ("", false) }

    private init(path: String, isOfList: Bool) { (self.path, self.isOfList) = (path, isOfList) }

    /// The limits of each value of a list.
    var ofList: FieldLimits { FieldLimits(path: path, isOfList: true) }

    /// The limits of the message in a field.
    func inside(_ field: String) -> FieldLimits { FieldLimits(path: place(field), isOfList: false) }

    private func place(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    private func breach(_ field: String, _ detail: String, kind: LimitBreach.Kind = .invalid) -> LimitBreach {
        LimitBreach(kind: kind, field: place(field), detail: detail)
    }

    /// False for an empty text, unless it must be stated.
    private func isStated(_ text: String, _ field: String, required: Bool) throws(LimitBreach) -> Bool {
        if !text.isEmpty { return true }
        if required && isOfList { throw breach(field, "holds an empty value") }
        if required { throw breach(field, "is required", kind: .missing) }
        return false
    }
}

// MARK: - Texts

extension FieldLimits {
    /// True for an id from outside: `[A-Za-z0-9._:-]{1,128}`.
    public static func isID(_ text: String) -> Bool {
        let bytes = text.utf8
        if bytes.isEmpty || bytes.count > idBytesMax { return false }
        return bytes.allSatisfy { byte in
            (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 58) || (byte >= 65 && byte <= 90)
                || byte == 46 || byte == 95 || byte == 45
        }
    }

    /// An id. Where it need not be stated, people are tempted to write a name.
    public func id(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required), !Self.isID(text) else { return }
        if required { throw breach(field, "must match [A-Za-z0-9._:-]{1,128}") }
        throw breach(field, "must be an id, [A-Za-z0-9._:-]{1,128}; no name or address")
    }

    /// A category. What looks like an address is refused before it can reach the journal.
    public func word(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required) else { return }
        // A scalar is at least a byte: nearly every category is short enough by its bytes.
        if text.utf8.count > Self.wordScalarsMax && text.unicodeScalars.count > Self.wordScalarsMax {
            throw breach(field, "is longer than \(Self.wordScalarsMax) characters")
        }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw breach(field, "holds a control character", kind: .controlCharacter)
        }
        if text.utf8.contains(UInt8(ascii: "@")) {
            throw breach(field, "is a category and may not hold an e-mail address")
        }
        if Self.holdsTelephoneNumber(text) {
            throw breach(field, "is a category and may not hold a telephone number; what it holds stands in clear")
        }
        if Self.isProse(text) {
            throw breach(
                field, "is a category and may not hold sentences; what people wrote belongs into message or note, where it is sealed")
        }
    }

    /// Words of a category at most: the longest names of industries have fewer (NAICS 523 has eleven).
    private static let wordsMax = 16
    /// Digits that a telephone number has at least.
    private static let telephoneDigitsMin = 7

    /// True for an international number, +39 02 1234567 or 0039-02-1234567, anywhere in the text. Codes of products are
    /// digits too, so that a number without its country is not told from them.
    private static func holdsTelephoneNumber(_ text: String) -> Bool {
        // Nearly no category holds what a number begins with.
        guard text.utf8.contains(UInt8(ascii: "+")) || hasZeros(text) else { return false }
        let bytes = Array(text.utf8)
        for start in bytes.indices where start == 0 || !isDigit(bytes[start - 1]) {
            let hasPlus = bytes[start] == UInt8(ascii: "+")
            let hasZeros = bytes[start...].starts(with: "00".utf8)
            guard hasPlus || hasZeros else { continue }
            let number = bytes[(start + (hasPlus ? 1 : 2))...].prefix { isDigit($0) || " ()./-".utf8.contains($0) }
            let digits = number.count(where: isDigit)
            // Zeros before a code are no number unless it is written as one.
            if digits >= telephoneDigitsMin && (hasPlus || digits < number.count) { return true }
        }
        return false
    }

    private static func hasZeros(_ text: String) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "0") && last == byte { return true }
            last = byte
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// True for more words than a category has, or for words after the end of a sentence.
    private static func isProse(_ text: String) -> Bool {
        if text.utf8.count(where: { $0 == UInt8(ascii: " ") }) < 4 { return false }
        let words = text.utf8.split(separator: UInt8(ascii: " "))
        if words.count > wordsMax { return true }
        return words.count > 4 && words.dropLast().contains { "!?".utf8.contains($0.last ?? 0) }
    }

    /// A country's code; what is read as one (`ISOCodes.countriesReadAs`) must have been by now.
    public func country(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required) else { return }
        if !Self.isMade(text, of: 65...90, length: 2...2) {
            throw breach(field, "must be an ISO 3166-1 alpha-2 code in capitals, e.g. IT")
        }
        if !ISOCodes.countries.contains(text) { throw breach(field, Self.noCountry) }
    }

    private static let noCountry =
        "is assigned to no country in ISO 3166-1; Greece is GR, the United Kingdom GB, Kosovo XK"

    func language(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required) else { return }
        if !Self.isMade(text, of: 97...122, length: 2...3) {
            throw breach(field, "must be an ISO 639 code in lower case, e.g. it")
        }
    }

    func currency(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required) else { return }
        if !Self.isMade(text, of: 65...90, length: 3...3) {
            throw breach(field, "must be an ISO 4217 code in capitals, e.g. EUR")
        }
        if ISOCodes.minorDigits[text] == nil { throw breach(field, Self.noCurrency) }
    }

    private static let noCurrency =
        "is no currency of ISO 4217 with a minor unit, such as EUR; codes withdrawn before 1999 are not taken"

    func hash(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required) else { return }
        let isHash = text.utf8.count == 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        if !isHash { throw breach(field, "must be 32 hexadecimal digits in small letters") }
    }

    func date(_ text: String, _ field: String, required: Bool = false) throws(LimitBreach) {
        guard try isStated(text, field, required: required), CalendarDay.number(text) == nil else { return }
        let years = CalendarDay.years
        throw breach(field, "must be a day of \(years.lowerBound) to \(years.upperBound), YYYY-MM-DD, e.g. 2026-12-25")
    }

    func oneOf(_ allowed: [String], _ text: String, _ field: String) throws(LimitBreach) {
        if !allowed.contains(text) { throw breach(field, "must be one of \(allowed.joined(separator: ", "))") }
    }

    private static func isMade(_ text: String, of letters: ClosedRange<UInt8>, length: ClosedRange<Int>) -> Bool {
        length.contains(text.utf8.count) && text.utf8.allSatisfy(letters.contains)
    }
}

// MARK: - Numbers, lists, moments

extension FieldLimits {
    func number(
        _ value: some BinaryInteger, _ field: String, least: Int64? = nil, most: Int64? = nil, meaning: String? = nil
    ) throws(LimitBreach) {
        let isSmall = least.map { value < $0 } ?? false
        guard isSmall || most.map({ value > $0 }) ?? false else { return }
        let words = meaning.map { ", \($0)" } ?? ""
        switch (least, most) {
        case (0, _) where isSmall: throw breach(field, "must not be negative")
        case (nil, let most?), (0, let most?): throw breach(field, "must be at most \(most)\(words)")
        case (let least?, let most?): throw breach(field, "must be from \(least) to \(most)\(words)")
        case (let least?, nil): throw breach(field, "must be at least \(least)\(words)")
        case (nil, nil): return
        }
    }

    func count(_ count: Int, _ field: String, most: Int) throws(LimitBreach) {
        if count > most { throw breach(field, "holds more than \(most) values") }
    }

    func bytes(_ value: [UInt8], _ field: String, count: Int) throws(LimitBreach) {
        if value.count != count { throw breach(field, "must be \(count) bytes") }
    }

    func moment(_ moment: Timestamp, _ field: String) throws(LimitBreach) {
        if moment < Self.earliest { throw breach(field, "lies before 1990 or is missing", kind: .ancient) }
        if moment > Self.latest { throw breach(field, "lies after the year 2200", kind: .future) }
    }
}
