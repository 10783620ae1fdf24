import HeapModule

/// What falls due when. Items are never taken out early: one that no longer holds is dropped when it comes up.
struct Agenda: Sendable {
    enum Kind: UInt8, Sendable, Comparable {
        /// An outcome whose lead has come is to be applied.
        case deliverOutcome = 0
        /// A lead's timer fires: no first response, its partner went, or nobody took it out of a human queue.
        case lead = 1
        /// An outcome has waited long enough.
        case outcomeExpiry = 2
        /// A partner is reminded of a deadline.
        case reminder = 3
        /// A claim has waited, or was in force, for as long as it may.
        case claim = 4
        /// A partner's suspension is over.
        case suspension = 5
        /// Nobody has decided on the credit for a return.
        case returnCredit = 6
        /// Somebody may be able to take a lead that waits for a partner.
        case waiting = 7
        /// Exchange rates begin to hold.
        case rates = 24
        /// Somebody may have got too little, or too much.
        case starvation = 20
        /// A lead's holder breaks a hard rule since a fact changed.
        case ruleBreak = 21
        /// A partner that has deputies goes away.
        case absence = 70
        /// A lead goes over to another partner.
        case handOver = 71
        static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
    }

    struct Item: Sendable, Comparable {
        var at: Timestamp
        var kind: Kind
        /// Lead slot, ticket of a waiting outcome, a claim or a return, or index of a partner.
        var index: UInt32
        static func < (a: Item, b: Item) -> Bool { (a.at, a.kind, a.index) < (b.at, b.kind, b.index) }
    }

    private var heap = Heap<Item>()

    var first: Item? { heap.min }

    mutating func add(_ kind: Kind, _ index: UInt32, at stamp: Timestamp) {
        heap.insert(Item(at: stamp, kind: kind, index: index))
    }

    /// Drops items from the front for as long as they no longer hold.
    mutating func dropStale(_ holds: (Item) -> Bool) {
        while let first = heap.min, !holds(first) { heap.removeMin() }
    }
}
