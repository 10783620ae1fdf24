import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import Reports

/// Who read which person's data, when and why: one JSON object a line, appended, each with the digest of the line
/// before.
///
/// It stands beside the vault and names people by their random ids alone.
enum AccessLog {
    /// Bytes of the log that are read at most.
    private static let bytesMax = 256 << 20
    private static let none = String(repeating: "0", count: 64)

    static func path(_ folder: DataFolder) -> String { folder.path + "/access.jsonl" }

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

    /// Appends a record that follows from the last one, and waits until the disk has it.
    static func append(_ folder: DataFolder, _ record: (_ previous: String) -> AccessRecord) throws {
        let descriptor = unsafe open(path(folder), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Problem.notWritable("the access log cannot be written, so nothing is shown", at: path(folder))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX) == 0 else {
            throw Problem(.unavailable, "the access log cannot be locked, so nothing is shown", at: path(folder))
        }
        let last = try lines(folder).last
        let line = try JSONText.line(record(last.map { HashChain.leaf(of: $0).description } ?? none))
        try file.write(contentsOf: Data((line + "\n").utf8))
        try file.synchronize()
    }

    private static func lines(_ folder: DataFolder) throws -> [[UInt8]] {
        guard let file = FileHandle(forReadingAtPath: path(folder)) else { return [] }
        let data = try file.read(upToCount: bytesMax + 1) ?? Data()
        guard data.count <= bytesMax else {
            throw Problem(
                .unavailable, "the access log is larger than \(bytesMax) bytes", at: path(folder),
                remedy: "Move it to an archive; a new one begins")
        }
        return data.split(separator: 0x0A).map { Array($0) }
    }
}

extension Deployment {
    /// Notes a read of personal data before anything is shown, so that what was shown is always noted.
    /// - Parameters:
    ///   - action: what reads, as the command line names it.
    ///   - folder: whose log; by default that of the program's folder.
    ///   - reason: why, where who asks does not say it.
    func note(_ action: String, _ subjects: [String], in folder: DataFolder? = nil, reason: String? = nil) throws {
        let reason = reason ?? asker.reason
        try AccessLog.append(folder ?? self.folder) { previous in
            AccessRecord(
                time: TimeText.utc(self.folder.now()), user: asker.actor, role: asker.role.isEmpty ? nil : asker.role,
                command: action, program: program, subjects: subjects, reason: reason.isEmpty ? "not stated" : reason,
                previous: previous)
        }
    }
}
