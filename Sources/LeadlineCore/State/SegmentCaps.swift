// Caps on leads of one kind: their words as codes, and how many such leads each partner got this period.

extension PartnerTable {
    /// A cap of the profile, its word as a code.
    struct CompiledCap: Sendable, Equatable {
        var field: LeadField
        var code: Vocabulary.Code
        var most: UInt32
    }

    /// Leads of one kind in one period. It outlives its cap until the period ends: a profile that drops a cap and
    /// states it again, or changes its number, finds the count where it was. A cap that is stated for the first time
    /// counts from then on.
    struct SegmentCount: Sendable, Equatable {
        var field: LeadField
        var code: Vocabulary.Code
        var period: Int64
        var leads: UInt32
    }

    /// Counts that are kept for one partner; past it those without a cap go first.
    private static let countsMax = 64

    mutating func setSegments(_ caps: [SegmentCap], at index: Int, _ vocabulary: inout Vocabulary) {
        segmentCaps[index] = caps.map {
            CompiledCap(field: $0.leadField, code: vocabulary.learn($0.value), most: $0.leadsPerPeriodMax)
        }
        withSegments[index] = !caps.isEmpty
        for cap in segmentCaps[index] where !segmentCounts[index].contains(where: { $0.counts(cap) }) {
            segmentCounts[index].append(SegmentCount(field: cap.field, code: cap.code, period: .min, leads: 0))
        }
        if segmentCounts[index].count <= Self.countsMax { return }
        let kept = segmentCaps[index]
        segmentCounts[index].removeAll { count in !kept.contains { count.counts($0) } }
    }

    /// Counts an assigned lead under every kind it is of.
    mutating func countSegments(_ lead: LeadView, at index: Int, in period: Int64) {
        for at in segmentCounts[index].indices
        where lead.has(segmentCounts[index][at].code, as: segmentCounts[index][at].field) {
            if segmentCounts[index][at].period != period {
                segmentCounts[index][at].period = period
                segmentCounts[index][at].leads = 0
            }
            segmentCounts[index][at].leads += 1
        }
        let caps = segmentCaps[index]
        segmentCounts[index].removeAll { count in count.period != period && !caps.contains { count.counts($0) } }
    }

    /// The kinds under which `countSegments` counts a lead.
    func countedKinds(_ lead: LeadView, at index: Int) -> [CountedPlace.Kind] {
        segmentCounts[index].compactMap { count in
            lead.has(count.code, as: count.field) ? CountedPlace.Kind(field: count.field, code: count.code) : nil
        }
    }

    /// Takes back what `countSegments` counted of a lead in a period.
    mutating func discountSegments(_ kinds: [CountedPlace.Kind], at index: Int, in period: Int64) {
        for at in segmentCounts[index].indices {
            let count = segmentCounts[index][at]
            guard count.period == period, count.leads > 0,
                kinds.contains(CountedPlace.Kind(field: count.field, code: count.code))
            else { continue }
            segmentCounts[index][at].leads -= 1
        }
    }

    /// Counts anew, for a period of another length: the kinds that each lead of the period counted under.
    mutating func recountSegments(_ leads: [[CountedPlace.Kind]], at index: Int, in period: Int64) {
        for at in segmentCounts[index].indices {
            let kind = CountedPlace.Kind(field: segmentCounts[index][at].field, code: segmentCounts[index][at].code)
            segmentCounts[index][at].period = period
            segmentCounts[index][at].leads = UInt32(clamping: leads.count { $0.contains(kind) })
        }
    }

    /// True if the partner got as many leads of a kind this lead is of as it takes.
    func isSegmentFull(_ index: Int, _ lead: LeadView, in period: Int64) -> Bool {
        for cap in segmentCaps[index]
        where lead.has(cap.code, as: cap.field) && segmentLeads(index, cap, in: period) >= cap.most {
            return true
        }
        return false
    }

    func segmentLeads(_ index: Int, _ cap: CompiledCap, in period: Int64) -> UInt32 {
        for count in segmentCounts[index] where count.counts(cap) { return count.period == period ? count.leads : 0 }
        return 0
    }

    func segmentStandings(_ index: Int, in period: Int64) -> [SegmentStanding] {
        zip(profiles[index].capacity.segments, segmentCaps[index]).map {
            SegmentStanding(cap: $0, leads: segmentLeads(index, $1, in: period))
        }
    }

    /// Reads the counts back from a snapshot.
    mutating func restore(_ counts: [SegmentCount], coolingUntil: Timestamp, at index: Int) {
        segmentCounts[index] = counts
        coolDown(index, until: coolingUntil)
    }
}

extension PartnerTable.SegmentCount {
    func counts(_ cap: PartnerTable.CompiledCap) -> Bool { field == cap.field && code == cap.code }
}
