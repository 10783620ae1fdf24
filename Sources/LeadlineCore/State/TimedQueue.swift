import DequeModule

/// Things with the logical time at which they came, oldest first. Times never decrease.
struct TimedQueue<Element: Sendable>: Sendable {
    struct Item: Sendable {
        var at: Timestamp
        var element: Element
    }
    private(set) var items = Deque<Item>()

    /// Takes out what is not wanted any more.
    mutating func removeAll(where isUnwanted: (Element) -> Bool) { items.removeAll { isUnwanted($0.element) } }

    mutating func append(_ element: Element, at stamp: Timestamp) { items.append(Item(at: stamp, element: element)) }

    /// Takes the oldest if it came before `limit`.
    mutating func popFirst(before limit: Timestamp) -> Element? {
        guard let first = items.first, first.at < limit else { return nil }
        items.removeFirst()
        return first.element
    }
}
