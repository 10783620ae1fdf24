import LeadlineSchemas

/// What intake asks of a lead's own attributes. They are sealed, so that the limits of clear fields do not reach them:
/// they are looked over before they are split.
public enum OwnAttributeRules {
    /// Most attributes of one message.
    public static let countMax = 64
    /// Longest value, in characters as Unicode counts them.
    public static let valueCharactersMax = 2_000

    /// - Throws: what its author must mend; the attribute is told by its place, and never quoted.
    static func check(_ attributes: [WireOwnAttribute]) throws(Rejection) {
        if attributes.count > countMax { throw invalid("attributes", "has more than \(countMax) entries") }
        for (place, attribute) in attributes.enumerated() {
            let which = "in entry \(place + 1)"
            guard FieldLimits.isID(attribute.name) else {
                throw invalid("attributes.name", "must be an id, [A-Za-z0-9._:-]{1,128}, \(which)")
            }
            if attribute.value.unicodeScalars.count > valueCharactersMax {
                throw invalid("attributes.value", "has more than \(valueCharactersMax) characters, \(which)")
            }
        }
    }

    /// Of a name that is stated more than once the last statement counts, as of a field (protobuf, "Last One Wins").
    /// - Returns: whether anything was taken out.
    static func keepLast(_ attributes: inout [WireOwnAttribute]) -> Bool {
        let count = attributes.count
        var seen: Set<String> = []
        attributes = attributes.reversed().filter { seen.insert($0.name).inserted }.reversed()
        return attributes.count < count
    }

    private static func invalid(_ field: String, _ says: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(says)", field: field)
    }
}
