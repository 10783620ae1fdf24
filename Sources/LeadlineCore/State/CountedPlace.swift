/// What a lead was counted as when its holder got it. What the lead says may change while it is there, and so may caps
/// and rates; a lead that is given back gives back this. Since logic version 5.
struct CountedPlace: Sendable, Equatable {
    /// A cap's field and word under which the lead counted.
    struct Kind: Sendable, Equatable {
        var field: LeadField
        var code: Vocabulary.Code
    }

    /// What it counted for its holder's floor, in minor units of the program's currency.
    var valueMinorUnits: Int64 = 0
    /// In whose rotation it was the holder's turn.
    var country = Vocabulary.none
    var kinds: [Kind] = []

    /// Which windows a lead counted in, as their lengths were then; a policy may change those while the lead is there.
    struct Windows: Sendable, Equatable {
        var period: Int64
        var floorPeriod: Int64
        /// Whether it counted as a taken place when places have prices: its holder had a cap then.
        var wasPriced: Bool
    }

    /// Nil where it counted in none. Since logic version 6; before, they are worked out again.
    var windows: Windows?
}

// MARK: - Canonical bytes

extension CountedPlace.Kind {
    func write(to w: inout StateWriter) {
        w.put(field.rawValue)
        w.put(code)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        field = try r.raw()
        code = try r.get()
    }
}

extension CountedPlace {
    func write(to w: inout StateWriter) {
        w.put(valueMinorUnits)
        w.put(country)
        w.put(each: kinds) { $1.write(to: &$0) }
        if w.logicVersion < 6 { return }
        w.put(optional: windows) { w, windows in
            w.put(windows.period)
            w.put(windows.floorPeriod)
            w.put(windows.wasPriced)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        valueMinorUnits = try r.get()
        country = try r.get()
        kinds = try r.each { (r) throws(StateBytesError) in try Kind(from: &r) }
        if r.logicVersion < 6 { return }
        windows = try r.optional { (r) throws(StateBytesError) in
            Windows(period: try r.get(), floorPeriod: try r.get(), wasPriced: try r.bool())
        }
    }
}
