/// Whom a record that could not be taken in speaks of, as far as that shows: e-mail addresses and leads' ids.
///
/// Such a record follows no schema, so every layer of it is searched as text, and as protobuf's length-prefixed strings.
/// What is found too much does no harm, for nobody is known by it; what is found links the record to the person whose
/// erasure ends it.
struct RecordMentions: Equatable {
    /// Addresses and ids that are kept, of each.
    static let countMax = 64

    private(set) var addresses: [String] = []
    private(set) var leads: [String] = []
    /// False if the record may mention somebody who was not found: part of it could not be looked through, or it holds
    /// too much.
    private(set) var isComplete = true

    /// Searches value, then headers.
    init(_ record: LogRecord) {
        for part in [record.value ?? []] + record.headers.map(\.value) {
            let decoded = DecodedLayers(part)
            if !decoded.isComplete { isComplete = false }
            for layer in decoded.layers { search(layer) }
        }
    }

    private mutating func search(_ bytes: [UInt8]) {
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") { addAddresses(around: at, in: bytes) }
        addNamedLeads(in: bytes)
        addPrefixedLeads(in: bytes)
    }

    // MARK: Addresses

    private mutating func addAddresses(around at: Int, in bytes: [UInt8]) {
        var end = at + 1
        while end < bytes.count, Self.isInDomain(bytes[end]) { end += 1 }
        while end > at + 1, !Self.isInWord(bytes[end - 1]) { end -= 1 }
        // Signs such as '=' and '/' may belong to an address or stand before it: both readings count.
        for isInside in [Self.isInLocalPart, Self.isInAnyLocalPart] {
            var start = at
            while start > 0, at - start < 64, isInside(bytes[start - 1]) { start -= 1 }
            add(bytes[start..<end], at: at)
            // A string of protobuf has its length before it, which may look like a letter of the address.
            for first in max(start, 1)...max(at, start, 1) {
                let length = Int(bytes[first - 1])
                guard first < at, first + length > at + 1, first + length <= end else { continue }
                add(bytes[first..<first + length], at: at)
            }
        }
    }

    private mutating func add(_ address: ArraySlice<UInt8>, at: Int) {
        guard address.startIndex < at, address.endIndex > at + 1 else { return }
        let text = String(decoding: address, as: UTF8.self)
        if addresses.contains(text) { return }
        if addresses.count < Self.countMax { addresses.append(text) } else { isComplete = false }
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
        default: false
        }
    }

    private static func isInDomain(_ byte: UInt8) -> Bool {
        isInWord(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isInLocalPart(_ byte: UInt8) -> Bool { isInWord(byte) || Array("._%+-".utf8).contains(byte) }

    private static func isInAnyLocalPart(_ byte: UInt8) -> Bool {
        isInLocalPart(byte) || Array("!#$&'*/=?^`{|}~".utf8).contains(byte)
    }

    // MARK: Leads

    /// Ids after a member's name, as in JSON.
    private mutating func addNamedLeads(in bytes: [UInt8]) {
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        for name in [Array("leadid".utf8), Array("lead_id".utf8)] where lower.count > name.count {
            for start in 0..<(lower.count - name.count)
            where lower[start] == name[0] && lower[start..<start + name.count].elementsEqual(name) {
                var first = start + name.count
                while first < bytes.count, Array("\"': =\t".utf8).contains(bytes[first]) { first += 1 }
                var end = first
                while end < bytes.count, Self.isInID(bytes[end]) { end += 1 }
                add(lead: bytes[first..<end])
            }
        }
    }

    /// Strings of protobuf that could be an id.
    private mutating func addPrefixedLeads(in bytes: [UInt8]) {
        // A text has no such lengths in it, and would only be searched for nothing.
        guard bytes.contains(where: { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) else { return }
        for place in bytes.indices.dropLast() {
            let length = Int(bytes[place])
            guard length >= 3, length <= FieldRules.idBytesMax, place + 1 + length <= bytes.count else { continue }
            let text = bytes[(place + 1)...(place + length)]
            if text.allSatisfy(Self.isInID) { add(lead: text) }
            if leads.count == Self.countMax {
                isComplete = false
                return
            }
        }
    }

    private mutating func add(lead: ArraySlice<UInt8>) {
        guard !lead.isEmpty, lead.count <= FieldRules.idBytesMax else { return }
        let text = String(decoding: lead, as: UTF8.self)
        if leads.contains(text) { return }
        if leads.count < Self.countMax { leads.append(text) } else { isComplete = false }
    }

    private static func isInID(_ byte: UInt8) -> Bool {
        byte < 0x80 && (isInWord(byte) || Array("._:-".utf8).contains(byte))
    }
}
