/// Finds marks of many people in texts in one pass: e-mail addresses and leads' ids, in any case, as whole words only
/// ("lead-1" does not mean "lead-12"), or as whole strings of protobuf, whatever stands beside them.
struct MarkSearch {
    private struct Needle {
        var bytes: [UInt8]
        var person: Int
    }

    /// By the word, or the single sign, that they begin with.
    private var needles: [[UInt8]: [Needle]] = [:]
    /// Persons by a whole mark.
    private var wholes: [[UInt8]: [Int]] = [:]
    private var lengths: Set<Int> = []

    /// A search for the marks of persons 0, 1, ...; a mark of less than three bytes would be found everywhere.
    init(_ marks: [[String]]) {
        for (person, marks) in marks.enumerated() {
            for mark in marks where mark.utf8.count >= 3 {
                let bytes = Array(mark.lowercased().utf8)
                needles[Array(Self.head(bytes[...])), default: []].append(Needle(bytes: bytes, person: person))
                wholes[bytes, default: []].append(person)
                lengths.insert(bytes.count)
            }
        }
    }

    /// The persons of whom a mark stands in the bytes.
    func persons(in bytes: [UInt8]) -> Set<Int> {
        let text = Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
        var found = prefixed(in: bytes)
        for start in text.indices where start == 0 || !Self.isWord(text[start - 1]) {
            guard let candidates = needles[Array(Self.head(text[start...]))] else { continue }
            for needle in candidates where !found.contains(needle.person) {
                let end = start + needle.bytes.count
                guard end <= text.count, end == text.count || !Self.isWord(text[end]) else { continue }
                if text[start..<end].elementsEqual(needle.bytes) { found.insert(needle.person) }
            }
        }
        return found
    }

    /// A string of protobuf has its length before it, and the next field's tag after it; either may look like a letter.
    private func prefixed(in bytes: [UInt8]) -> Set<Int> {
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        var found: Set<Int> = []
        for place in bytes.indices where lengths.contains(Int(bytes[place])) && place + Int(bytes[place]) < bytes.count
        {
            found.formUnion(wholes[Array(lower[(place + 1)...(place + Int(bytes[place]))])] ?? [])
        }
        return found
    }

    private static func head(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let word = text.prefix { isWord($0) }
        return word.isEmpty ? text.prefix(1) : word
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F || byte >= 0x80
    }
}
