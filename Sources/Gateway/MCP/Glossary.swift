/// What the words mean that leads, decisions and reports use, for whoever reads them without having met them.
enum Glossary {
    /// Words in the order in which they explain each other.
    static let words: [(word: String, meaning: String)] = [
        ("Lead", "a company, and mostly a person there, that may buy. It is routed to one partner at a time."),
        ("Partner", "a firm that sells on the vendor's behalf, with a profile, a capacity and a record."),
        (
            "Program",
            "one vendor's channel: its partners, its policy and its leads. A key belongs to one program."
        ),
        (
            "Policy",
            "hard rules, weights, promises and limits by which leads are routed; it has a version."
        ),
        ("Hard rule", "what a partner must meet to be a candidate at all."),
        (
            "Assignment",
            "a lead given to a partner, with the reasons and the promise; each has an attempt's number."
        ),
        ("Offer", "a lead that a partner may take, at terms and until a moment, before it is assigned."),
        ("Promise", "by when the partner answers the prospect; a breach moves the lead on."),
        ("Escalation", "nobody could take the lead, so a person decides."),
        (
            "Outcome",
            "stage, win or loss of the deal that a lead became; outcomes teach whom to send the next to."
        ),
        ("Review", "a person looks at a decision, which stands until that person has decided."),
        ("Claim", "a deal that a partner has registered, so that leads of it come to that partner."),
        ("Floor", "the least that a partner was promised of what it can take, in leads of a period."),
        (
            "Pre-lead",
            "what is known of a prospect that has left no name yet; it becomes a lead with the person's consent."
        ),
        (
            "Explanation",
            "the decision made again from what was recorded, with what counted for and against it."
        ),
        ("Journal", "the entries from which every decision can be replayed, chained and signed."),
    ]

    static let markdown =
        "# Glossary\n\n" + words.map { "- **\($0.word)**: \($0.meaning)" }.joined(separator: "\n")

    /// How a word stands in a URI.
    static func name(_ word: String) -> String {
        String(decoding: word.utf8.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "-") : $0 | 0x20 }, as: UTF8.self)
    }

    /// What one word means; nil for a word that is not explained.
    static func entry(_ name: String) -> String? {
        words.first { Self.name($0.word) == name }.map { "**\($0.word)**: \($0.meaning)" }
    }
}
