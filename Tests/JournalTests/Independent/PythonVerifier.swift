import Foundation
import Testing

/// Hands cases to `proofs.py`, which shares no line with what it verifies.
struct PythonVerifier {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "proofs.py").path

    private var lines = Data()
    private(set) var count = 0

    mutating func add(_ fields: [String: Any]) throws {
        lines.append(try JSONSerialization.data(withJSONObject: fields))
        lines.append(UInt8(ascii: "\n"))
        count += 1
    }

    /// Runs the program over all cases; what it prints is how many it verified.
    func run() throws -> (code: Int32, verified: Int?) {
        let file = NSTemporaryDirectory() + "proofs-\(UUID().uuidString).jsonl"
        try lines.write(to: URL(filePath: file))
        defer { _ = try? FileManager.default.removeItem(atPath: file) }
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Self.script]
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: file))
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let out = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, Int(String(decoding: out, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
