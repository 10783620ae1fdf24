import Foundation
import Journal

/// Files that auditors bring along.
enum EvidenceFile {
    /// More than any proof with its entry takes.
    private static let bytesMax = 64 << 20

    /// Everything in a file; "-" is stdin.
    static func bytes(_ path: String) throws -> [UInt8] {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle else {
            throw CommandFailure(.input, "the file cannot be read", at: path, remedy: "Check the path and its permissions")
        }
        let data = try handle.read(upToCount: bytesMax + 1) ?? Data()
        guard data.count <= bytesMax else {
            throw CommandFailure(.input, "the file is larger than \(bytesMax) bytes, so it is no proof", at: path)
        }
        return Array(data)
    }
}

/// Verifier keys as options give them.
enum KeyArguments {
    /// Each is a key, or a file with one key a line; empty lines and lines that begin with # are passed over.
    static func read(_ arguments: [String]) throws -> [VerifierKey] {
        try arguments.flatMap { argument in
            if FileManager.default.fileExists(atPath: argument) {
                return try String(decoding: EvidenceFile.bytes(argument), as: UTF8.self).unicodeScalars.split { $0 == "\n" || $0 == "\r" }
                    .map { String($0).trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && $0.utf8.first != UInt8(ascii: "#") }
                    .map { try key($0, at: argument) }
            }
            return [try key(argument, at: "--key")]
        }
    }

    private static func key(_ text: String, at place: String) throws -> VerifierKey {
        do { return try VerifierKey(text) } catch {
            throw CommandFailure(.input, "\(error)", at: place, remedy: "'leadline audit checkpoint --key' prints a program's key")
        }
    }
}
