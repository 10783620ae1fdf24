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
}

// MARK: - Canonical bytes

extension CountedPlace {
    func write(to w: inout StateWriter) {
        w.put(valueMinorUnits)
        w.put(country)
        w.put(each: kinds) { w, kind in
            w.put(kind.field.rawValue)
            w.put(kind.code)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        valueMinorUnits = try r.get()
        country = try r.get()
        kinds = try r.each { (r) throws(StateBytesError) in Kind(field: try r.raw(), code: try r.get()) }
    }
}
