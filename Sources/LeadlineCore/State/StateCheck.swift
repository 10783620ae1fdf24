// Whether a state that was read from bytes is one: every index lies within its table, and every count and chain is what
// the leads make it. Bytes that say otherwise are refused, and the journal is folded instead.

/// How far a state's tables reach. Apart from the state, so that asking for one index takes no copy of the rest.
private struct TableEnds {
    let partners: Int
    let words: Int
    let leads: Int
    let accounts: Int

    init(_ state: borrowing State) {
        partners = state.partners.count
        words = state.vocabulary.words.count
        leads = state.leads.leads.count
        accounts = state.accounts.accounts.count
    }

    func isPartner(_ index: UInt32) -> Bool { index < partners }
    func isNobodyOrPartner(_ index: UInt32) -> Bool { index == LeadTable.nowhere || isPartner(index) }
    func isWord(_ code: Vocabulary.Code) -> Bool { code == Vocabulary.unlisted || Int(code) < words }
    func areWords(_ codes: [Vocabulary.Code]) -> Bool { codes.allSatisfy { isWord($0) } }
    func isLead(_ slot: UInt32) -> Bool { slot < leads }
    func isNoneOrLead(_ slot: UInt32) -> Bool { slot == LeadTable.nowhere || isLead(slot) }
    func isNoneOrAccount(_ index: UInt32) -> Bool { index == LeadTable.nowhere || index < accounts }

    func isWhole(_ place: CountedPlace) -> Bool { isWord(place.country) && place.kinds.allSatisfy { isWord($0.code) } }

    /// A row of partners names none that is not there.
    func isWithin(_ row: BitRow) -> Bool {
        var last = -1
        forEachBit(row.words) { last = $0 }
        return last < partners
    }

    func isWhole(_ lead: borrowing LeadTable.Lead) -> Bool {
        for word in LeadWord.all where !isWord(lead.words[word]) { return false }
        let words = areWords(lead.technologies) && areWords(lead.requiredCertifications) && isWord(lead.currency)
            && isWord(lead.learnedVertical) && isWord(lead.countedSource)
        let parties = isNobodyOrPartner(lead.holder) && lead.tried.allSatisfy { isPartner($0) }
            && lead.recipients.allSatisfy { isPartner($0) } && lead.missed.allSatisfy { isPartner($0.partner) }
            && isWithin(lead.turn)
        let links = isNoneOrLead(lead.link) && isNoneOrLead(lead.personLink)
            && isNoneOrAccount(lead.account) && isNoneOrAccount(lead.severedAccount)
        let isHeld = lead.status != .assigned || lead.holder != LeadTable.nowhere
        return words && parties && links && isHeld && isWhole(lead.place) && Int(lead.learnedBand) < SizeBand.count
    }
}

extension State {
    /// - Parameter at: Where the reading ended, for the error.
    func check(_ at: Int) throws(StateBytesError) {
        let ends = TableEnds(self)
        let isWhole = partnersAreWhole(ends) && accountsAreWhole(ends) && countsAreWhole(ends) && modelIsWhole
            && leadsAreWhole(ends) && slotsAreWhole && chainsAreWhole(ends) && mergersEnd(ends) && amountsAreWhole
        if !isWhole { throw .invalid(at: at) }
    }

    // MARK: Leads

    // Leads are read through spans, in place: each has ten arrays and more, and a copy would retain them all.

    private func leadsAreWhole(_ ends: TableEnds) -> Bool {
        let table = leads.leads.span
        for slot in table.indices where !ends.isWhole(table[slot]) { return false }
        return true
    }

    /// A slot is free and empty, or holds a lead that is somewhere. A lead that waits for a human, is offered or was
    /// merged is at no partner; and what is offered has its offers.
    private var slotsAreWhole: Bool {
        let table = leads.leads.span
        var isFree = [Bool](repeating: false, count: table.count)
        for slot in leads.freeSlots { isFree[Int(slot)] = true }
        for slot in table.indices {
            if isFree[slot] {
                guard table[slot] == LeadTable.Lead(id: "") else { return false }
                continue
            }
            let isAtNobody = table[slot].holder == LeadTable.nowhere
            let isSomewhere = switch table[slot].status {
            case .received: false
            case .assigned, .closed: true
            case .escalated, .merged: isAtNobody
            case .offered: isAtNobody && offers[slot] != nil
            }
            if !isSomewhere { return false }
        }
        return true
    }

    /// No lead was merged into itself, by whatever way round.
    private func mergersEnd(_ ends: TableEnds) -> Bool {
        let table = leads.leads.span
        var isKnownToEnd = [Bool](repeating: false, count: table.count)
        for slot in table.indices {
            var (at, steps, path) = (slot, 0, [Int]())
            while table[at].status == .merged && !isKnownToEnd[at] {
                guard ends.isLead(table[at].link), steps <= table.count else { return false }
                path.append(at)
                at = Int(table[at].link)
                steps += 1
            }
            for passed in path { isKnownToEnd[passed] = true }
        }
        return true
    }

    /// Each open lead of a company, or of a person, stands in its chain once, and none else does.
    private func chainsAreWhole(_ ends: TableEnds) -> Bool {
        let heads = accounts.accounts.map(\.firstOpenLead)
        let ofCompanies = areChains(
            heads, ends, next: { $0.link }, where: { $0.account != LeadTable.nowhere },
            { lead, row in lead.account == UInt32(row) })
        if !ofCompanies || !isLogic(7) { return ofCompanies }
        // In any order: only whether all of them are there is asked.
        let persons = Array(newestOpen)
        return areChains(
            persons.map(\.value), ends, next: { $0.personLink }, where: { $0.subject != .zero },
            { lead, row in lead.subject == persons[row].key })
    }

    private func areChains(
        _ heads: [UInt32], _ ends: TableEnds, next: (borrowing LeadTable.Lead) -> UInt32,
        where isChained: (borrowing LeadTable.Lead) -> Bool, _ belongs: (borrowing LeadTable.Lead, Int) -> Bool
    ) -> Bool {
        let table = leads.leads.span
        var isPassed = [Bool](repeating: false, count: table.count)
        for (row, head) in heads.enumerated() {
            var at = head
            while at != LeadTable.nowhere {
                guard ends.isLead(at), !isPassed[Int(at)] else { return false }
                let slot = Int(at)
                guard table[slot].isOpen, isChained(table[slot]), belongs(table[slot], row) else { return false }
                isPassed[slot] = true
                at = next(table[slot])
            }
        }
        for slot in table.indices where isPassed[slot] != (table[slot].isOpen && isChained(table[slot])) {
            return false
        }
        return true
    }

    // MARK: Partners and accounts

    private func partnersAreWhole(_ ends: TableEnds) -> Bool {
        let segments = partners.segmentCounts.allSatisfy { $0.allSatisfy { ends.isWord($0.code) } }
        let turns = turns.countries.allSatisfy { country in
            ends.isWord(country.code) && country.places.allSatisfy { ends.isPartner($0.partner) }
        }
        let returned = returns.waiting.allSatisfy { ends.isWithin($0.cost.turn) && ends.isWhole($0.cost.place) }
        let offered = offers.slots.allSatisfy { slot in
            offers[Int(slot)]?.asked.allSatisfy { ends.isPartner($0) } ?? true
        }
        let months = months.cells.allSatisfy { ends.isPartner($0.partner) && ends.isWord($0.vertical) }
        let placed = taken.places.allSatisfy { $0.allSatisfy { $0.kinds.allSatisfy { ends.isWord($0.code) } } }
        return money.isWithin(partners: partners.count) && segments && turns && returned && offered && months && placed
            && sources.tallies.allSatisfy { ends.isWord($0.source) && $0.returned <= $0.leads }
    }

    private func accountsAreWhole(_ ends: TableEnds) -> Bool {
        accounts.accounts.allSatisfy { account in
            ends.areWords(account.technologies) && ends.isWord(account.vertical) && ends.isWord(account.country)
                && ends.isWord(account.intentTopic)
                && account.intents.signals.allSatisfy { ends.isWord($0.topic) && ends.isWord($0.observer) }
                && ends.isNobodyOrPartner(account.owner) && ends.isNoneOrLead(account.ownedThrough)
                && ends.isNoneOrLead(account.firstOpenLead)
        }
    }

    // MARK: Counts

    private func countsAreWhole(_ ends: TableEnds) -> Bool {
        let table = leads.leads.span
        var held = [UInt32](repeating: 0, count: partners.count)
        var isOver = [Bool](repeating: false, count: table.count)
        var (open, over) = (0, 0)
        for slot in table.indices {
            if table[slot].isOpen { open += 1 }
            isOver[slot] = table[slot].status == .closed || table[slot].status == .merged
            if isOver[slot] { over += 1 }
            if table[slot].status == .assigned && ends.isPartner(table[slot].holder) {
                held[Int(table[slot].holder)] += 1
            }
        }
        let closed = leads.closed.items.allSatisfy { isOver[Int($0.element)] }
        return held == partners.openLeads && open == leads.openCount && closed && over == leads.closed.items.count
            && tallies.isWhole(partners: partners.count) && tallies.verticals.allSatisfy { ends.isWord($0.code) }
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
        let table = leads.leads.span
        for slot in table.indices {
            let stride = table[slot].strideMicros
            guard table[slot].place.valueMinorUnits >= 0, Self.isAmount(stride), stride >= 0 else { return false }
        }
        let ofReturns = returns.waiting.allSatisfy { one in
            one.cost.place.valueMinorUnits >= 0 && Self.isAmount(one.cost.strideMicros) && one.cost.strideMicros >= 0
        }
        let ofDeals = ([tallies.partners] + tallies.bands + tallies.verticals.map(\.tallies)).allSatisfy { column in
            column.allSatisfy { Self.isCount($0.won) && Self.isCount($0.lost) && $0.cycleDays < 1 << 62 }
        }
        let ofPlaces = taken.places.allSatisfy { $0.allSatisfy { $0.valueMinorUnits >= 0 } }
        return ofPartners && segments && values && rotation && ofReturns && ofDeals && ofPlaces
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
