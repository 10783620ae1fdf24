/// What the model knows a lead by: one value a slot.
public enum LeadSlot: Int, Sendable, CaseIterable {
    case vertical = 0, country, companySize, dealSize, source, product, intent

    /// Name in explanations.
    public var name: String {
        switch self {
        case .vertical: "vertical"
        case .country: "country"
        case .companySize: "company-size"
        case .dealSize: "deal-size"
        case .source: "source"
        case .product: "product"
        case .intent: "intent"
        }
    }
}

/// Values as small ids, in order of first use. Their number is bounded; a value that finds no place shares its slot's
/// last id with all others that found none.
struct FeatureValues: Sendable {
    private static let valuesMax = 4_096
    /// Ids below this are the slots' shared ones; 0 is "never learned".
    static let firstID = Int32(1 + LeadSlot.allCases.count)

    private(set) var known: [UInt32] = []
    private var idByKey: [UInt32: Int32] = [:]

    /// One more than the largest id.
    var idEnd: Int { Int(Self.firstID) + known.count }

    /// A value's id without learning it: 0 where it was never learned.
    func id(_ key: UInt32) -> Int32 {
        if let known = idByKey[key] { return known }
        return known.count < Self.valuesMax ? 0 : Self.shared(key)
    }

    /// A value's id, learning it if there is room.
    mutating func learn(_ key: UInt32) -> Int32 {
        if let known = idByKey[key] { return known }
        guard known.count < Self.valuesMax else { return Self.shared(key) }
        let id = Int32(idEnd)
        known.append(key)
        idByKey[key] = id
        return id
    }

    private static func shared(_ key: UInt32) -> Int32 { 1 + Int32(key >> 24) }
}

/// The values of one lead as codes: the slot in the upper eight bits, a code below.
struct LeadFeatures: Sendable {
    private(set) var codes = SIMD8<UInt32>(repeating: 0)

    init(_ lead: LeadView, _ accounts: AccountTable, at stamp: Timestamp) {
        set(.vertical, UInt32(lead.words.vertical))
        set(.country, UInt32(lead.words.country))
        set(.companySize, Self.companySize(lead.employees))
        set(.dealSize, UInt32(SizeBand.of(lead.valueMinorUnits ?? 0)))
        set(.source, UInt32(lead.words.source))
        set(.product, UInt32(lead.words.product))
        // Not a slot of the crossed model: the match model alone asks whether a language was stated.
        codes[7] = 7 << 24 | (lead.words.language == Vocabulary.none ? 0 : 1)
        set(.intent, lead.account.map { Intent.code(accounts.accounts[$0], at: stamp) } ?? 0)
    }

    private mutating func set(_ slot: LeadSlot, _ code: UInt32) {
        codes[slot.rawValue] = UInt32(slot.rawValue) << 24 | code
    }

    /// 0 where nobody said; then by staff: under 10, 50, 250 (the EU's micro, small and medium), 1,000, 5,000, more.
    private static func companySize(_ employees: UInt32) -> UInt32 {
        if employees == 0 { return 0 }
        var band: UInt32 = 1
        for bound: UInt32 in [10, 50, 250, 1_000, 5_000] where employees >= bound { band += 1 }
        return band
    }

    /// The row of ids, written over `row`; values never learned are 0.
    func write(to row: inout [Int32], _ values: FeatureValues) {
        row.removeAll(keepingCapacity: true)
        for slot in 0..<LeadSlot.allCases.count { row.append(values.id(codes[slot])) }
    }

    /// The row of ids, new values learned.
    func learnedRow(_ values: inout FeatureValues) -> [Int32] {
        var row: [Int32] = []
        row.reserveCapacity(LeadSlot.allCases.count)
        for slot in 0..<LeadSlot.allCases.count { row.append(values.learn(codes[slot])) }
        return row
    }
}

/// An account's buying signal as one code.
enum Intent {
    /// Topic and quarter of strength of the strongest signal by `stamp`; 0 without one.
    static func code(_ account: AccountTable.Account, at stamp: Timestamp) -> UInt32 {
        if let signal = account.intents.strongest(at: stamp) { return code(signal.topic, signal.strength(at: stamp)) }
        if account.intentTopic == Vocabulary.none { return 0 }
        return code(
            account.intentTopic,
            IntentSignal.decayed(account.intentStrengthPercent, since: account.intentLastSeen, at: stamp))
    }

    private static func code(_ topic: Vocabulary.Code, _ strength: Double) -> UInt32 {
        let quarter: UInt32 = strength >= 75 ? 3 : strength >= 50 ? 2 : strength >= 25 ? 1 : 0
        return UInt32(topic) << 2 | quarter
    }
}
