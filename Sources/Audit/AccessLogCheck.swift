public import Engine
import Foundation
import Journal

/// What reading a folder's access log showed: who read what, and whether the log is whole.
public struct AccessLogCheck: Sendable {
    /// Every line that can be read, in order.
    public private(set) var records: [AccessRecord] = []
    /// The first line that does not follow from the one before, or is not signed by the log's key.
    public private(set) var brokenLine: Int?
    /// Lines from before they were signed.
    public private(set) var unsigned = 0
    /// Writes that were cut short; nothing was shown for them.
    public private(set) var torn = 0
    /// The newest whole line.
    public private(set) var head: AccessLogFile.Head?
    private var digests: [UInt64: Digest] = [:]

    /// Reads a folder's log. Its lines are held against the log's keys, where any is known.
    public init(_ folder: DataFolder) throws {
        let keys = try CheckpointCheck.succession(of: folder)
        let (lines, isEnded) = try AccessLogFile.lines(folder)
        var between: [[UInt8]] = []
        for line in lines {
            let isWhole = isEnded || line.index < lines.count
            guard isWhole, let record = try? JSONDecoder().decode(AccessRecord.self, from: Data(line.bytes)) else {
                between.append(line.bytes)
                continue
            }
            take(record, line, between, keys)
            between = []
        }
        // A line that was never ended, or that no line follows yet; checkpoints tell whether it was once whole.
        if !between.isEmpty { torn += 1 }
    }

    private mutating func take(
        _ record: AccessRecord, _ line: AccessLogFile.Line, _ between: [[UInt8]], _ keys: KeySuccession?
    ) {
        let number = record.number ?? UInt64(records.count + 1)
        let lost = between.isEmpty ? nil : "\(HashChain.leaf(of: Array(between.joined(separator: [0x0A]))))"
        let previous = head.map { "\($0.digest)" } ?? String(repeating: "0", count: 64)
        if !between.isEmpty { torn += 1 }
        var isGood = record.previous == previous && record.torn == lost && number == (head?.number ?? 0) + 1
        switch keys.map({ AccessLogFile.isSigned(line.bytes, by: $0) }) ?? (record.number == nil ? nil : true) {
        case .some(let isSigned): isGood = isGood && isSigned
        case nil:
            // Once lines are signed, one that is not was put in.
            isGood = isGood && record.number == nil && unsigned == records.count
            unsigned += 1
        }
        if !isGood { brokenLine = brokenLine ?? line.index }
        let digest = HashChain.leaf(of: line.bytes)
        head = .init(number: number, digest: digest)
        digests[number] = digest
        records.append(record)
    }

    /// What a checkpoint says of the log and the log does not hold, in words; nil if it does.
    public func missing(_ anchor: AccessLogFile.Head) -> String? {
        if digests[anchor.number] == anchor.digest { return nil }
        return (head?.number ?? 0) < anchor.number
            ? "a checkpoint was signed when the access log had \(anchor.number) lines; it has \(head?.number ?? 0): its tail was cut off"
            : "line \(anchor.number) of the access log is not the one that a checkpoint was signed over"
    }
}
