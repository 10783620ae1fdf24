/// The program's partners as columns; a partner's index is its order of registration and never changes.
struct PartnerTable: Sendable, Equatable {
    enum Status: UInt8, Sendable { case active = 0, paused, removed }

    struct Absence: Sendable, Equatable {
        var id: String
        var from: Timestamp
        var until: Timestamp
    }

    /// "No cap" in the cap columns.
    static let uncapped = UInt32.max

    private(set) var indexByID: [String: UInt32] = [:]
    private(set) var profiles: [PartnerProfile] = []
    private(set) var status: [Status] = []
    private(set) var active = BitRow()
    private(set) var withAbsences = BitRow()
    private(set) var absences: [[Absence]] = []
    private(set) var timeZones: [TimeZoneRules?] = []
    /// Local days on which it does not work; derived from its profile and the policy.
    var holidays: [HolidayDays] = []
    private(set) var openLeadsMax: [UInt32] = []
    private(set) var leadsPerPeriodMax: [UInt32] = []
    private(set) var typicalDealMin: [Int64] = []
    private(set) var typicalDealMax: [Int64] = []
    private(set) var tier: [UInt32] = []
    /// Which of its lists hold anything.
    private(set) var lists: [ProfileLists] = []
    /// Partners whose profiles say what they are good at.
    private var profiled = 0
    /// True if there is one of those at least.
    var haveProfiles: Bool { profiled > 0 }
    var openLeads: [UInt32] = []
    /// Offers that are open: each holds a place. Derived from the offers.
    var offered: [UInt32] = []
    var period: [Int64] = []
    var leadsInPeriod: [UInt32] = []
    /// The same for the policy's floor period.
    var floorPeriod: [Int64] = []
    var leadsInFloorPeriod: [UInt32] = []
    /// What those leads are worth, minor units; counted from logic version 2 on.
    var valueInFloorPeriod: [Int64] = []
    var tieDebtMicros: [Int64] = []
    var lastAssigned: [Timestamp] = []
    var assignments: [UInt64] = []
    var commissionBasisPoints: [UInt32] = []

    /// The latest moment in `lastAssigned`; derived from it.
    private(set) var latestTurn = Timestamp.epoch

    // Working time: who cools down after a missed deadline, and who takes how many leads of which kind.
    var coolingUntil: [Timestamp] = []
    /// The latest of them all: past it nobody needs to be asked.
    var coolingLatest = Timestamp.epoch
    var withSegments = BitRow()
    /// The profile's caps with their words as codes.
    var segmentCaps: [[CompiledCap]] = []
    var segmentCounts: [[SegmentCount]] = []

    /// Who lists which word: one row of bits for each (list, word) that a profile names.
    private var rowByKey: [UInt32: Int] = [:]
    private var rows: [BitRow] = []

    var count: Int { profiles.count }
    /// Words in a row of partner bits.
    var wordCount: Int { (count + 63) >> 6 }

    /// Where a partner is; of one that was merged into another, where that one is.
    func index(of id: String) -> Int? { indexByID[id].map(Int.init) }

    /// Where the partner itself is, merged or not.
    func ownIndex(of id: String) -> Int? {
        isMerged(id) ? profiles.firstIndex { $0.partnerID == id } : index(of: id)
    }

    /// True if the id is one of a partner that was merged into another, and stands for that one. Since logic version 7.
    func isMerged(_ id: String) -> Bool { indexByID[id].map { profiles[Int($0)].partnerID != id } ?? false }

    /// The id stands for another partner from here on, and whatever stood for it too.
    mutating func setAlias(_ id: String, _ partner: Int) {
        guard let known = indexByID[id] else { return }
        for index in 0..<count where indexByID[profiles[index].partnerID] == known {
            indexByID[profiles[index].partnerID] = UInt32(partner)
        }
    }

    /// Which partners are merged into which others, by index, in order.
    var aliases: [(from: UInt32, into: UInt32)] {
        (0..<count).compactMap { index in
            indexByID[profiles[index].partnerID].flatMap { $0 == UInt32(index) ? nil : (UInt32(index), $0) }
        }
    }

    /// The floors are others; nothing else of the capacity is.
    mutating func setFloors(_ capacity: Capacity, at index: Int) {
        profiles[index].capacity.leadsPerPeriodMin = capacity.leadsPerPeriodMin
        profiles[index].capacity.floorValueMinorUnitsPerPeriod = capacity.floorValueMinorUnitsPerPeriod
    }

    /// Registers a partner or replaces its profile; counters and what outcomes taught stay.
    mutating func upsert(
        _ profile: PartnerProfile, timeZone: TimeZoneRules?, currency: String, _ vocabulary: inout Vocabulary
    ) {
        let index: Int
        if let known = self.index(of: profile.partnerID) {
            index = known
            mark(profiles[index], at: index, false, &vocabulary)
            profiles[index] = profile
            timeZones[index] = timeZone
        } else {
            index = count
            indexByID[profile.partnerID] = UInt32(index)
            profiles.append(profile)
            status.append(.active)
            absences.append([])
            timeZones.append(timeZone)
            holidays.append(HolidayDays())
            openLeadsMax.append(Self.uncapped)
            leadsPerPeriodMax.append(Self.uncapped)
            typicalDealMin.append(0)
            typicalDealMax.append(0)
            tier.append(0)
            lists.append([])
            openLeads.append(0)
            offered.append(0)
            period.append(.min)
            leadsInPeriod.append(0)
            floorPeriod.append(.min)
            leadsInFloorPeriod.append(0)
            valueInFloorPeriod.append(0)
            tieDebtMicros.append(0)
            lastAssigned.append(.epoch)
            assignments.append(0)
            commissionBasisPoints.append(0)
            coolingUntil.append(.epoch)
            segmentCaps.append([])
            segmentCounts.append([])
        }
        // A partner that was removed and is registered again starts anew as active.
        if status[index] == .removed { status[index] = .active }
        active[index] = status[index] == .active
        mark(profile, at: index, true, &vocabulary)
        tier[index] = profile.tier
        if !lists[index].isEmpty { profiled -= 1 }
        lists[index] = ProfileLists(profile)
        if !lists[index].isEmpty { profiled += 1 }
        typicalDealMin[index] = Self.bound(profile.typicalDealMin, currency)
        typicalDealMax[index] = Self.bound(profile.typicalDealMax, currency)
        setCapacity(profile.capacity, at: index, &vocabulary)
    }

    mutating func setCapacity(_ capacity: Capacity, at index: Int, _ vocabulary: inout Vocabulary) {
        profiles[index].capacity = capacity
        setSegments(capacity.segments, at: index, &vocabulary)
        openLeadsMax[index] = capacity.openLeadsMax ?? Self.uncapped
        leadsPerPeriodMax[index] = capacity.leadsPerPeriodMax ?? Self.uncapped
    }

    mutating func setStatus(_ new: Status, at index: Int) {
        status[index] = new
        active[index] = new == .active
    }

    /// Whether a pause, a return or a removal changes anything, as logic before version 7 has it.
    func canBecome(_ new: Status, at index: Int) -> Bool { status[index] != new && status[index] != .removed }

    /// Notes when the partner got a lead. Leads of one moment lie a microsecond apart, in their order, so that a bulk
    /// of them goes where they would have gone one by one.
    mutating func noteTurn(_ index: Int, at stamp: Timestamp) {
        restoreTurn(index, at: max(stamp, latestTurn.adding(micros: 1)))
    }

    mutating func restoreTurn(_ index: Int, at stamp: Timestamp) {
        lastAssigned[index] = stamp
        latestTurn = max(latestTurn, stamp)
    }

    /// Sets an absence and forgets those that ended before `limit`, so that no partner's list grows for ever.
    mutating func setAbsence(_ absence: Absence, at index: Int, forgetting limit: Timestamp = .epoch) {
        absences[index].removeAll { $0.id == absence.id || $0.until < limit }
        if absence.until >= limit { absences[index].append(absence) }
        absences[index].sort { ($0.from, $0.until, $0.id) < ($1.from, $1.until, $1.id) }
        withAbsences[index] = !absences[index].isEmpty
    }

    mutating func cancelAbsence(_ id: String, at index: Int) {
        absences[index].removeAll { $0.id == id }
        withAbsences[index] = !absences[index].isEmpty
    }

    func isAbsent(_ index: Int, at stamp: Timestamp) -> Bool {
        absences[index].contains { $0.from <= stamp && stamp < $0.until }
    }

    /// The partners who list the word, as bits; nil if none does.
    func listing(_ list: PartnerList, _ code: Vocabulary.Code) -> BitRow? {
        rowByKey[Self.key(list, code)].map { rows[$0] }
    }

    /// True if the partner lists the word.
    func lists(_ index: Int, _ list: PartnerList, _ code: Vocabulary.Code) -> Bool {
        listing(list, code)?[index] ?? false
    }

    private static func key(_ list: PartnerList, _ code: Vocabulary.Code) -> UInt32 {
        UInt32(list.rawValue) << 16 | UInt32(code)
    }

    private static func bound(_ money: Money?, _ currency: String) -> Int64 {
        guard let money, money.currency == currency else { return 0 }
        return money.minorUnits
    }

    private mutating func mark(
        _ profile: PartnerProfile, at index: Int, _ listed: Bool, _ vocabulary: inout Vocabulary
    ) {
        for list in PartnerList.allCases {
            for word in profile[list] {
                let code = vocabulary.learn(word)
                if code == Vocabulary.unlisted { continue }
                let key = Self.key(list, code)
                let row: Int
                if let known = rowByKey[key] {
                    row = known
                } else {
                    row = rows.count
                    rows.append(BitRow())
                    rowByKey[key] = row
                }
                rows[row][index] = listed
            }
        }
    }
}

extension PartnerProfile {
    /// The list that a predicate names.
    public subscript(_ list: PartnerList) -> [String] {
        switch list {
        case .countries: countries
        case .regions: regions
        case .languages: languages
        case .verticals: verticals
        case .products: products
        case .technologies: technologies
        case .certifications: certifications
        case .residencies: residencies
        }
    }
}
