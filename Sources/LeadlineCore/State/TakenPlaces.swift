/// The places that partners' leads took of late, one by one: whose, when and as what. Since logic version 7.
///
/// Counters are of one window each and know it by its number alone. A policy with another length of periods, or another
/// anchor, gives other windows, and old numbers come again; then counters are counted anew from here, so that what lies
/// in the new window goes on counting. A lead that is given back is taken off only if it is here: what a counter never
/// counted it is not relieved of.
struct TakenPlaces: Sendable, Equatable {
    struct Place: Sendable, Equatable {
        var at: Timestamp
        /// Slot of the lead.
        var lead: UInt32
        var valueMinorUnits: Int64
        var kinds: [CountedPlace.Kind]
    }

    /// How long places are remembered at least: a quarter, so that a policy may turn weeks into quarters.
    static let daysMin: UInt32 = 92

    /// By partner, in the order of their moments; as long as the last that had one.
    private(set) var places: [[Place]] = []
    /// When returns of a partner were credited, likewise.
    private(set) var credits: [[Timestamp]] = []
    /// When leads went to a partner by lot.
    private(set) var explored: [Timestamp] = []

    init() {}

    func places(of partner: Int) -> [Place] { partner < places.count ? places[partner] : [] }

    func credits(of partner: Int) -> [Timestamp] { partner < credits.count ? credits[partner] : [] }

    mutating func take(_ place: Place, _ partner: Int, keepingFrom limit: Timestamp) {
        while places.count <= partner { places.append([]) }
        Self.forget(&places[partner], before: limit, at: \.at)
        places[partner].append(place)
    }

    mutating func credit(_ partner: Int, at stamp: Timestamp, keepingFrom limit: Timestamp) {
        while credits.count <= partner { credits.append([]) }
        Self.forget(&credits[partner], before: limit, at: \.self)
        credits[partner].append(stamp)
    }

    mutating func explore(at stamp: Timestamp, keepingFrom limit: Timestamp) {
        Self.forget(&explored, before: limit, at: \.self)
        explored.append(stamp)
    }

    /// Where the place is that a lead took at a partner at a moment, or, where it got the lead once more for one place,
    /// the last one before.
    func index(of lead: Int, _ partner: Int, at stamp: Timestamp) -> Int? {
        places(of: partner).lastIndex { $0.lead == UInt32(lead) && $0.at <= stamp }
    }

    /// Takes a place out that was given back.
    mutating func remove(_ index: Int, of partner: Int) -> Place { places[partner].remove(at: index) }

    /// Puts places that were taken in any order into the order of their moments.
    mutating func sort() {
        for partner in places.indices { places[partner].sort { ($0.at, $0.lead) < ($1.at, $1.lead) } }
    }

    /// The places of one partner are another's, in the order of their moments.
    mutating func move(_ from: Int, _ into: Int) {
        if from < places.count, !places[from].isEmpty {
            while places.count <= into { places.append([]) }
            places[into] = (places[into] + places[from]).sorted { ($0.at, $0.lead) < ($1.at, $1.lead) }
            places[from] = []
        }
        if from < credits.count, !credits[from].isEmpty {
            while credits.count <= into { credits.append([]) }
            credits[into] = (credits[into] + credits[from]).sorted()
            credits[from] = []
        }
    }

    /// What is too old goes once it is half of the list, so that a long list is not moved for each lead.
    private static func forget<T>(_ list: inout [T], before limit: Timestamp, at moment: KeyPath<T, Timestamp>) {
        let (first, half) = (list.first, list.count / 2)
        guard let first, first[keyPath: moment] < limit, list[half][keyPath: moment] < limit else { return }
        list.removeFirst(list.firstIndex { $0[keyPath: moment] >= limit } ?? list.count)
    }
}

// MARK: - Canonical bytes

extension TakenPlaces {
    func write(to w: inout StateWriter) {
        w.put(each: places) { w, list in
            w.put(each: list) { w, place in
                w.put(place.at)
                w.put(place.lead)
                w.put(place.valueMinorUnits)
                w.put(each: place.kinds) { $1.write(to: &$0) }
            }
        }
        w.put(each: credits) { w, list in w.put(each: list) { $0.put($1) } }
        w.put(each: explored) { $0.put($1) }
    }

    init(from r: inout StateReader, partners: Int, leads: Int) throws(StateBytesError) {
        places = try r.each { (r) throws(StateBytesError) in
            try r.each { (r) throws(StateBytesError) in
                Place(
                    at: try r.timestamp(), lead: try r.get(), valueMinorUnits: try r.get(),
                    kinds: try r.each { (r) throws(StateBytesError) in try CountedPlace.Kind(from: &r) })
            }
        }
        credits = try r.each { (r) throws(StateBytesError) in
            try r.each { (r) throws(StateBytesError) in try r.timestamp() }
        }
        explored = try r.each { (r) throws(StateBytesError) in try r.timestamp() }
        guard places.count <= partners, credits.count <= partners,
            places.allSatisfy({ $0.allSatisfy { $0.lead < leads } })
        else { throw .invalid(at: r.at) }
    }
}
