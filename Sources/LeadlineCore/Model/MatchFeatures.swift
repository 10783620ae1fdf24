/// Which columns of the match model stand for which values, in order of first outcome; what finds none shares the last.
struct MatchColumns: Sendable, Equatable {
    /// Codes of leads' values (`LeadFeatures`), and whether a language was stated.
    private(set) var values: [UInt32] = []
    /// Codes of verticals and products, columns of each partner's own block.
    private(set) var verticals: [UInt32] = []
    private(set) var products: [UInt32] = []
    /// The mean of the logarithm of deal values, against which size is measured; it settles after the first deals.
    private(set) var meanLogValue = 0.0
    private(set) var valuesSeen = 0.0

    private static let settlesAfter = 300.0
    /// The upper eight bits of the key of a slot that came later, and how many columns such values have: there is no
    /// end of them, and the others are to have theirs.
    static let laterMark: UInt32 = 8
    private static let laterMax = 16

    init() {}

    init(values: [UInt32], verticals: [UInt32], products: [UInt32], meanLogValue: Double, valuesSeen: Double) {
        self.values = values
        self.verticals = verticals
        self.products = products
        self.meanLogValue = meanLogValue
        self.valuesSeen = valuesSeen
    }

    /// A lead as the model sees it, without its matches.
    func row(_ codes: SIMD8<UInt32>, valueMinorUnits: Int64) -> MatchRow {
        var row = MatchRow()
        for slot in 0..<8 where Self.counts(codes[slot]) { row.values[slot] = Self.column(codes[slot], values) }
        row.vertical = Self.column(codes[LeadSlot.vertical.rawValue], verticals)
        row.product = Self.column(codes[LeadSlot.product.rawValue], products)
        row.size = valuesSeen == 0 ? 0 : Self.logValue(valueMinorUnits) - meanLogValue
        return row
    }

    /// Gives the lead's values columns.
    mutating func learn(_ codes: SIMD8<UInt32>, valueMinorUnits: Int64, _ settings: MatchModelSettings) {
        for slot in 0..<8 where Self.counts(codes[slot]) && hasRoom(codes[slot]) {
            Self.add(codes[slot], to: &values, settings.values)
        }
        Self.add(codes[LeadSlot.vertical.rawValue], to: &verticals, settings.verticals)
        Self.add(codes[LeadSlot.product.rawValue], to: &products, settings.products)
        if valuesSeen >= Self.settlesAfter { return }
        valuesSeen += 1
        meanLogValue += (Self.logValue(valueMinorUnits) - meanLogValue) / valuesSeen
    }

    /// The size of a deal is a number here, not a value.
    private static func counts(_ key: UInt32) -> Bool { key >> 24 != UInt32(LeadSlot.dealSize.rawValue) }

    private func hasRoom(_ key: UInt32) -> Bool {
        key >> 24 != Self.laterMark || values.count { $0 >> 24 == Self.laterMark } < Self.laterMax
    }

    private static func logValue(_ minorUnits: Int64) -> Double {
        ElementaryFunctions.log(Double(max(minorUnits, 100)))
    }

    /// -1 where the value has no column and the last is not shared yet.
    private static func column(_ key: UInt32, _ known: [UInt32]) -> Int32 {
        for index in known.indices where known[index] == key { return Int32(index) }
        return -1
    }

    private static func add(_ key: UInt32, to known: inout [UInt32], _ most: Int) {
        if known.count < most, !known.contains(key) { known.append(key) }
    }
}

/// What a lead's matches are read off, looked up once for all partners.
///
/// A match is +1/2 where the profile lists what the lead states, and -1/2 where it lists other things; 0 where the lead
/// is silent or the profile lists nothing: silence neither helps nor harms.
struct MatchLists: Sendable {
    private let vertical: BitRow?
    private let product: BitRow?
    private let language: BitRow?
    private let technologies: [BitRow?]
    private let states: (vertical: Bool, product: Bool, language: Bool)

    init(_ lead: borrowing LeadView, _ partners: borrowing PartnerTable) {
        vertical = partners.listing(.verticals, lead.words.vertical)
        product = partners.listing(.products, lead.words.product)
        language = partners.listing(.languages, lead.words.language)
        var rows: [BitRow?] = []
        for code in lead.technologies { rows.append(partners.listing(.technologies, code)) }
        technologies = rows
        states = (lead.words.vertical != Vocabulary.none, lead.words.product != Vocabulary.none,
            lead.words.language != Vocabulary.none)
    }

    /// Vertical, product, language and technologies.
    @inline(__always)
    func match(_ partner: Int, _ lists: Span<ProfileLists>) -> SIMD4<Double> {
        let known = lists[partner]
        return SIMD4(
            states.vertical && known.contains(.verticals) ? Self.listed(vertical, partner) : 0,
            states.product && known.contains(.products) ? Self.listed(product, partner) : 0,
            states.language && known.contains(.languages) ? Self.listed(language, partner) : 0,
            !technologies.isEmpty && known.contains(.technologies) ? share(partner) : 0)
    }

    @inline(__always)
    private static func listed(_ row: BitRow?, _ partner: Int) -> Double { row?[partner] == true ? 0.5 : -0.5 }

    @inline(__always)
    private func share(_ partner: Int) -> Double {
        var known = 0.0
        for row in technologies where row?[partner] == true { known += 1 }
        return known / Double(technologies.count) - 0.5
    }
}

/// Which lists of a profile hold anything.
struct ProfileLists: OptionSet, Sendable {
    var rawValue: UInt8
    static let verticals = ProfileLists(rawValue: 1)
    static let products = ProfileLists(rawValue: 2)
    static let languages = ProfileLists(rawValue: 4)
    static let technologies = ProfileLists(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ profile: PartnerProfile) {
        self = []
        if !profile.verticals.isEmpty { insert(.verticals) }
        if !profile.products.isEmpty { insert(.products) }
        if !profile.languages.isEmpty { insert(.languages) }
        if !profile.technologies.isEmpty { insert(.technologies) }
    }
}
