import Foundation
import UseCases

/// A file or stdin, read line by line without holding all of it.
final class LineFile {
    private static let chunkBytes = 1 << 20
    /// As errors name it.
    let name: String
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false

    /// Opens a file; "-" is stdin.
    init(_ path: String) throws {
        if path == "-" {
            name = "stdin"
            handle = .standardInput
            return
        }
        name = path
        handle = try InputFile.open(path)
    }

    /// The next line without its end, and its number from 1; nil at the end of the file.
    func next() throws -> (number: Int, bytes: [UInt8])? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                let line = trimmed(buffer[start..<end])
                start = end + 1
                number += 1
                return (number, line)
            }
            searched = buffer.count
            if isAtEnd { return last() }
            searched -= start
            buffer.removeSubrange(..<start)
            start = 0
            let chunk = try handle.read(upToCount: Self.chunkBytes) ?? Data()
            isAtEnd = chunk.isEmpty
            buffer.append(contentsOf: chunk)
        }
    }

    private func last() -> (number: Int, bytes: [UInt8])? {
        guard start < buffer.count else { return nil }
        let line = trimmed(buffer[start...])
        start = buffer.count
        number += 1
        return (number, line)
    }

    private func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        Array(line.last == 0x0D ? line.dropLast() : line)
    }

    /// Everything that is left, byte for byte.
    func rest() throws -> [UInt8] {
        defer { start = buffer.count }
        return Array(buffer[start...]) + (try handle.readToEnd() ?? Data())
    }
}
