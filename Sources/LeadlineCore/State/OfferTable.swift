/// Offers that are open, what was agreed and waits for a person, and how partners answer. Since logic version 6.
struct OfferTable: Sendable {
    struct Offer: Sendable, Equatable {
        var id: String
        var partner: UInt32
        var terms: OfferTerms
        /// The partner said that it has room.
        var isConfirmed = false
        /// The partner left, and the offer falls due at once.
        var isGone = false
    }

    /// The offers of one lead.
    struct Negotiation: Sendable, Equatable {
        var round: UInt32
        var answerBy: Timestamp
        /// Why the lead was routed.
        var cause: RoutingCause
        /// True if expected value chose the first to be asked, so that a counter is weighed against the others'.
        var isByValue: Bool
        /// Everyone who was asked, in order.
        var asked: [UInt32] = []
        var open: [Offer] = []
    }

    /// What was agreed and waits for a human.
    struct Agreement: Sendable, Equatable {
        var offerID: String
        var partner: UInt32
        var round: UInt32
        var terms: OfferTerms
    }

    /// How a partner answers.
    struct Tally: Sendable, Equatable {
        var made: UInt32 = 0
        var agreed: UInt32 = 0
        var declined: UInt32 = 0
        /// Counters, whatever came of them, and the share of the deal that they asked for in addition, added up.
        var countered: UInt32 = 0
        var askedBasisPoints: UInt64 = 0
        var lapsed: UInt32 = 0
    }

    /// Leads that are offered at once at most; one past them is assigned plainly.
    static let negotiationsMax = 100_000

    /// By the lead's slot.
    private var negotiations: [UInt32: Negotiation] = [:]
    private var waiting: [UInt32: Agreement] = [:]
    /// By partner; as long as the last that was asked.
    private(set) var tallies: [Tally] = []

    init() {}

    var isEmpty: Bool { negotiations.isEmpty }
    var isFull: Bool { negotiations.count >= Self.negotiationsMax }
    /// Slots of the leads that are offered, in order.
    var slots: [UInt32] { negotiations.keys.sorted() }

    subscript(slot: Int) -> Negotiation? {
        get { negotiations[UInt32(slot)] }
        set { negotiations[UInt32(slot)] = newValue }
    }

    /// What waits for whom the policy names, by the lead's slot, in order.
    var agreements: [(slot: UInt32, Agreement)] {
        waiting.keys.sorted().compactMap { slot in waiting[slot].map { (slot, $0) } }
    }

    var hasAgreements: Bool { !waiting.isEmpty }

    func agreement(_ slot: Int) -> Agreement? { waiting.isEmpty ? nil : waiting[UInt32(slot)] }

    mutating func set(_ agreement: Agreement?, _ slot: Int) {
        if agreement == nil && waiting.isEmpty { return }
        waiting[UInt32(slot)] = agreement
    }

    func tally(_ partner: Int) -> Tally { partner < tallies.count ? tallies[partner] : Tally() }

    mutating func count(_ partner: Int, _ change: (inout Tally) -> Void) {
        while tallies.count <= partner { tallies.append(Tally()) }
        change(&tallies[partner])
    }

    /// Two partners are one: what waits for a human was agreed with the other, and how both answer adds up. Offers that
    /// are open stay with the one that goes, and end.
    mutating func move(_ from: Int, _ into: Int) {
        for (slot, agreement) in agreements where agreement.partner == UInt32(from) {
            waiting[slot]?.partner = UInt32(into)
        }
        guard from < tallies.count else { return }
        let old = tallies[from]
        tallies[from] = Tally()
        count(into) { tally in
            tally.made += old.made
            tally.agreed += old.agreed
            tally.declined += old.declined
            tally.countered += old.countered
            tally.askedBasisPoints += old.askedBasisPoints
            tally.lapsed += old.lapsed
        }
    }

    /// The id of an offer: the same in every replay, whatever else was offered meanwhile.
    /// - Parameter number: How many offers of the lead there were before.
    static func id(lead: String, arrivedAt: Timestamp, partner: String, number: UInt16) -> String {
        var hash = SipHash128()
        hash.absorb(lead)
        hash.absorb(UInt64(bitPattern: arrivedAt.micros))
        hash.absorb(partner)
        hash.absorb(UInt64(number))
        return hash.digest().description
    }
}

extension State {
    /// True if this offer of the lead at `slot` is or was one to the partner.
    func wasMade(_ offerID: String, _ slot: Int, to partner: String) -> Bool {
        let lead = leads.leads[slot]
        return (0..<lead.offersMade).contains { number in
            offerID == OfferTable.id(lead: lead.id, arrivedAt: lead.submittedAt, partner: partner, number: number)
        }
    }

    /// What partners are told of a lead.
    /// - Parameter stated: What it states where it is not folded yet: its words may be new to the vocabulary.
    func offeredLead(_ view: LeadView, stating stated: LeadAttributes?) -> OfferedLead {
        func word(_ word: LeadWord) -> String {
            let own = stated?[word] ?? ""
            return own.isEmpty ? vocabulary.word(view.words[word]) : own
        }
        func words(_ known: [Vocabulary.Code], _ own: [String]?) -> [String] {
            if let own, !own.isEmpty { return own }
            return known.map(vocabulary.word)
        }
        return OfferedLead(
            country: word(.country), region: word(.region), language: word(.language), vertical: word(.vertical),
            employees: view.employees, dealValueMinorUnits: view.valueMinorUnits ?? 0, product: word(.product),
            technologies: words(view.technologies, stated?.technologies),
            requiredCertifications: words(view.requiredCertifications, stated?.requiredCertifications),
            residency: word(.residency))
    }
}

// MARK: - Canonical bytes

extension OfferTable {
    func write(to w: inout StateWriter) {
        w.put(each: slots) { w, slot in
            w.put(slot)
            negotiations[slot]?.write(to: &w)
        }
        w.put(each: agreements) { w, one in
            w.put(one.slot)
            w.put(one.1.offerID)
            w.put(one.1.partner)
            w.put(one.1.round)
            one.1.terms.write(to: &w)
        }
        w.put(each: tallies) { w, tally in
            for count in [tally.made, tally.agreed, tally.declined, tally.countered] { w.put(count) }
            w.put(tally.askedBasisPoints)
            w.put(tally.lapsed)
        }
    }

    init(from r: inout StateReader, partners: Int, leads: LeadTable) throws(StateBytesError) {
        for _ in 0..<(try r.count()) {
            let slot: UInt32 = try r.get()
            let negotiation = try Negotiation(from: &r, partners: partners)
            guard slot < leads.leads.count, leads.leads[Int(slot)].status == .offered else {
                throw .invalid(at: r.at)
            }
            negotiations[slot] = negotiation
        }
        for _ in 0..<(try r.count()) {
            let slot: UInt32 = try r.get()
            let agreement = Agreement(
                offerID: try r.string(), partner: try r.get(), round: try r.get(), terms: try OfferTerms(from: &r))
            guard slot < leads.leads.count, agreement.partner < partners else { throw .invalid(at: r.at) }
            waiting[slot] = agreement
        }
        tallies = try r.each { (r) throws(StateBytesError) in
            Tally(
                made: try r.get(), agreed: try r.get(), declined: try r.get(), countered: try r.get(),
                askedBasisPoints: try r.get(), lapsed: try r.get())
        }
        guard tallies.count <= partners else { throw .invalid(at: r.at) }
    }
}

extension OfferTable.Negotiation {
    fileprivate func write(to w: inout StateWriter) {
        w.put(round)
        w.put(answerBy)
        w.put(cause.rawValue)
        w.put(isByValue)
        w.put(each: asked) { $0.put($1) }
        w.put(each: open) { w, offer in
            w.put(offer.id)
            w.put(offer.partner)
            offer.terms.write(to: &w)
            w.put(offer.isConfirmed)
            w.put(offer.isGone)
        }
    }

    fileprivate init(from r: inout StateReader, partners: Int) throws(StateBytesError) {
        round = try r.get()
        answerBy = try r.timestamp()
        cause = try r.raw()
        isByValue = try r.bool()
        asked = try r.each { (r) throws(StateBytesError) in try r.get() }
        open = try r.each { (r) throws(StateBytesError) in
            OfferTable.Offer(
                id: try r.string(), partner: try r.get(), terms: try OfferTerms(from: &r),
                isConfirmed: try r.bool(), isGone: try r.bool())
        }
        guard open.allSatisfy({ $0.partner < partners }) else { throw .invalid(at: r.at) }
    }
}

extension OfferTerms {
    func write(to w: inout StateWriter) {
        w.put(promiseMinutes)
        w.put(optional: commissionBasisPoints) { $0.put($1) }
        w.put(each: enrichment) { $0.put($1) }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(
            promiseMinutes: try r.get(),
            commissionBasisPoints: try r.optional { (r) throws(StateBytesError) in try r.get() },
            enrichment: try r.each { (r) throws(StateBytesError) in try r.string() })
    }
}
