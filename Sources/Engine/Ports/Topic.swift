/// A topic of Leadline. Raw values are stored; input topics stand in merge order, controls first.
public enum Topic: Int, Sendable, CaseIterable {
    case controls = 0, partners, intents, outcomes, leads
    case decisions = 10, journal, checkpoints, keys, deadletter, gateway, webhooks

    /// The topic's name, e.g. "leadline.leads".
    public var name: String {
        switch self {
        case .controls: "leadline.controls"
        case .partners: "leadline.partners"
        case .intents: "leadline.intents"
        case .outcomes: "leadline.outcomes"
        case .leads: "leadline.leads"
        case .decisions: "leadline.decisions"
        case .journal: "leadline.journal"
        case .checkpoints: "leadline.checkpoints"
        case .keys: "leadline.keys"
        case .deadletter: "leadline.deadletter"
        case .gateway: "leadline.gateway"
        case .webhooks: "leadline.webhooks"
        }
    }

    /// The topic with this name, with or without the prefix "leadline.".
    public init?(name: String) {
        let full = name.hasPrefix("leadline.") ? name : "leadline." + name
        guard let topic = Topic.allCases.first(where: { $0.name == full }) else { return nil }
        self = topic
    }

    /// Topics that producers write to, in merge order.
    public static let inputs: [Topic] = [.controls, .partners, .intents, .outcomes, .leads]
    /// True if producers write to it.
    public var isInput: Bool { rawValue < 10 }
}
