public import LeadlineCore

/// The parts of fit and of conversion as people say them.
public enum ContributionWords {
    /// A part of fit.
    public static func fit(_ contribution: FitContribution) -> String {
        switch contribution {
        case .vertical: "vertical"
        case .country: "country"
        case .language: "language"
        case .dealSize: "deal size"
        case .technologies: "technologies"
        case .winRate: "win rate"
        case .intent: "intent"
        case .acceptance: "acceptance"
        case .responseTime: "response time"
        case .cycleLength: "cycle length"
        }
    }

    /// A part of conversion.
    /// - Parameter vertical: the lead's; nil where none is stated.
    public static func conversion(_ contribution: ConversionContribution, _ vertical: String?) -> String {
        switch contribution {
        case .program: "program"
        case .lead: "this kind of lead"
        case .partner: "partner"
        case .partnerVertical: vertical.map { "in \(Escaping.word($0))" } ?? "in the vertical"
        case .partnerCountry: "in the country"
        case .partnerCompanySize: "with companies of this size"
        case .partnerDealSize: "at this deal size"
        case .partnerSource: "with leads from this source"
        case .partnerProduct: "with this product"
        case .partnerIntent: "with this buying signal"
        case .partnerLanguage: "in the language"
        case .partnerTechnologies: "with these technologies"
        default: "with leads of this \(contribution.slot?.name ?? contribution.name)"
        }
    }
}
