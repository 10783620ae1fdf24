/// A set of small indices as a row of 64-bit words, for partners.
struct BitRow: Sendable, Equatable {
    var words: [UInt64] = []

    subscript(index: Int) -> Bool {
        get { index >> 6 < words.count && words[index >> 6] & (1 << UInt64(index & 63)) != 0 }
        set {
            while words.count <= index >> 6 { words.append(0) }
            if newValue {
                words[index >> 6] |= 1 << UInt64(index & 63)
            } else {
                words[index >> 6] &= ~(1 << UInt64(index & 63))
            }
        }
    }
}

/// Calls `body` with each set bit's index, ascending.
@inline(__always)
func forEachBit(_ words: some RandomAccessCollection<UInt64>, _ body: (Int) -> Void) {
    var base = 0
    for word in words {
        var rest = word
        while rest != 0 {
            body(base + rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
        base += 64
    }
}
