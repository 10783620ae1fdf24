/// An own attribute of a lead with one of the values that the policy declares for it.
public struct DeclaredAttribute: Sendable, Equatable {
    /// The vendor's name of it.
    public var name: String
    public var value: String
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What values an own attribute of leads has. Raw values are the schema's.
public enum AttributeType: UInt8, Sendable, CaseIterable {
    /// One of those that are listed.
    case choice = 1
    /// A whole number within bounds.
    case number
    /// `true` or `false`.
    case flag
}

/// An own attribute of leads that stands in clear, and the values with which it does. Since logic version 8.
public struct AttributeRule: Sendable, Equatable {
    public var name: String
    public var type: AttributeType
    /// Of a choice the values.
    public var values: [String]
    /// Of a number the bounds.
    public var atLeast: Int64?
    public var atMost: Int64?
    public init(
        name: String, type: AttributeType, values: [String] = [], atLeast: Int64? = nil, atMost: Int64? = nil
    ) {
        self.name = name
        self.type = type
        self.values = values
        self.atLeast = atLeast
        self.atMost = atMost
    }

    /// Whether it declares a value. Bytes are compared: two spellings of one word are two values.
    public func declares(_ value: String) -> Bool {
        switch type {
        case .choice: values.contains { $0.utf8.elementsEqual(value.utf8) }
        case .number: Self.number(value).map { $0 >= atLeast ?? .max && $0 <= atMost ?? .min } ?? false
        case .flag: value == "true" || value == "false"
        }
    }

    /// The values that it declares, in words: of many the first.
    public var valuesText: String {
        switch type {
        case .choice:
            let first = values.prefix(Self.valuesSpoken).joined(separator: ", ")
            let left = values.count - Self.valuesSpoken
            return "one of \(first)" + (left > 0 ? " and \(left) more" : "")
        case .number: return "a whole number from \(atLeast ?? 0) to \(atMost ?? 0)"
        case .flag: return "true or false"
        }
    }

    private static let valuesSpoken = 12

    /// A whole number in its one spelling; nil for any other.
    private static func number(_ text: String) -> Int64? {
        guard let number = Int64(text), "\(number)".utf8.elementsEqual(text.utf8) else { return nil }
        return number
    }
}

/// What becomes of an own attribute that no rule declares, or whose value is none of those declared. Raw values are the
/// schema's.
public enum UndeclaredAttributes: UInt8, Sendable, CaseIterable {
    /// It is sealed with the person's data.
    case sealed = 1
    /// The message that states it is refused.
    case refused
}

/// What a policy says of own attributes of leads.
public struct AttributePolicy: Sendable, Equatable {
    public var rules: [AttributeRule]
    public var undeclared: UndeclaredAttributes
    /// By default none is declared, and all are sealed.
    public init(rules: [AttributeRule] = [], undeclared: UndeclaredAttributes = .sealed) {
        self.rules = rules
        self.undeclared = undeclared
    }

    /// Whether an attribute stands in clear.
    public func declares(_ name: String, _ value: String) -> Bool {
        rules.contains { $0.name == name && $0.declares(value) }
    }
}

extension State {
    /// What the policy in force says of own attributes of leads.
    public var attributePolicy: AttributePolicy {
        AttributePolicy(rules: policy?.attributes ?? [], undeclared: policy?.undeclaredAttributes ?? .sealed)
    }
}

extension Fact {
    /// Own attributes that a lead's message states in clear; none of any other message.
    public var declaredAttributes: [DeclaredAttribute] {
        switch self {
        case .leadSubmitted(let fact): fact.declaredAttributes
        case .leadUpdated(let fact): fact.declaredAttributes
        default: []
        }
    }
}
