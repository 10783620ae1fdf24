import Foundation
import LeadlineCore

/// Golden values are rewritten by hand: `LEADLINE_REWRITE_GOLDEN=1 swift test` prints the new ones.
enum Golden {
    static let isRewriting = ProcessInfo.processInfo.environment["LEADLINE_REWRITE_GOLDEN"] == "1"

    static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A hash of bytes: their length, then whole words, the last one padded with zeros.
    static func hash(_ bytes: [UInt8]) -> String {
        var hash = SipHash128()
        hash.absorb(UInt64(bytes.count))
        for start in stride(from: 0, to: bytes.count, by: 8) {
            let word = bytes[start..<min(start + 8, bytes.count)].enumerated().reduce(UInt64(0)) {
                $0 | UInt64($1.element) << UInt64(8 * $1.offset)
            }
            hash.absorb(word)
        }
        return hash.digest().description
    }
}
