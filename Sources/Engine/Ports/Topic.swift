/// A topic of Leadline. Raw values are stored; input topics stand in merge order, controls first.
public enum Topic: Int, Sendable, CaseIterable {
    case controls = 0, partners, intents, outcomes, leads
    case decisions = 10, journal, checkpoints, keys, deadletter

    /// The topic's name, e.g. "leadline.leads".
    public var name: String { "leadline.\(self)" }

    /// The topic with this name, with or without the prefix "leadline.".
    public init?(name: String) {
        let short = name.hasPrefix("leadline.") ? String(name.dropFirst(9)) : name
        guard let topic = Topic.allCases.first(where: { "\($0)" == short }) else { return nil }
        self = topic
    }

    /// Topics that producers write to, in merge order.
    public static let inputs: [Topic] = [.controls, .partners, .intents, .outcomes, .leads]
    /// True if producers write to it.
    public var isInput: Bool { rawValue < 10 }
}
