/// What the model knows a lead by: one value a slot.
public enum LeadSlot: Int, Sendable, CaseIterable {
    case vertical = 0, country, companySize, dealSize, source, product, intent
    /// Since logic version 3.
    case campaign
    /// The deal's size, read once more as `NumberBands.Reading` has it: how large it is, how large in finer steps, and
    /// how round the amount is. Since logic version 8.
    case dealSizeHalf, dealSizeEighth, dealRoundness

    /// Name in explanations.
    public var name: String {
        switch self {
        case .companySize: "company-size"
        case .dealSize: "deal-size"
        case .dealSizeHalf: "deal-size-half-octave"
        case .dealSizeEighth: "deal-size-eighth-octave"
        case .dealRoundness: "deal-roundness"
        default: "\(self)"
        }
    }

    /// The lead's word that is its value; nil for what is worked out.
    var word: LeadWord? {
        switch self {
        case .vertical: .vertical
        case .country: .country
        case .source: .source
        case .product: .product
        case .campaign: .campaign
        case .companySize, .dealSize, .intent, .dealSizeHalf, .dealSizeEighth, .dealRoundness: nil
        }
    }

    /// How it reads the deal's amount; nil for what reads none, or by the bands of `SizeBand`.
    public var reading: NumberBands.Reading? {
        switch self {
        case .dealSizeHalf: .half
        case .dealSizeEighth: .eighth
        case .dealRoundness: .zeros
        default: nil
        }
    }

    static let all = allCases
    /// Slots that every logic version knows; later ones stand behind them.
    static let firstCount = 7
    /// Slots of which explanations have a contribution each; those behind them speak of the deal's size too, and what
    /// they say is in its contribution.
    static let explainedCount = 8

    /// The first logic version that knows it.
    public var sinceLogic: UInt32 { reading != nil ? 8 : word?.sinceLogic ?? 0 }

    /// The value of a lead that does not state it.
    var unstated: UInt32 { reading == nil ? key(0) : key(of: .nan) }

    /// The key of an amount as the slot reads it.
    func key(of amount: Double) -> UInt32 { key(UInt32(10_000 + (reading?.of(amount) ?? 0))) }

    /// The band of a key's code.
    static func band(_ code: Int) -> Int { code - 10_000 }

    /// Slots that the logic of a version knows leads by: the first so many.
    static func count(logic version: UInt32) -> Int { all.count { $0.sinceLogic <= version } }

    /// The key of one of its values: the slot in the upper eight bits, a code below.
    func key(_ code: UInt32) -> UInt32 { UInt32(rawValue) << 24 | code }
}

/// Values as small ids, in order of first use. Their number is bounded; a value that finds no place shares its slot's
/// id with all others that found none.
struct FeatureValues: Sendable {
    private static let valuesMax = 4_096
    /// Of those, campaigns: what there is no end of leaves room for the rest.
    private static let campaignsMax = 1_024
    /// Ids below this are the first slots' shared ones; 0 is "never learned". Later slots have a value of their own for
    /// it.
    static let firstID = Int32(1 + LeadSlot.firstCount)
    /// The code of the value that those share who found no place.
    static let others: UInt32 = 0xff_ffff

    private(set) var known: [UInt32] = []
    private var idByKey: [UInt32: Int32] = [:]
    private var campaignCount = 0

    /// One more than the largest id.
    var idEnd: Int { Int(Self.firstID) + known.count }

    /// A value's id without learning it: 0 where it was never learned.
    func id(_ key: UInt32) -> Int32 {
        if let known = idByKey[key] { return known }
        return hasRoom(key) ? 0 : shared(key)
    }

    /// A value's id, learning it if there is room.
    mutating func learn(_ key: UInt32) -> Int32 {
        if let known = idByKey[key] { return known }
        guard hasRoom(key) else { return shared(key) }
        return append(key)
    }

    /// Makes a place for what the values of a later slot share that find none of their own.
    mutating func admit(_ slot: LeadSlot) { _ = append(slot.key(Self.others)) }

    /// Takes up a value as a snapshot has it, where it stood.
    mutating func restore(_ key: UInt32) { _ = append(key) }

    private mutating func append(_ key: UInt32) -> Int32 {
        let id = Int32(idEnd)
        known.append(key)
        idByKey[key] = id
        if Self.isCampaign(key) { campaignCount += 1 }
        return id
    }

    private static func isLater(_ key: UInt32) -> Bool { key >> 24 >= UInt32(LeadSlot.firstCount) }

    private static func isCampaign(_ key: UInt32) -> Bool { key >> 24 == UInt32(LeadSlot.campaign.rawValue) }

    private func hasRoom(_ key: UInt32) -> Bool {
        known.count < Self.valuesMax && !(Self.isCampaign(key) && campaignCount >= Self.campaignsMax)
    }

    private func shared(_ key: UInt32) -> Int32 {
        if Self.isLater(key) { return idByKey[key & 0xff00_0000 | Self.others] ?? 0 }
        return 1 + Int32(key >> 24)
    }
}

/// The values of one lead as keys.
struct LeadFeatures: Sendable {
    /// Of the first slots, as the match model takes them: the eighth says whether a language was stated.
    private var codes = SIMD8<UInt32>(repeating: 0)
    /// Of the slots that came later.
    private var later = SIMD4<UInt32>(repeating: 0)

    init(_ lead: LeadView, _ accounts: AccountTable, at stamp: Timestamp) {
        for slot in LeadSlot.all { if let word = slot.word { set(slot, UInt32(lead.words[word])) } }
        set(.companySize, Self.companySize(lead.employees))
        set(.dealSize, UInt32(SizeBand.of(lead.valueMinorUnits ?? 0)))
        // Sizes in the program's currency, for they are compared; roundness as it was stated, for it is lost else.
        let amount = lead.statesValue ? lead.valueMinorUnits : nil
        later[1] = LeadSlot.dealSizeHalf.key(of: Self.number(amount))
        later[2] = LeadSlot.dealSizeEighth.key(of: Self.number(amount))
        later[3] = LeadSlot.dealRoundness.key(of: Self.number(amount == nil ? nil : lead.statedMinorUnits))
        // Not a slot of the crossed model: the match model alone asks whether a language was stated.
        codes[7] = 7 << 24 | (lead.words.language == Vocabulary.none ? 0 : 1)
        set(.intent, lead.account.map { Intent.code(accounts.accounts[$0], at: stamp) } ?? 0)
    }

    private mutating func set(_ slot: LeadSlot, _ code: UInt32) {
        if slot.rawValue < LeadSlot.firstCount {
            codes[slot.rawValue] = slot.key(code)
        } else {
            later[slot.rawValue - LeadSlot.firstCount] = slot.key(code)
        }
    }

    /// An amount in whole units of its currency, as files of deals have it; not a number where there is none.
    private static func number(_ minorUnits: Int64?) -> Double { minorUnits.map { Double($0) / 100 } ?? .nan }

    private func key(_ slot: Int) -> UInt32 {
        slot < LeadSlot.firstCount ? codes[slot] : later[slot - LeadSlot.firstCount]
    }

    /// The keys by which the match model knows the lead. The size of a deal is a number there, so its place is free for
    /// the first slot that came later, if the model has it and the lead states it; by a mark of its own, for the eighth
    /// place says whether a language was stated.
    func matchKeys(slots: Int) -> SIMD8<UInt32> {
        var keys = codes
        let code = later[0] & 0xff_ffff
        if slots > LeadSlot.firstCount && code != 0 {
            keys[LeadSlot.dealSize.rawValue] = MatchColumns.laterMark << 24 | code
        }
        return keys
    }

    /// 0 where nobody said; then by staff: under 10, 50, 250 (the EU's micro, small and medium), 1,000, 5,000, more.
    private static func companySize(_ employees: UInt32) -> UInt32 {
        if employees == 0 { return 0 }
        var band: UInt32 = 1
        for bound: UInt32 in [10, 50, 250, 1_000, 5_000] where employees >= bound { band += 1 }
        return band
    }

    /// The row of ids, one for each slot that the model has, written over `row`; values never learned are 0.
    func write(to row: inout [Int32], _ values: FeatureValues, slots: Int) {
        row.removeAll(keepingCapacity: true)
        for slot in 0..<slots { row.append(values.id(key(slot))) }
    }

    /// The row of ids, new values learned.
    func learnedRow(_ values: inout FeatureValues, slots: Int) -> [Int32] {
        var row: [Int32] = []
        row.reserveCapacity(slots)
        for slot in 0..<slots { row.append(values.learn(key(slot))) }
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
