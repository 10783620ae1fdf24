import ChildPrograms
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
    func run() throws -> (ending: ChildProgram.Ending, verified: Int?) {
        let file = NSTemporaryDirectory() + "proofs-\(UUID().uuidString).jsonl"
        try lines.write(to: URL(filePath: file))
        defer { _ = try? FileManager.default.removeItem(atPath: file) }
        var python = ChildProgram("/usr/bin/env", ["python3", Self.script])
        python.input = try FileHandle(forReadingFrom: URL(filePath: file))
        let (ending, output) = try python.read()
        return (ending, Int(output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
