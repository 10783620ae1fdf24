import LeadlineCore

/// What a program knows leads by, as a column of a file may state it.
public enum ProgramField: String, Sendable, CaseIterable {
    case vertical, country, source, product, campaign, language, employees
    case dealValue = "deal-value"

    /// True if the column has numbers.
    public var isNumber: Bool { self == .employees || self == .dealValue }

    /// Sets a text of the lead.
    func set(_ text: String, in lead: inout LeadAttributes) {
        switch self {
        case .vertical: lead.vertical = text
        case .country: lead.country = text
        case .source: lead.source = text
        case .product: lead.product = text
        case .campaign: lead.campaign = text
        case .language: lead.language = text
        case .employees, .dealValue: break
        }
    }

    /// Sets a number of the lead; what is no number, or none that the field can have, is not stated.
    func set(_ number: Double, in lead: inout LeadAttributes) {
        if number != number || number < 0 { return }
        switch self {
        case .employees: lead.employees = UInt32(clamping: Int64(min(number, 1e15).rounded()))
        case .dealValue:
            lead.dealValue = Money(minorUnits: Int64((min(number, 1e13) * 100).rounded()), currency: "EUR")
        default: break
        }
    }
}
