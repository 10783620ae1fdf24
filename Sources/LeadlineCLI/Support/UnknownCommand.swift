import ArgumentParser
import Reports

/// A word that stands where a command is expected, and the command that it was probably meant to be.
struct UnknownCommand {
    private let word: String
    /// The commands before it.
    private let path: [String]
    private let nearest: String?

    /// Nil if the words lead to a command.
    init?(_ arguments: some Sequence<String>) {
        var command: any ParsableCommand.Type = Leadline.self
        var path = ["leadline"]
        for argument in arguments {
            let names = command.configuration.subcommands.map { ($0._commandName, $0) }
            if names.isEmpty || argument.utf8.first == UInt8(ascii: "-") || argument == "help" { return nil }
            guard let next = names.first(where: { $0.0 == argument }) else {
                word = argument
                self.path = path
                nearest = NearestWord.of(argument, among: names.map(\.0))
                return
            }
            command = next.1
            path.append(argument)
        }
        return nil
    }

    /// What is wrong, and what to do about it.
    var sentence: String {
        let place = path.joined(separator: " ")
        let guess = nearest.map { "Did you mean '\(place) \($0)'? " } ?? ""
        return
            "there is no command '\(place) \(Escaping.harmless(word))'. \(guess)'\(place) --help' lists all there are"
    }
}

/// Finds the word that somebody probably meant.
enum NearestWord {
    /// The word with fewest edits, if they are few; the first of those that are equally near.
    static func of(_ word: String, among words: [String]) -> String? {
        let ranked = words.map { (word: $0, edits: edits(Array(word.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= max(2, best.word.utf8.count / 2) else {
            return nil
        }
        return best.word
    }

    /// Insertions, deletions and replacements that lead from one to the other (Levenshtein).
    static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.prefix(64).enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let replaced = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count] + max(0, a.count - 64)
    }
}
