// Whether a state that was read from bytes is one: every index lies within its table, and every count and chain is what
// the leads make it. Bytes that say otherwise are refused, and the journal is folded instead.

extension State {
    /// - Parameter at: Where the reading ended, for the error.
    func check(_ at: Int) throws(StateBytesError) {
        let isWhole = partnersAreWhole && accountsAreWhole && countsAreWhole && modelIsWhole
            && leads.leads.allSatisfy(isWhole) && slotsAreWhole && chainsAreWhole && mergersEnd && amountsAreWhole
        if !isWhole { throw .invalid(at: at) }
    }

    private func isPartner(_ index: UInt32) -> Bool { index < partners.count }
    private func isNobodyOrPartner(_ index: UInt32) -> Bool { index == LeadTable.nowhere || isPartner(index) }
    private func isWord(_ code: Vocabulary.Code) -> Bool {
        code == Vocabulary.unlisted || Int(code) < vocabulary.words.count
    }
    private func areWords(_ codes: [Vocabulary.Code]) -> Bool { codes.allSatisfy(isWord) }
    private func isLead(_ slot: UInt32) -> Bool { slot < leads.leads.count }
    private func isNoneOrLead(_ slot: UInt32) -> Bool { slot == LeadTable.nowhere || isLead(slot) }

    // MARK: Leads

    private func isWhole(_ lead: LeadTable.Lead) -> Bool {
        let words = LeadWord.all.allSatisfy { isWord(lead.words[$0]) }
            && areWords(lead.technologies) && areWords(lead.requiredCertifications)
            && areWords([lead.currency, lead.learnedVertical, lead.countedSource])
        let parties = isNobodyOrPartner(lead.holder) && lead.tried.allSatisfy(isPartner)
            && lead.recipients.allSatisfy(isPartner) && lead.missed.allSatisfy { isPartner($0.partner) }
            && isWithin(lead.turn)
        let links = isNoneOrLead(lead.link) && isNoneOrLead(lead.personLink)
            && isNoneOrAccount(lead.account) && isNoneOrAccount(lead.severedAccount)
        let isHeld = lead.status != .assigned || lead.holder != LeadTable.nowhere
        return words && parties && links && isHeld && isWhole(lead.place) && Int(lead.learnedBand) < SizeBand.count
    }

    /// A slot is free and empty, or holds a lead that is somewhere. A lead that waits for a human, is offered or was
    /// merged is at no partner; and what is offered has its offers.
    private var slotsAreWhole: Bool {
        var isFree = [Bool](repeating: false, count: leads.leads.count)
        for slot in leads.freeSlots { isFree[Int(slot)] = true }
        return leads.leads.indices.allSatisfy { slot in
            let lead = leads.leads[slot]
            if isFree[slot] { return lead == LeadTable.Lead(id: "") }
            switch lead.status {
            case .received: return false
            case .assigned, .closed: return true
            case .escalated, .merged: return lead.holder == LeadTable.nowhere
            case .offered: return lead.holder == LeadTable.nowhere && offers[slot] != nil
            }
        }
    }

    private func isNoneOrAccount(_ index: UInt32) -> Bool {
        index == LeadTable.nowhere || index < accounts.accounts.count
    }

    private func isWhole(_ place: CountedPlace) -> Bool {
        isWord(place.country) && areWords(place.kinds.map(\.code))
    }

    /// A row of partners names none that is not there.
    private func isWithin(_ row: BitRow) -> Bool {
        var last = -1
        forEachBit(row.words) { last = $0 }
        return last < partners.count
    }

    /// No lead was merged into itself, by whatever way round.
    private var mergersEnd: Bool {
        var isKnownToEnd = [Bool](repeating: false, count: leads.leads.count)
        for slot in leads.leads.indices {
            var (at, steps, path) = (slot, 0, [Int]())
            while leads.leads[at].status == .merged && !isKnownToEnd[at] {
                guard isLead(leads.leads[at].link), steps <= leads.leads.count else { return false }
                path.append(at)
                at = Int(leads.leads[at].link)
                steps += 1
            }
            for passed in path { isKnownToEnd[passed] = true }
        }
        return true
    }

    /// Each open lead of a company, or of a person, stands in its chain once, and none else does.
    private var chainsAreWhole: Bool {
        let heads = accounts.accounts.map(\.firstOpenLead)
        let ofCompanies = areChains(
            heads, by: \.link, where: { $0.account != LeadTable.nowhere },
            { lead, row in lead.account == UInt32(row) })
        if !ofCompanies || !isLogic(7) { return ofCompanies }
        // In any order: only whether all of them are there is asked.
        let persons = Array(newestOpen)
        return areChains(
            persons.map(\.value), by: \.personLink, where: { $0.subject != .zero },
            { lead, row in lead.subject == persons[row].key })
    }

    private func areChains(
        _ heads: [UInt32], by link: KeyPath<LeadTable.Lead, UInt32>, where isChained: (LeadTable.Lead) -> Bool,
        _ belongs: (LeadTable.Lead, Int) -> Bool
    ) -> Bool {
        var isPassed = [Bool](repeating: false, count: leads.leads.count)
        for (row, head) in heads.enumerated() {
            var at = head
            while at != LeadTable.nowhere {
                guard isLead(at), !isPassed[Int(at)] else { return false }
                let lead = leads.leads[Int(at)]
                guard lead.isOpen, isChained(lead), belongs(lead, row) else { return false }
                isPassed[Int(at)] = true
                at = lead[keyPath: link]
            }
        }
        return leads.leads.indices.allSatisfy { slot in
            isPassed[slot] == (leads.leads[slot].isOpen && isChained(leads.leads[slot]))
        }
    }

    // MARK: Partners and accounts

    private var partnersAreWhole: Bool {
        let segments = partners.segmentCounts.allSatisfy { $0.allSatisfy { isWord($0.code) } }
        let turns = turns.countries.allSatisfy { country in
            isWord(country.code) && country.places.allSatisfy { isPartner($0.partner) }
        }
        let returned = returns.waiting.allSatisfy { isWithin($0.cost.turn) && isWhole($0.cost.place) }
        let offered = offers.slots.allSatisfy { offers[Int($0)]?.asked.allSatisfy(isPartner) ?? true }
        let months = months.cells.allSatisfy { isPartner($0.partner) && isWord($0.vertical) }
        let placed = taken.places.allSatisfy { $0.allSatisfy { areWords($0.kinds.map(\.code)) } }
        return money.isWithin(partners: partners.count) && segments && turns && returned && offered && months && placed
            && sources.tallies.allSatisfy { isWord($0.source) && $0.returned <= $0.leads }
    }

    private var accountsAreWhole: Bool {
        accounts.accounts.allSatisfy { account in
            areWords(account.technologies) && areWords([account.vertical, account.country, account.intentTopic])
                && account.intents.signals.allSatisfy { isWord($0.topic) && isWord($0.observer) }
                && isNobodyOrPartner(account.owner) && isNoneOrLead(account.ownedThrough)
                && isNoneOrLead(account.firstOpenLead)
        }
    }

    // MARK: Counts

    private var countsAreWhole: Bool {
        var held = [UInt32](repeating: 0, count: partners.count)
        var (open, over) = (0, 0)
        for lead in leads.leads {
            if lead.isOpen { open += 1 }
            if lead.status == .closed || lead.status == .merged { over += 1 }
            if lead.status == .assigned && isPartner(lead.holder) { held[Int(lead.holder)] += 1 }
        }
        let closed = leads.closed.items.allSatisfy { item in
            let status = leads.leads[Int(item.element)].status
            return status == .closed || status == .merged
        }
        return held == partners.openLeads && open == leads.openCount && closed && over == leads.closed.items.count
            && tallies.isWhole(partners: partners.count) && tallies.verticals.allSatisfy { isWord($0.code) }
    }

    /// What is counted and added up goes on being counted: no program comes near the ends of the numbers.
    private var amountsAreWhole: Bool {
        let ofPartners = partners.leadsInPeriod.allSatisfy(Self.isCount)
            && partners.leadsInFloorPeriod.allSatisfy(Self.isCount)
        let segments = partners.segmentCounts.allSatisfy { $0.allSatisfy { Self.isCount($0.leads) } }
        let values = partners.valueInFloorPeriod.allSatisfy { $0 >= 0 }
            && partners.tieDebtMicros.allSatisfy(Self.isAmount) && partners.assignments.allSatisfy { $0 < 1 << 62 }
        let rotation = turns.countries.allSatisfy { country in
            Self.isAmount(country.nowMicros)
                && country.places.allSatisfy { Self.isAmount($0.passMicros) && Self.isAmount($0.creditMicros) }
        }
        let ofLeads = leads.leads.allSatisfy { lead in
            lead.place.valueMinorUnits >= 0 && Self.isAmount(lead.strideMicros) && lead.strideMicros >= 0
        }
        let ofReturns = returns.waiting.allSatisfy { one in
            one.cost.place.valueMinorUnits >= 0 && Self.isAmount(one.cost.strideMicros) && one.cost.strideMicros >= 0
        }
        let ofDeals = ([tallies.partners] + tallies.bands + tallies.verticals.map(\.tallies)).allSatisfy { column in
            column.allSatisfy { Self.isCount($0.won) && Self.isCount($0.lost) && $0.cycleDays < 1 << 62 }
        }
        let ofPlaces = taken.places.allSatisfy { $0.allSatisfy { $0.valueMinorUnits >= 0 } }
        return ofPartners && segments && values && rotation && ofLeads && ofReturns && ofDeals && ofPlaces
            && sources.tallies.allSatisfy { $0.leads < SourceTable.windowLeads } && nextPosition < 1 << 62
            && undecidedTies < 1 << 62 && abs(Int64(clamping: reviewsOpen)) < 1 << 62
    }

    private static func isCount(_ count: UInt32) -> Bool { count <= UInt32.max / 2 }
    private static func isAmount(_ amount: Int64) -> Bool { -(1 << 60)...(1 << 60) ~= amount }

    private var modelIsWhole: Bool {
        model.isWhole(partners: partners.count, values: values.idEnd)
            && prices.rhythm.day.map { abs($0) <= WinModel.daysMax } ?? true
    }
}

extension OutcomeTallies {
    /// One tally a partner in each column.
    func isWhole(partners count: Int) -> Bool {
        bands.count == SizeBand.count
            && ([partners] + bands + verticals.map(\.tallies)).allSatisfy { $0.count == count }
            && engagement.count == count && largestWonMinorUnits.count == count
            && largestArchivedMinorUnits.count == count
    }
}

extension LeadTable {
    /// Slots that are free or over are there, and named once.
    static func isWhole(_ count: Int, free: [UInt32], closed: TimedQueue<UInt32>) -> Bool {
        var isNamed = [Bool](repeating: false, count: count)
        for slot in free + closed.items.map(\.element) {
            guard slot < count, !isNamed[Int(slot)] else { return false }
            isNamed[Int(slot)] = true
        }
        return true
    }
}

extension WinModel {
    /// Days since 1970 that no program reaches.
    static let daysMax: Int64 = 100_000_000

    /// Its tables have room for the program's partners and values, and its awards and pointers lie within them.
    func isWhole(partners count: Int, values end: Int) -> Bool {
        guard weights.partners.count >= count, match.lastDay.count >= count, awards.first <= judgePointer,
            judgePointer <= awards.next, bandPointers.allSatisfy({ $0 <= awards.next }),
            match.lastDay.allSatisfy(isDayOrNone), isDayOrNone(day)
        else { return false }
        for number in awards.first..<awards.next {
            let award = awards[number]
            guard award.partner >= 0, award.partner < Int32(clamping: weights.partners.count), isDay(award.day),
                awards.row(number).allSatisfy({ $0 >= 0 && Int($0) < weights.valueCapacity })
            else { return false }
        }
        return true
    }

    private func isDay(_ day: Int32) -> Bool { abs(Int64(day)) <= Self.daysMax }
    private func isDayOrNone(_ day: Int32) -> Bool { day == Int32.min || isDay(day) }
}
