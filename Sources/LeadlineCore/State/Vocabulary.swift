/// Words (countries, verticals, technologies, ...) as small codes, in order of first appearance.
///
/// Hard rules and fit then compare sixteen-bit numbers. Words come from outside, so their number is
/// bounded: a word that finds no place is `unlisted`, which equals no other word, itself included.
struct Vocabulary: Sendable, Equatable {
    typealias Code = UInt16
    /// "Not stated".
    static let none: Code = 0
    /// Stated, but not a word that is known here. It matches nothing.
    static let unlisted: Code = .max
    private static let wordsMax = 60_000

    private(set) var words: [String] = [""]
    private var codes: [String: Code] = ["": 0]

    /// The code of a word, without learning it.
    func code(of word: String) -> Code {
        if word.isEmpty { return Self.none }
        return codes[word] ?? Self.unlisted
    }

    /// The code of a word, learning it if there is room.
    mutating func learn(_ word: String) -> Code {
        if let known = codes[word] { return known }
        guard words.count < Self.wordsMax else { return Self.unlisted }
        let code = Code(words.count)
        words.append(word)
        codes[word] = code
        return code
    }

    /// Words that an entry teaches, with the codes that they will have.
    struct News {
        fileprivate var codes: [String: Code] = [:]
    }

    /// The code that a word has, or will have once the entry that states it is folded: `news` are the words that it
    /// teaches, in the order in which folding learns them.
    func code(of word: String, announcing news: inout News) -> Code {
        if word.isEmpty { return Self.none }
        if let known = codes[word] { return known }
        if let known = news.codes[word] { return known }
        guard words.count + news.codes.count < Self.wordsMax else { return Self.unlisted }
        let code = Code(words.count + news.codes.count)
        news.codes[word] = code
        return code
    }

    /// The word behind a code.
    func word(_ code: Code) -> String {
        code == Self.unlisted ? "(unlisted)" : words[Int(code)]
    }
}
