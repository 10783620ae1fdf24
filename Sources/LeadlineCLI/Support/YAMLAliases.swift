import Yams

/// Bounds what aliases make of a file: a few hundred bytes of aliases of aliases stand for billions of nodes.
enum YAMLAliases {
    /// There is more than a file of its size could hold written out.
    struct Excess: Error {}

    /// Nodes that a byte of the text may stand for; written out, a node takes a byte at least.
    private static let nodesPerByte = 8
    private static let nodesMin = 1_000

    /// Refuses a tree with too many nodes, without going over all of them.
    static func checkSize(_ root: Node, textBytes: Int) throws(Excess) {
        var left = max(nodesMin, textBytes * nodesPerByte)
        try count(root, &left)
    }

    private static func count(_ node: Node, _ left: inout Int) throws(Excess) {
        left -= 1
        guard left >= 0 else { throw Excess() }
        switch node {
        case .sequence(let sequence): for one in sequence { try count(one, &left) }
        case .mapping(let mapping):
            for (key, value) in mapping {
                try count(key, &left)
                try count(value, &left)
            }
        case .scalar, .alias: break
        }
    }

    /// Refuses keys that could hold aliases: a parser compares keys, all that they hold included, while it reads. Our
    /// keys are plain words.
    static func checkKeys(_ text: String) throws(Excess) {
        var (hasAlias, hasComplexKey) = (false, false)
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x0A
            switch byte {
            case UInt8(ascii: "*"):
                guard isNamed(next) else { break }
                hasAlias = true
                let end = bytes[(index + 1)...].firstIndex { !isNamed($0) } ?? bytes.endIndex
                if startsValue(bytes[end...]) { throw Excess() }
            case UInt8(ascii: "?") where isSpace(next): hasComplexKey = true
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if startsValue(bytes[(index + 1)...]) { hasComplexKey = true }
            default: break
            }
        }
        if hasAlias && hasComplexKey { throw Excess() }
    }

    private static func isNamed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// True for a colon after nothing but spaces.
    private static func startsValue(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: ":")
    }
}
