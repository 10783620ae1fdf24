import LeadlineSchemas

/// What intake asks of a lead's own attributes. They are sealed, so that the limits of clear fields do not reach them:
/// they are looked over before they are split.
enum OwnAttributeRules {
    /// Most attributes of one message.
    static let countMax = 64
    /// Longest value, in characters as Unicode counts them.
    static let valueCharactersMax = 2_000

    /// - Throws: what its author must mend; the attribute is told by its place, and never quoted.
    static func check(_ attributes: [WireOwnAttribute]) throws(Rejection) {
        if attributes.count > countMax { throw invalid("attributes", "has more than \(countMax) entries") }
        var seen: Set<String> = []
        for (place, attribute) in attributes.enumerated() {
            let which = "in entry \(place + 1)"
            guard FieldLimits.isID(attribute.name) else {
                throw invalid("attributes.name", "must be an id, [A-Za-z0-9._:-]{1,128}, \(which)")
            }
            if !seen.insert(attribute.name).inserted {
                throw invalid("attributes.name", "must differ from the others, \(which)")
            }
            if attribute.value.unicodeScalars.count > valueCharactersMax {
                throw invalid("attributes.value", "has more than \(valueCharactersMax) characters, \(which)")
            }
        }
    }

    private static func invalid(_ field: String, _ says: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(says)", field: field)
    }
}
