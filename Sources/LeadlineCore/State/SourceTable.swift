/// How good the leads of each source were of late: how many of those that partners got came back for bad data. Since
/// logic version 5.
///
/// The figure is about a source's latest leads: once `windowLeads` are counted both counts are halved, so that a source
/// that has mended its ways is not held to its past for ever, and nothing is reset by a calendar.
struct SourceTable: Sendable {
    struct Tally: Sendable, Equatable {
        var source: Vocabulary.Code
        /// Leads that a partner got, each once, however often it was routed.
        var leads: UInt32 = 0
        /// Those of them that a partner gave back for bad data, and that no person found to be good.
        var returned: UInt32 = 0

        /// The share that was not given back, in basis points, as if `goodLeadsAssumed` more had been good.
        var qualityBasisPoints: UInt32 {
            10_000 * (leads - returned + SourceTable.goodLeadsAssumed) / (leads + SourceTable.goodLeadsAssumed)
        }
    }

    /// Leads at which the counts are halved.
    static let windowLeads: UInt32 = 1_000
    /// Good leads that every source begins with, so that the first bad one condemns none.
    static let goodLeadsAssumed: UInt32 = 10
    /// Sources that are told apart. Producers name them, so there may be any number; later ones have no figure.
    static let sourcesMax = 1_024

    /// In the order in which partners first got a lead of each.
    private(set) var tallies: [Tally] = []
    private var places: [Vocabulary.Code: Int] = [:]

    init() {}

    /// The tally of a source; nil where partners have got no lead of it.
    func tally(_ source: Vocabulary.Code) -> Tally? { places[source].map { tallies[$0] } }

    /// Counts a lead that a partner got. False if the source is one too many, or none.
    mutating func countLead(_ source: Vocabulary.Code) -> Bool {
        if source == Vocabulary.none || source == Vocabulary.unlisted { return false }
        if places[source] == nil {
            if tallies.count >= Self.sourcesMax { return false }
            restore(Tally(source: source))
        }
        guard let place = places[source] else { return false }
        tallies[place].leads += 1
        if tallies[place].leads >= Self.windowLeads {
            tallies[place].leads /= 2
            tallies[place].returned /= 2
        }
        return true
    }

    /// Counts one of its leads as given back, or no longer.
    mutating func countReturn(_ source: Vocabulary.Code, isTakenBack: Bool = false) {
        guard let place = places[source] else { return }
        let (leads, returned) = (tallies[place].leads, tallies[place].returned)
        tallies[place].returned = isTakenBack ? returned - min(returned, 1) : min(returned + 1, leads)
    }

    private mutating func restore(_ tally: Tally) {
        places[tally.source] = tallies.count
        tallies.append(tally)
    }
}

extension SourceTable {
    func write(to w: inout StateWriter) {
        w.put(each: tallies) { w, tally in
            w.put(tally.source)
            w.put(tally.leads)
            w.put(tally.returned)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let tally = Tally(source: try r.get(), leads: try r.get(), returned: try r.get())
            guard tally.returned <= tally.leads, places[tally.source] == nil else { throw .invalid(at: r.at) }
            restore(tally)
        }
    }
}
