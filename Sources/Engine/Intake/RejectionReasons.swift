public import LeadlineSchemas

/// Why a record was refused, in words for its producer. Never quotes the record: it may hold personal data.
public struct Rejection: Error, Sendable, Equatable {
    public var reason: WireRejectionReason
    /// What is wrong, and how to mend it.
    public var detail: String
    /// Path of the field, e.g. "deal_value.minor_units"; empty where there is none.
    public var field: String

    public init(_ reason: WireRejectionReason, _ detail: String, field: String = "") {
        self.reason = reason
        self.detail = detail
        self.field = field
    }

    /// The rejection of a message that holds what its fields cannot.
    init(_ error: WireError) {
        let field = error.field.isEmpty ? "a field" : error.field
        let (reason, words): (WireRejectionReason, String) =
            switch error.kind {
            case .missing: (.missingField, "is required")
            case .unknownEnum: (.invalidField, "must be stated, as a value that the schema knows")
            case .outOfRange: (.invalidField, "holds a number that is out of its range")
            case .tooDeep: (.tooDeep, "nests deeper than is read")
            case .tooManyNodes: (.invalidField, "has more parts than a rule may have")
            case .invalidUTF8: (.invalidText, "is not valid UTF-8")
            case .truncated, .malformedVarint, .malformedTag, .badLength, .wrongWireType, .unknownBody:
                (.malformed, "is not written as the schema says")
            }
        self.init(reason, "\(field) \(words)", field: error.field)
    }

    /// The rejection of a won deal whose amount cannot be counted.
    /// - Parameter currency: that of the amount.
    public init(amountNotCounted currency: String) {
        self.init(
            .invalidField,
            "the policy in force has no exchange rate for \(currency), or the amount comes to more than is counted: publish a policy with the rate, then resubmit",
            field: "amount")
    }

    /// The rejection of an answer that names a return reason that the policy in force does not have.
    /// - Parameter known: ids of those that it has.
    public init(returnReasonUnknown known: [String]) {
        let there = known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
        self.init(.invalidField, "reason_id is no return reason of the policy in force: \(there)", field: "reason_id")
    }
}

extension WireRejectionReason {
    /// The reason as options and the documentation name it, e.g. "unknown-program". Reasons are few; no text of a
    /// record is in one.
    public var word: String {
        var word = ""
        let scalars = Array("\(self)".unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            // A new word begins with a capital, and after an abbreviation with the last of its capitals.
            let follows = index + 1 < scalars.count && scalars[index + 1].properties.isLowercase
            if index > 0, scalar.properties.isUppercase, follows || scalars[index - 1].properties.isLowercase {
                word += "-"
            }
            word += scalar.properties.lowercaseMapping
        }
        return word
    }
}
