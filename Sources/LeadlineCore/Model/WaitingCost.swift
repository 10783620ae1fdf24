/// What waiting for a first response costs: of the deals that partners answered so late, how many were won, against
/// those answered at once.
///
/// Before there are deals the shares are those of a study of calls to online enquiries (Oldroyd, McElheran and
/// Elkington, "The Short Life of Online Sales Leads", Harvard Business Review, March 2011): half is lost within
/// minutes, and much of the rest within a day. Each bucket's share weighs as much as `strengthDeals`. Since logic
/// version 7.
struct WaitingCost: Sendable, Equatable {
    struct Bucket: Sendable, Equatable {
        var won: UInt32 = 0
        var closed: UInt32 = 0
    }

    /// Minutes up to which each bucket goes; the last goes on for ever.
    static let endMinutes: [Int64] = [5, 15, 60, 240, 1_440, 4_320]
    /// What is left of the chance of winning, before deals have said anything.
    static let prior: [Double] = [1, 0.5, 0.42, 0.36, 0.3, 0.25, 0.2]
    /// Deals that the prior of a bucket weighs.
    static let strengthDeals = 30.0
    private static let unanswered = UInt8.max

    private(set) var buckets = [Bucket](repeating: Bucket(), count: prior.count)
    /// By the lead's slot, the bucket of the response to it at the present or last holder.
    private var answered: [UInt8] = []

    /// The bucket of a time.
    static func bucket(micros: Int64) -> Int {
        let minutes = micros / Timestamp.microsPerMinute
        return endMinutes.firstIndex { minutes < $0 } ?? endMinutes.count
    }

    /// What is left of the chance of winning in each bucket; never more in a later one.
    /// - Parameter prior: the win rate that is assumed before deals have said anything, above 0.
    func kept(prior rate: Double) -> [Double] {
        let fastest = (Double(buckets[0].won) + Self.strengthDeals * rate)
            / (Double(buckets[0].closed) + Self.strengthDeals)
        var kept = [1.0]
        for index in 1..<buckets.count {
            let expected = Self.prior[index] * fastest
            let found = (Double(buckets[index].won) + Self.strengthDeals * expected)
                / (Double(buckets[index].closed) + Self.strengthDeals)
            kept.append(min(kept[index - 1], found / fastest))
        }
        return kept
    }

    /// The lead is at a partner that has not answered.
    mutating func forget(_ slot: Int) {
        if slot < answered.count { answered[slot] = Self.unanswered }
    }

    mutating func note(_ slot: Int, micros: Int64) {
        while answered.count <= slot { answered.append(Self.unanswered) }
        answered[slot] = UInt8(Self.bucket(micros: micros))
    }

    /// A deal that was answered ended; or how it ended is taken back.
    mutating func count(_ slot: Int, won: Bool, isTakenBack: Bool = false) {
        guard slot < answered.count, answered[slot] != Self.unanswered else { return }
        let index = Int(answered[slot])
        if isTakenBack {
            buckets[index].closed -= min(buckets[index].closed, 1)
            if won { buckets[index].won -= min(buckets[index].won, 1) }
        } else {
            buckets[index].closed &+= 1
            if won { buckets[index].won &+= 1 }
        }
    }
}

extension WaitingCost {
    func write(to w: inout StateWriter) {
        for bucket in buckets {
            w.put(bucket.won)
            w.put(bucket.closed)
        }
        w.put(each: answered) { $0.put($1) }
    }

    init(from r: inout StateReader, slots: Int) throws(StateBytesError) {
        for index in buckets.indices {
            buckets[index].won = try r.get()
            buckets[index].closed = try r.get()
        }
        answered = try r.each { (r) throws(StateBytesError) in try r.get() }
        let isValid = answered.allSatisfy { $0 == Self.unanswered || Int($0) < buckets.count }
        guard answered.count <= slots, isValid, buckets.allSatisfy({ $0.won <= $0.closed }) else {
            throw .invalid(at: r.at)
        }
    }
}
