/// A dictionary that forgets what has not been used for a while.
///
/// Two generations of half the capacity: what is used moves to the young one; when that is full it
/// becomes the old one, and the old one is forgotten.
struct BoundedCache<Key: Hashable, Value> {
    private let half: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(capacity: Int) {
        precondition(capacity >= 2, "a cache holds at least one entry a generation")
        half = capacity / 2
    }

    var capacity: Int { half * 2 }

    var count: Int { young.count + old.count }

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, key)
            return value
        }
        set {
            old.removeValue(forKey: key)
            if let newValue { insert(newValue, key) } else { young.removeValue(forKey: key) }
        }
    }

    private mutating func insert(_ value: Value, _ key: Key) {
        if young.count >= half {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
