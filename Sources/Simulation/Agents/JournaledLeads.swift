import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// What a journal says of leads and offers, followed entry by entry by a model of its own: nothing of it is taken from
/// the state that decided.
public struct JournaledLeads: Sendable, Codable, Equatable {
    /// Faults that are told at most.
    static let faultsMax = 20

    public var entries = 0
    /// Entries whose input came from outside.
    public var received = 0
    public var submitted = 0
    /// How many of them are where at the end.
    public var held = 0
    public var escalated = 0
    public var closed = 0
    public var offersMade = 0
    public var offersClosed = 0
    /// Longest time from an offer's deadline to the entry that ended it unanswered, by the journal's own time.
    public var latestExpiryMicros: Int64 = 0
    /// Chain link of the last entry: the same for the same run.
    public var head = ""
    /// What must not be. Empty if every lead is once somewhere.
    public var faults: [String] = []

    private enum CodingKeys: String, CodingKey {
        case entries, received, submitted, held, escalated, closed, offersMade, offersClosed, latestExpiryMicros, head
        case faults
    }

    private enum Place: Equatable {
        case nowhere, offered, waiting, closed
        case held(String)
    }

    private var places: [String: Place] = [:]
    /// Offers that are open, by id.
    private var open: [String: OfferMade] = [:]
    private var known: Set<String> = []
    private var holding: [String: Int] = [:]
    private var caps: [String: Int] = [:]

    init() {}

    /// Follows a program's whole journal.
    /// - Parameters:
    ///   - expected: how many leads were submitted.
    ///   - observe: told of every entry.
    static func follow(
        _ journal: DatabaseQueue, program: String, expecting expected: Int,
        observe: (EntryRecord) -> Void = { _ in }
    ) throws -> JournaledLeads {
        var leads = JournaledLeads()
        var (state, scratch) = (State(), EvaluationScratch())
        try journal.read { db in
            try JournalReader().forEachEntry(program: program, in: db) { position, bytes in
                let entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) }
                let again = Decider.decide(entry.input, at: entry.stamp, in: state, scratch: &scratch)
                if again != entry.events { leads.fault("entry \(position) is decided otherwise") }
                state.fold(entry.input, entry.events, at: entry.stamp)
                leads.take(entry)
                observe(entry)
            }
            leads.head = try JournalReader().head(of: program, in: db).map { "\($0.link)" } ?? ""
        }
        leads.finish(expecting: expected)
        return leads
    }

    // MARK: Entries

    private mutating func take(_ entry: EntryRecord) {
        entries += 1
        if entry.origin != nil { received += 1 }
        follow(entry.input.fact, entry.events, at: entry.stamp)
    }

    /// Follows one input and what came of it.
    mutating func follow(_ fact: Fact, _ events: [Event], at stamp: Timestamp) {
        switch fact {
        case .leadSubmitted(let fact):
            if places[fact.leadID] != nil { fault("\(fact.leadID) was taken in twice") }
            places[fact.leadID] = .nowhere
            submitted += 1
        case .partnerCapacitySet(let fact): caps[fact.partnerID] = fact.capacity.openLeadsMax.map { Int($0) }
        case .partnerUpserted(let fact): caps[fact.partnerID] = fact.capacity.openLeadsMax.map { Int($0) }
        default: break
        }
        for event in events { take(event, at: stamp) }
    }

    private mutating func take(_ event: Event, at stamp: Timestamp) {
        switch event {
        case .offerMade(let offer): make(offer)
        case .offerClosed(let offer): end(offer, at: stamp)
        case .leadAssigned(let event): assign(event)
        case .assignmentExpired(let event): takeBack(event.leadID, event.partnerID)
        case .assignmentEnded(let event): takeBack(event.leadID, event.partnerID)
        case .leadEscalated(let event):
            leave(event.leadID)
            places[event.leadID] = .waiting
        case .leadClosed(let event):
            leave(event.leadID)
            places[event.leadID] = .closed
        default: break
        }
    }

    private mutating func make(_ offer: OfferMade) {
        offersMade += 1
        if !known.insert(offer.offerID).inserted { fault("offer \(offer.offerID) was made twice") }
        if case .held(let partner)? = places[offer.leadID] {
            fault("\(offer.leadID) is offered while \(partner) holds it")
        }
        open[offer.offerID] = offer
        places[offer.leadID] = .offered
    }

    private mutating func end(_ offer: OfferClosed, at stamp: Timestamp) {
        // What was agreed and then not approved ends once more.
        guard let made = open.removeValue(forKey: offer.offerID) else {
            if offer.status != .withdrawn { fault("offer \(offer.offerID) ended and was not open") }
            return
        }
        offersClosed += 1
        if made.partnerID != offer.partnerID || made.leadID != offer.leadID {
            fault("offer \(offer.offerID) ended as another's")
        }
        if offer.status == .expired {
            if stamp < made.answerBy { fault("offer \(offer.offerID) expired before its time") }
            latestExpiryMicros = max(latestExpiryMicros, stamp.micros - made.answerBy.micros)
        } else if offer.status != .withdrawn && offer.status != .notEligible && stamp > made.answerBy {
            fault("offer \(offer.offerID) was answered after its time")
        }
    }

    private mutating func assign(_ event: LeadAssigned) {
        switch places[event.leadID] {
        case nil: fault("\(event.leadID) is assigned and was never taken in")
        case .held(let partner)?: fault("\(event.leadID) is assigned while \(partner) holds it")
        case .closed?: fault("\(event.leadID) is assigned after its end")
        case .nowhere?, .offered?, .waiting?: break
        }
        if open.values.contains(where: { $0.leadID == event.leadID }) {
            fault("\(event.leadID) is assigned while it is offered")
        }
        leave(event.leadID)
        places[event.leadID] = .held(event.partnerID)
        holding[event.partnerID, default: 0] += 1
        let (held, cap) = (holding[event.partnerID] ?? 0, caps[event.partnerID] ?? .max)
        if held > cap { fault("\(event.partnerID) holds \(held) leads of \(cap)") }
    }

    private mutating func takeBack(_ lead: String, _ partner: String) {
        if places[lead] != .held(partner) { fault("\(lead) is taken back from \(partner), who does not hold it") }
        leave(lead)
        places[lead] = .nowhere
    }

    private mutating func leave(_ lead: String) {
        if case .held(let partner)? = places[lead] { holding[partner, default: 0] -= 1 }
    }

    /// Says where each lead is at the end.
    mutating func finish(expecting expected: Int) {
        if submitted != expected { fault("\(expected) leads were sent and \(submitted) taken in") }
        for (lead, place) in places.sorted(by: { $0.key < $1.key }) {
            switch place {
            case .held: held += 1
            case .waiting: escalated += 1
            case .closed: closed += 1
            case .nowhere: fault("\(lead) is nowhere")
            case .offered: fault("\(lead) is still offered")
            }
        }
        for offer in open.keys.sorted() { fault("offer \(offer) has no end") }
    }

    /// Every record that was sent is an entry or was rejected.
    mutating func check(received sent: Int, rejected: Int) {
        if received + rejected != sent {
            fault("\(sent) records were sent, \(received) taken in and \(rejected) rejected")
        }
    }

    private mutating func fault(_ text: String) { if faults.count < Self.faultsMax { faults.append(text) } }
}
