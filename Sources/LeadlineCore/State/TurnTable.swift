/// Whose turn it is, country by country: stride scheduling (Waldspurger and Weihl, "Stride Scheduling: Deterministic
/// Proportional-Share Resource Management", MIT/LCS/TM-528, 1995).
///
/// Each turn moves a partner on by a stride, the shorter the greater its weight; the one who is least far gets the next
/// turn. Who was away comes back level with those who were not: neither owed what it missed, nor set back. A turn that
/// is given back is a credit, which stays until it is used.
struct TurnTable: Sendable, Equatable {
    /// What a partner of weight 1 moves on by.
    static let strideMicros: Int64 = 1_000_000

    /// How far a partner is in one country.
    struct Place: Sendable, Equatable {
        var partner: UInt32
        var passMicros: Int64
        /// What it was given back and has not used; since logic version 2.
        var creditMicros: Int64 = 0
    }

    /// One country's rotation.
    struct Country: Sendable, Equatable {
        var code: Vocabulary.Code
        /// How far the partner was that had the last turn.
        var nowMicros: Int64
        /// By partner index, ascending; who has had no turn is not there.
        var places: [Place]
    }

    /// In the order in which countries first had a turn.
    private(set) var countries: [Country] = []

    init() {}

    /// How far a partner is, as the next choice sees it.
    private static func pass(_ partner: Int, _ country: Country) -> Int64 {
        let at = index(of: partner, country.places)
        guard holds(at, partner, country.places) else { return country.nowMicros }
        return max(country.places[at].passMicros, country.nowMicros) - country.places[at].creditMicros
    }

    /// True if the partner has its place at `at`.
    private static func holds(_ at: Int, _ partner: Int, _ places: [Place]) -> Bool {
        at < places.count && places[at].partner == UInt32(partner)
    }

    /// First place at or after the partner's.
    private static func index(of partner: Int, _ places: [Place]) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].partner < UInt32(partner) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Who of `partners` is next; among those equally far, who waited longest, then the first registered.
    func next(among partners: [Int], in code: Vocabulary.Code, lastAssigned: [Timestamp]) -> Int? {
        let country = countries.first { $0.code == code }
        return partners.min { a, b in
            let (x, y) = (country.map { Self.pass(a, $0) } ?? 0, country.map { Self.pass(b, $0) } ?? 0)
            return (x, lastAssigned[a], a) < (y, lastAssigned[b], b)
        }
    }

    /// A partner of some weight had its turn; it `wasNext`, or a lead that came another way counts as one. Returns what
    /// it moved on by.
    mutating func take(_ partner: Int, in code: Vocabulary.Code, weight: UInt32, wasNext: Bool) -> Int64 {
        let slot = countries.firstIndex { $0.code == code } ?? countries.count
        if slot == countries.count { countries.append(Country(code: code, nowMicros: 0, places: [])) }
        let stride = Self.strideMicros / Int64(max(weight, 1))
        let at = Self.index(of: partner, countries[slot].places)
        if !Self.holds(at, partner, countries[slot].places) {
            countries[slot].places.insert(Place(partner: UInt32(partner), passMicros: 0), at: at)
        }
        var place = countries[slot].places[at]
        let used = min(place.creditMicros, stride)
        place.creditMicros -= used
        place.passMicros = max(place.passMicros, countries[slot].nowMicros)
        // What a credit pays for in full, or comes out of turn, leaves the others where they were.
        if wasNext && used < stride { countries[slot].nowMicros = place.passMicros }
        place.passMicros += stride - used
        countries[slot].places[at] = place
        return stride
    }

    /// A partner has not had the turn that moved it on by `stride`.
    mutating func giveBack(_ partner: Int, in code: Vocabulary.Code, _ stride: Int64) {
        guard let slot = countries.firstIndex(where: { $0.code == code }) else { return }
        let at = Self.index(of: partner, countries[slot].places)
        if Self.holds(at, partner, countries[slot].places) { countries[slot].places[at].creditMicros += stride }
    }

    /// Two partners are one: how far the other is stands, and what either was given back is its.
    mutating func move(_ from: UInt32, _ into: UInt32) {
        for slot in countries.indices {
            guard let old = countries[slot].places.firstIndex(where: { $0.partner == from }) else { continue }
            var place = countries[slot].places.remove(at: old)
            let at = Self.index(of: Int(into), countries[slot].places)
            if Self.holds(at, Int(into), countries[slot].places) {
                countries[slot].places[at].creditMicros += place.creditMicros
            } else {
                place.partner = into
                countries[slot].places.insert(place, at: at)
            }
        }
    }

    func write(to w: inout StateWriter) {
        w.put(each: countries) { w, country in
            w.put(country.code)
            w.put(country.nowMicros)
            w.put(each: country.places) { w, place in
                w.put(place.partner)
                w.put(place.passMicros)
                if w.logicVersion >= 2 { w.put(place.creditMicros) }
            }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        countries = try r.each { (r) throws(StateBytesError) in
            Country(
                code: try r.get(), nowMicros: try r.get(),
                places: try r.each { (r) throws(StateBytesError) in
                    Place(
                        partner: try r.get(), passMicros: try r.get(),
                        creditMicros: r.logicVersion >= 2 ? try r.get() : 0)
                })
        }
    }
}
