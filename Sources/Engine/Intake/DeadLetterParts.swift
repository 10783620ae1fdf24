import Foundation
public import LeadlineSchemas
import SwiftProtobuf

/// Spreads a dead letter over several records of a log that takes only so many bytes in one, and puts it together
/// again.
///
/// The sealed bytes are cut, not the record: a part alone opens nothing. Parts stand one after another in one
/// partition, written by one transaction.
public struct DeadLetterParts {
    /// The letter as records of at most `bytesMax` bytes each, one if it fits.
    /// - Parameter letter: a serialised `DeadLetter`.
    public static func split(_ letter: [UInt8], bytesMax: Int) throws -> [[UInt8]] {
        if letter.count <= bytesMax { return [letter] }
        var part = try WireDeadLetter(serializedBytes: letter)
        let sealed = part.sealed
        part.sealed = Data()
        // What else stands in each part: its own fields, with room for index and count.
        let partBytes = max(1, bytesMax - (try part.serializedBytes() as [UInt8]).count - 32)
        let count = (sealed.count + partBytes - 1) / partBytes
        part.partCount = UInt32(count)
        return try (0..<count).map { index in
            part.partIndex = UInt32(index)
            let start = sealed.startIndex + index * partBytes
            part.sealed = sealed[start..<min(start + partBytes, sealed.endIndex)]
            return try part.serializedBytes()
        }
    }

    private var parts: [WireDeadLetter] = []
    private var firstOffset: Int64 = 0

    /// Begins without a part in hand.
    public init() {}

    /// Takes the next dead letter of a partition.
    /// - Returns: the whole letter with the offset of its first part; nil while parts are missing. A part whose
    ///   predecessors were not seen is passed over.
    public mutating func take(_ letter: WireDeadLetter, offset: Int64) -> (letter: WireDeadLetter, offset: Int64)? {
        guard letter.partCount > 1 else {
            parts.removeAll()
            return (letter, offset)
        }
        if letter.partIndex == 0 {
            parts = [letter]
            firstOffset = offset
        } else if let first = parts.first, parts.count == Int(letter.partIndex), first.keyID == letter.keyID {
            parts.append(letter)
        } else {
            parts.removeAll()
        }
        guard parts.count == Int(letter.partCount) else { return nil }
        var whole = letter
        whole.sealed = parts.reduce(into: Data()) { $0.append($1.sealed) }
        (whole.partIndex, whole.partCount) = (0, 0)
        parts.removeAll()
        return (whole, firstOffset)
    }
}
