import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import Reports

/// Who read which person's data, when and why: one JSON object a line, appended, each with the digest of the line before.
///
/// It stands beside the vault and names people by their random ids alone.
enum AccessLog {
    /// Bytes of the log that are read at most.
    private static let bytesMax = 256 << 20
    private static let none = String(repeating: "0", count: 64)

    static func path(_ folder: DataFolder) -> String { folder.path + "/access.jsonl" }

    /// Notes a read before anything is shown, so that what was shown is always noted.
    static func note(_ folder: DataFolder, command: String, program: String, subjects: [String], reason: String) throws {
        let descriptor = unsafe open(path(folder), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.environment, "the access log cannot be written, so nothing is shown", at: path(folder), remedy: "Check the folder and its permissions")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX) == 0 else { throw CommandFailure(.environment, "the access log cannot be locked", at: path(folder)) }
        let last = try Self.lines(folder).last
        let record = AccessRecord(
            time: TimeText.utc(SystemClock().now()), user: NSUserName(), command: command, program: program, subjects: subjects,
            reason: reason.isEmpty ? "not stated" : reason, previous: last.map { HashChain.leaf(of: $0).description } ?? none)
        try file.write(contentsOf: Data((try JSONText.line(record) + "\n").utf8))
        try file.synchronize()
    }

    /// All records, and the number of the first line that does not follow from the one before.
    static func read(_ folder: DataFolder) throws -> (records: [AccessRecord], brokenLine: Int?) {
        var previous = none
        var broken: Int?
        var records: [AccessRecord] = []
        for (index, line) in try lines(folder).enumerated() {
            guard let record = try? JSONDecoder().decode(AccessRecord.self, from: Data(line)) else {
                broken = broken ?? index + 1
                continue
            }
            if record.previous != previous { broken = broken ?? index + 1 }
            previous = HashChain.leaf(of: line).description
            records.append(record)
        }
        return (records, broken)
    }

    private static func lines(_ folder: DataFolder) throws -> [[UInt8]] {
        guard let file = FileHandle(forReadingAtPath: path(folder)) else { return [] }
        let data = try file.read(upToCount: bytesMax + 1) ?? Data()
        guard data.count <= bytesMax else {
            throw CommandFailure(.environment, "the access log is larger than \(bytesMax) bytes", at: path(folder), remedy: "Move it to an archive; a new one begins")
        }
        return data.split(separator: 0x0A).map { Array($0) }
    }
}
