import LeadlineSchemas

/// Reads spellings of countries as the codes that they stand for, wherever an input names a country: UK is GB.
///
/// The journal keeps the code; what the producer sent is what its repeats are compared with.
enum CountrySpelling {
    /// The code that a text stands for; the text itself if it is none of those spellings.
    static func code(_ text: String) -> String { ISOCodes.countriesReadAs[text] ?? text }

    /// Sets the code in place of a spelling.
    /// - Returns: true if something changed.
    static func resolve(_ text: inout String) -> Bool {
        guard let code = ISOCodes.countriesReadAs[text] else { return false }
        text = code
        return true
    }

    /// The same in a list, in which each country then stands once.
    static func resolve(_ list: inout [String]) -> Bool {
        guard list.contains(where: { ISOCodes.countriesReadAs[$0] != nil }) else { return false }
        var codes: [String] = []
        for code in list.map(code) where !codes.contains(code) { codes.append(code) }
        list = codes
        return true
    }

    /// The same in a policy: in its hard rules, service levels, pilot arms, holiday calendars and where it negotiates.
    static func resolve(_ policy: inout WirePolicy) -> Bool {
        var isChanged = false
        for index in policy.hardRules.indices where policy.hardRules[index].hasRequire {
            isChanged = resolve(&policy.hardRules[index].require) || isChanged
        }
        for index in policy.serviceLevels.indices where policy.serviceLevels[index].hasWhen {
            isChanged = resolve(&policy.serviceLevels[index].when) || isChanged
        }
        for index in policy.pilot.arms.indices where policy.pilot.arms[index].hasWhen {
            isChanged = resolve(&policy.pilot.arms[index].when) || isChanged
        }
        if policy.negotiation.hasWhen { isChanged = resolve(&policy.negotiation.when) || isChanged }
        for index in policy.holidayCalendars.indices {
            isChanged = resolve(&policy.holidayCalendars[index].countries) || isChanged
        }
        return isChanged
    }

    private static func resolve(_ predicate: inout WirePredicate) -> Bool {
        switch predicate.node {
        case .all(var list)?:
            let isChanged = resolve(&list.predicates)
            if isChanged { predicate.all = list }
            return isChanged
        case .any(var list)?:
            let isChanged = resolve(&list.predicates)
            if isChanged { predicate.any = list }
            return isChanged
        case .not(var inner)?:
            let isChanged = resolve(&inner)
            if isChanged { predicate.not = inner }
            return isChanged
        case .partnerLists(var rule)? where rule.partnerList == .countries:
            let isChanged = resolve(&rule.value)
            if isChanged { predicate.partnerLists = rule }
            return isChanged
        case .leadIs(var rule)? where rule.leadField == .country:
            let isChanged = resolve(&rule.values)
            if isChanged { predicate.leadIs = rule }
            return isChanged
        default: return false
        }
    }

    private static func resolve(_ predicates: inout [WirePredicate]) -> Bool {
        var isChanged = false
        for index in predicates.indices { isChanged = resolve(&predicates[index]) || isChanged }
        return isChanged
    }

    /// The same in the caps of a partner's segments.
    static func resolve(_ capacity: inout WireCapacity) -> Bool {
        var isChanged = false
        for index in capacity.segments.indices where capacity.segments[index].leadField == .country {
            isChanged = resolve(&capacity.segments[index].value) || isChanged
        }
        return isChanged
    }
}
