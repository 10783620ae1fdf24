import HeapModule
import LeadlineCore

/// What is to happen when; of one moment in the order in which it was planned.
struct PlannedSteps<What: Sendable>: Sendable {
    private struct Due: Comparable, Sendable {
        var at: Timestamp
        var order: Int
        var what: What

        static func < (a: Self, b: Self) -> Bool { (a.at, a.order) < (b.at, b.order) }
        static func == (a: Self, b: Self) -> Bool { (a.at, a.order) == (b.at, b.order) }
    }

    private var heap = Heap<Due>()
    private var planned = 0

    mutating func plan(_ what: What, at moment: Timestamp) {
        planned += 1
        heap.insert(Due(at: moment, order: planned, what: what))
    }

    /// When the next is due; nil where nothing is planned.
    var next: Timestamp? { heap.min?.at }

    /// Takes out the next.
    mutating func popNext() -> (at: Timestamp, what: What)? { heap.popMin().map { ($0.at, $0.what) } }

    /// Takes out the next if it is due by then.
    mutating func popNext(until moment: Timestamp) -> (at: Timestamp, what: What)? {
        guard let next, next <= moment else { return nil }
        return popNext()
    }
}
