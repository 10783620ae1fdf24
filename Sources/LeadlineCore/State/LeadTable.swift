/// The program's leads, one small value each, found by id; a closed lead's slot is used again once it is archived.
struct LeadTable: Sendable {
    enum Status: UInt8, Sendable {
        /// Between its arrival and the first event about it, within one entry.
        case received = 0
        case assigned, escalated, closed, merged
        /// Nobody's until a partner agrees or the time for it is over; since logic version 6.
        case offered
    }

    struct Flags: OptionSet, Sendable {
        var rawValue: UInt8
        static let accepted = Flags(rawValue: 1)
        static let responded = Flags(rawValue: 2)
        static let learned = Flags(rawValue: 4)
        static let underReview = Flags(rawValue: 8)
        static let won = Flags(rawValue: 16)
        static let restricted = Flags(rawValue: 32)
        static let imported = Flags(rawValue: 64)
        /// The timer is the deal's horizon, not the SLA's.
        static let onHorizon = Flags(rawValue: 128)
    }

    /// What else is known of a lead; since logic version 5.
    struct Marks: OptionSet, Sendable {
        var rawValue: UInt8
        /// A person told it apart from another: no lead is merged into it by itself.
        static let apart = Marks(rawValue: 1)
        /// Merged, and over for good: it is not opened again.
        static let over = Marks(rawValue: 2)
        /// It is at its partner, or waits for a human, because of who owns its company.
        static let byOwnership = Marks(rawValue: 4)
        /// It came with an address that was suppressed.
        static let suppressed = Marks(rawValue: 8)
        /// A lead that partners had received was merged into it: they are told of its changes too.
        static let tookIn = Marks(rawValue: 16)
        /// Its holder promised working time; since logic version 7.
        static let inWorkingHours = Marks(rawValue: 32)
        /// It is in the human queue for want of a partner, and goes to one as soon as one can take it; since logic
        /// version 7.
        static let awaitsPartner = Marks(rawValue: 64)
    }

    /// A deadline that passed without an answer; since logic version 7.
    struct Missed: Sendable, Equatable {
        var partner: UInt32
        var assignedAt: Timestamp
        var dueAt: Timestamp
        /// Most that are remembered of one lead.
        static let countMax = 8
    }

    /// "No such slot" and "no such partner".
    static let nowhere = UInt32.max

    struct Lead: Sendable, Equatable {
        var id: String
        var subject = Digest128.zero
        var technologies: [Vocabulary.Code] = []
        var requiredCertifications: [Vocabulary.Code] = []
        /// Partners who had the lead before its present holder.
        var tried: [UInt32] = []
        var valueMinorUnits: Int64 = 0
        var submittedAt = Timestamp.epoch
        var assignedAt = Timestamp.epoch
        /// When the timer fires; `distantFuture` if none runs. After closing, when it was closed.
        var dueAt = Timestamp.distantFuture
        var account = LeadTable.nowhere
        /// The next open lead of the same account, or of a merged lead the lead it went into.
        var link = LeadTable.nowhere
        var holder = LeadTable.nowhere
        var employees: UInt32 = 0
        var attempt: UInt16 = 0
        var words = LeadWords()
        /// `none` if the lead states no value.
        var currency = Vocabulary.none
        var lawfulBasis = LawfulBasis.unspecified
        var status = Status.received
        var flags: Flags = []
        /// Why the timer fires: an SLA that runs out, or a partner that went.
        var dueCause = RoutingCause.expired
        /// The segments under which a closed lead's outcome was learnt, so that it can be corrected.
        var learnedVertical = Vocabulary.none
        var learnedBand: UInt8 = 0
        /// Number of the award at the present or last holder; `nowhere` without one.
        var award = LeadTable.nowhere
        /// When the holder is reminded; `distantFuture` if it is not.
        var remindAt = Timestamp.distantFuture
        /// Who was credited when this lead cost its holder a turn among equals; nobody if a decline gives nothing back.
        var turn = BitRow()
        /// What this lead moved its holder on by in the rotation of its country; 0 if a decline gives nothing back.
        /// Since logic version 2.
        var strideMicros: Int64 = 0
        /// Steps of the escalation ladder climbed since the lead came to the human queue.
        var rung: UInt8 = 0
        /// Positions of the entries that stated what is known of it: where it came in, and where it was updated; since
        /// logic version 2.
        var statedAt = FieldSources.unknown
        var restated = FieldSources()
        /// Every partner who got it, in order; since logic version 4.
        var recipients: [UInt32] = []
        /// The amount that a won deal was learned with; since logic version 2.
        var learnedMinorUnits: Int64 = 0
        /// The reminders after the one at `remindAt`, and how many the assignment has; since logic version 5.
        var laterReminders: [Timestamp] = []
        var reminderCount: UInt8 = 0
        /// The source for which the lead counts, `none` until a partner gets it; and how many returns for bad data
        /// stand against it. Since logic version 5.
        var countedSource = Vocabulary.none
        var badDataReturns: UInt8 = 0
        /// True if a decline gives back what the lead cost: the policy said so when the holder got it, and it has not
        /// responded. Before logic version 5 nothing else was remembered of the cost.
        var declineKeepsTurn = false
        /// Between a return for bad data and the end of the assignment, within one entry.
        var isExcused = false
        /// The account that a person took it from; `nowhere` without one. Since logic version 5.
        var severedAccount = LeadTable.nowhere
        var marks: Marks = []
        /// What it counts as at its holder; since logic version 5.
        var place = CountedPlace()
        /// The commission that its holder agreed on; and how many offers of it there were. Since logic version 6.
        var agreedBasisPoints = Lead.nothingAgreed
        var offersMade: UInt16 = 0
        /// The commission that stands accrued on a closed lead, and the rate at which the deal was won;
        /// `nothingAgreed` before it was. Since logic version 7.
        var accruedMinorUnits: Int64 = 0
        var wonBasisPoints = Lead.nothingAgreed
        /// The deadlines that partners missed, as far as an answer may still turn up for them. Since logic version 7.
        var missed: [Missed] = []
        /// The next older open lead of the same person; `nowhere` without one. Since logic version 7.
        var personLink = LeadTable.nowhere
        /// Of a lead that waits for a partner, which chance was looked at last. Since logic version 7.
        var chancesSeen: UInt32 = 0

        /// No commission was agreed: the partner's own counts.
        static let nothingAgreed = UInt32.max

        var isOpen: Bool { status == .assigned || status == .escalated || status == .offered }
        /// An assigned lead's timer is its deadline or horizon; a waiting one's, when it moves on to the next queue; an
        /// offered one's, when the round is over.
        var hasTimer: Bool { isOpen && dueAt < .distantFuture }
        var hasReminder: Bool { status == .assigned && remindAt < .distantFuture }
    }

    private var index = HashIndex()
    var leads: ContiguousArray<Lead> = []
    private var free: [UInt32] = []
    /// Closed leads in order of closing, for archiving.
    private(set) var closed = TimedQueue<UInt32>()
    private(set) var openCount = 0

    /// Slot of a lead; a merged lead's is that of the lead it went into.
    func slot(of id: String) -> Int? {
        guard var at = ownSlot(of: id) else { return nil }
        while leads[Int(at)].status == .merged { at = leads[Int(at)].link }
        return Int(at)
    }

    /// The slot that the lead itself has, merged or not.
    func ownSlot(of id: String) -> UInt32? {
        index.row(HashIndex.hash(id)) { leads[Int($0)].id == id }
    }

    /// When the lead itself came, also if it was merged into another.
    func arrival(of id: String) -> Timestamp? { ownSlot(of: id).map { leads[Int($0)].submittedAt } }

    func knows(_ id: String) -> Bool { ownSlot(of: id) != nil }

    /// Slots of the leads that a partner holds, ascending. Goes through all leads.
    func assigned(to partner: Int) -> [Int] {
        leads.indices.filter { leads[$0].holder == UInt32(partner) && leads[$0].status == .assigned }
    }

    mutating func insert(_ lead: Lead) -> Int {
        let slot: Int
        if let reused = free.popLast() {
            slot = Int(reused)
            leads[slot] = lead
        } else {
            slot = leads.count
            leads.append(lead)
        }
        index.insert(UInt32(slot), HashIndex.hash(lead.id))
        openCount += 1
        return slot
    }

    /// Marks a lead as ended at `stamp`, to be archived `correctionDays` later.
    mutating func close(_ slot: Int, as status: Status, at stamp: Timestamp) {
        leads[slot].status = status
        openCount -= 1
        closed.append(UInt32(slot), at: stamp)
    }

    /// A merged lead is open again, and nowhere yet.
    mutating func reopen(_ slot: Int) {
        leads[slot].status = .received
        leads[slot].link = Self.nowhere
        leads[slot].dueAt = .distantFuture
        leads[slot].flags.subtract([.accepted, .responded])
        closed.removeAll { $0 == UInt32(slot) }
        openCount += 1
    }

    /// Takes a lead out of a chain, of which each lead links to the one that came before it.
    /// - Returns: the chain's first then.
    @inline(__always)
    mutating func unchain(_ slot: Int, from first: UInt32, by link: WritableKeyPath<Lead, UInt32>) -> UInt32 {
        let next = leads[slot][keyPath: link]
        leads[slot][keyPath: link] = Self.nowhere
        if first == UInt32(slot) { return next }
        var at = first
        while at != Self.nowhere {
            let behind = leads[Int(at)][keyPath: link]
            if behind == UInt32(slot) {
                leads[Int(at)][keyPath: link] = next
                break
            }
            at = behind
        }
        return first
    }

    /// Forgets leads closed before `limit`, at most `most`, and hands them to `archived`.
    mutating func archive(closedBefore limit: Timestamp, most: Int, archived: (Lead) -> Void) {
        for _ in 0..<most {
            guard let slot = closed.popFirst(before: limit) else { return }
            let lead = leads[Int(slot)]
            index.remove(slot, HashIndex.hash(lead.id))
            leads[Int(slot)] = Lead(id: "")
            free.append(slot)
            archived(lead)
        }
    }

    init() {}

    /// Rebuilds the index from the columns of a snapshot.
    init(leads: ContiguousArray<Lead>, free: [UInt32], closed: TimedQueue<UInt32>, openCount: Int) {
        self.leads = leads
        self.free = free
        self.closed = closed
        self.openCount = openCount
        let isFree = free.reduce(into: BitRow()) { $0[Int($1)] = true }
        index = HashIndex(reserving: leads.count)
        for slot in leads.indices where !isFree[slot] { index.insert(UInt32(slot), HashIndex.hash(leads[slot].id)) }
    }

    var freeSlots: [UInt32] { free }
}
