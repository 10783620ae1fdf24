/// How a deployment's master key stands. Field names are a contract.
public struct MasterKeyStanding: Sendable, Encodable {
    /// The key's file.
    public var path: String
    /// Old keys that it still holds, for what is wrapped under them.
    public var retiring: Int
    /// Vaults, by path, some of whose keys may be wrapped under an old key.
    public var waiting: [String]
    /// Keys on a cluster's topic that are wrapped under an old key; nil where no cluster was asked.
    public var onTopic: Int?
    /// True if nothing needs an old key any more.
    public var settled: Bool

    /// A standing from its parts.
    public init(path: String, retiring: Int, waiting: [String], onTopic: Int?) {
        self.path = path
        self.retiring = retiring
        self.waiting = waiting
        self.onTopic = onTopic
        settled = waiting.isEmpty && onTopic ?? 0 == 0
    }
}

/// A master key's standing for people.
public enum MasterKeyText {
    /// What retiring an old master key does not undo.
    public static let limits =
        "Retiring an old key does not undo what it opened: whoever has it still opens copies of vault.db and of leadline.keys made before, and can compute by what people are found. Only an erasure ends a person's own key."

    /// How it stands, in lines.
    public static func lines(_ standing: MasterKeyStanding) -> [String] {
        var lines = ["master key \(standing.path), old keys in it: \(standing.retiring)"]
        lines += standing.waiting.map { "  keys wrapped under an old one: \($0)" }
        if let count = standing.onTopic {
            lines.append("  keys on leadline.keys wrapped under an old one: \(CountText.grouped(Int64(count)))")
        }
        if standing.settled {
            lines.append(
                standing.retiring == 0
                    ? "nothing to retire" : "nothing needs an old key: 'leadline keys retire' takes it out of the file")
        } else {
            lines.append("the old key is still needed")
        }
        return lines
    }

    /// What came of a rotation.
    public static func rotated(_ standing: MasterKeyStanding) -> [String] {
        ["A new master key is in \(standing.path). Back the file up; it holds the old key too."] + lines(standing) + [
            limits
        ]
    }

    /// What came of retiring.
    public static func retired(_ count: Int) -> [String] {
        if count == 0 { return ["The key file holds no old master key."] }
        return [
            "\(CountText.of(count, "old master key")) left the file. Copies of vault.db from before open with the old key alone: make a new backup now.",
            limits,
        ]
    }
}
