import NIOCore

/// An address of the network layer, as bytes: what a name stands for, and what a connection goes to.
struct NetworkAddress: Sendable, Hashable {
    /// Four bytes or sixteen, the most significant first.
    let bytes: [UInt8]

    /// Nil for any other number of bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// As a connection is told it: four decimal numbers, or eight hexadecimal groups.
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    /// The machine itself.
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// True for an address that belongs to somebody on the Internet. Everything else is a way into a network that only
    /// this machine can reach, or stands for another address in disguise.
    var isPublic: Bool {
        let blocks = bytes.count == 4 ? Self.specialV4 : Self.specialV6
        if blocks.contains(where: { $0.contains(bytes) }) { return false }
        return bytes.count == 4 || Self.globalUnicast.contains(bytes)
    }

    /// Addresses that begin with the same bits.
    private struct Block: Sendable {
        let start: [UInt8]
        let bits: Int

        init(_ start: [UInt8], _ bits: Int) {
            self.start = start
            self.bits = bits
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            (0..<bits).allSatisfy { bit in
                let own = bit / 8 < start.count ? start[bit / 8] : 0
                return (own ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
            }
        }
    }

    /// IANA's special addresses, multicast and reserved ones, and where a cloud's hosts answer their guests.
    private static let specialV4 = [
        Block([0], 8), Block([10], 8), Block([100, 64], 10), Block([127], 8), Block([169, 254], 16),
        Block([172, 16], 12), Block([192, 0, 0], 24), Block([192, 0, 2], 24), Block([192, 31, 196], 24),
        Block([192, 52, 193], 24), Block([192, 88, 99], 24), Block([192, 168], 16), Block([192, 175, 48], 24),
        Block([198, 18], 15), Block([198, 51, 100], 24), Block([203, 0, 113], 24), Block([224], 4), Block([240], 4),
        Block([168, 63, 129, 16], 32),
    ]

    /// All that is given out; mapped and translated addresses, local ones, multicast and the like lie outside.
    private static let globalUnicast = Block([0x20], 3)
    /// Inside of it: protocol assignments with Teredo, documentation, 6to4.
    private static let specialV6 = [
        Block([0x20, 0x01, 0x00], 23), Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x20, 0x02], 16),
        Block([0x3F, 0xFF, 0x00], 20),
    ]
}
