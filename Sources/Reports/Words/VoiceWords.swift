public import LeadlineCore

/// Whose word a prediction is, in plain words.
public enum VoiceWords {
    /// One way to predict: what it goes by.
    public static func name(_ voice: WinVoice) -> String {
        switch voice.name {
        case "program-rate": "the program's rate"
        case "partner-rate": "the partner's own rate"
        case "crossed-model": "what was learned of deals like it"
        case "slow-model": "the same, learned slowly"
        case "slowest-model": "the same, learned most slowly"
        case "segments": "the partner's rates by vertical and size"
        case "match-model": "how profile and lead match"
        default: voice.name
        }
    }

    /// How much each counted: "how profile and lead match counted 62 % and said +0.40, ...". Shares add up to 100 %.
    /// Those of less than half a per cent are told together.
    public static func counted(_ voices: WinVoices) -> String {
        let large = voices.voices.filter { $0.weight >= 0.005 }.sorted { $0.weight > $1.weight }
        let parts = large.map {
            "\(name($0)) counted \(NumberText.percent($0.weight)) and said \(NumberText.signed($0.says))"
        }
        let rest = 1 - large.reduce(0) { $0 + $1.weight }
        let others = rest < 0.0005 ? "" : "; others together \(NumberText.percent(rest))"
        let sum = voices.voices.reduce(0) { $0 + $1.counted }
        return "whose word: \(parts.joined(separator: ", "))\(others); in all \(NumberText.signed(sum)) log-odds on the "
            + "program's \(NumberText.percent(ElementaryFunctions.logistic(voices.base)))"
    }
}
