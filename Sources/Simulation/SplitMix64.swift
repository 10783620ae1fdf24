public import LeadlineCore

// Draws that workloads make.

extension SplitMix64 {
    /// One of the items. There must be one.
    public mutating func pick<T>(_ items: [T]) -> T { items[Int(next() % UInt64(items.count))] }

    /// A number from 0 to below `bound`.
    public mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
}
