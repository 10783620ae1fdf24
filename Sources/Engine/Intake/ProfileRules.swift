import LeadlineSchemas

/// What intake asks of a program's profile. Nearly all of it is sealed, so that the limits of clear fields do not reach
/// it: it is looked over before it is split.
public enum ProfileRules {
    /// Longest text, in characters as Unicode counts them.
    public static let textCharactersMax = 2_000
    /// Most purposes, recipients, transfers or sources.
    public static let countMax = 200

    /// - Throws: what its author must mend; the field is named as the schema does, its value never quoted.
    static func check(_ profile: WireProgramProfileSet) throws(Rejection) {
        try check(profile.controller, "controller")
        try check(profile.representative, "representative")
        try check(profile.dataProtectionOfficer, "data_protection_officer")
        try check(profile.supervisoryAuthority, "supervisory_authority")
        try check(profile.lawfulBasisEvidence, "lawful_basis_evidence")
        try check(profile.automatedDecisionEvidence, "automated_decision_evidence")
        try count(profile.purposes.count, "purposes")
        for purpose in profile.purposes { try check(purpose, "purposes", required: true) }
        try count(profile.recipients.count, "recipients")
        for recipient in profile.recipients {
            try text(recipient.name, "recipients.name", required: true)
            try check(recipient.role, "recipients.role")
        }
        try count(profile.sources.count, "sources")
        for source in profile.sources {
            try text(source.source, "sources.source", required: true)
            try check(source.description_p, "sources.description", required: true)
        }
        try transfers(profile)
    }

    private static func transfers(_ profile: WireProgramProfileSet) throws(Rejection) {
        try count(profile.transfers.count, "transfers")
        if profile.noTransfers && !profile.transfers.isEmpty {
            throw invalid("no_transfers", "must be false where transfers are listed")
        }
        for transfer in profile.transfers {
            do { try FieldLimits().country(transfer.country, "transfers.country", required: true) } catch {
                throw Rejection(error)
            }
            try text(transfer.recipient, "transfers.recipient")
            try check(transfer.copy, "transfers.copy")
        }
    }

    private static func check(_ contact: WireContactPoint, _ field: String) throws(Rejection) {
        try text(contact.name, "\(field).name")
        try text(contact.postalAddress, "\(field).postal_address")
        try text(contact.email, "\(field).email")
        if !contact.email.isEmpty && AddressSpelling.address(contact.email) == nil {
            throw invalid("\(field).email", "must hold exactly one e-mail address, such as privacy@acme.example, or be left out")
        }
        try text(contact.telephone, "\(field).telephone")
        try text(contact.website, "\(field).website")
    }

    private static func check(_ wording: WireWording, _ field: String, required: Bool = false) throws(Rejection) {
        let texts = [
            ("en", wording.en), ("de", wording.de), ("fr", wording.fr), ("it", wording.it), ("es", wording.es),
        ]
        if required && texts.allSatisfy(\.1.isEmpty) {
            throw Rejection(.missingField, "\(field) needs a text in at least one language", field: field)
        }
        for (language, wording) in texts { try text(wording, "\(field).\(language)") }
    }

    private static func text(_ text: String, _ field: String, required: Bool = false) throws(Rejection) {
        if required && text.isEmpty { throw Rejection(.missingField, "\(field) is required", field: field) }
        if text.unicodeScalars.count > textCharactersMax {
            throw invalid(field, "has more than \(textCharactersMax) characters")
        }
        let isBroken = text.unicodeScalars.contains {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
        if isBroken {
            throw Rejection(
                .invalidText, "\(field) must be one line without control characters; in YAML, fold a long text with >-",
                field: field)
        }
    }

    private static func count(_ count: Int, _ field: String) throws(Rejection) {
        if count > countMax { throw invalid(field, "holds more than \(countMax) values") }
    }

    private static func invalid(_ field: String, _ detail: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(detail)", field: field)
    }
}
