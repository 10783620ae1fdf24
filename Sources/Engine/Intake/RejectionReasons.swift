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
}

extension WireRejectionReason {
    /// The reason as options and the documentation name it, e.g. "unknown-program". Reasons are few; no text of a
    /// record is in one.
    public var word: String {
        var word = ""
        for scalar in "\(self)".unicodeScalars {
            if scalar.properties.isUppercase { word += "-" }
            word += scalar.properties.lowercaseMapping
        }
        return word
    }
}
