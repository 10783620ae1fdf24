import Crypto
import Foundation
import LeadlineSchemas
import SwiftProtobuf

/// What makes two imports the same import.
enum ImportIdentity {
    /// The first 32 hexadecimal digits of a SHA-256 over all that decides what the import writes. Comments in the
    /// mapping, and where the files lie, do not count.
    static func of(
        _ mapping: ImportMapping, folder: String, policy: WirePolicy?, program: String, mode: ImportMode
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var hash = SHA256()
        // Each part stands after its length, so that no two imports give the same bytes.
        func add(_ part: some Collection<UInt8>) {
            hash.update(data: Data("\(part.count):".utf8))
            hash.update(data: Data(part))
        }
        let policyBytes: [UInt8] = try policy?.serializedBytes() ?? []
        add("leadline import v1 \(program) \(mode.rawValue)".utf8)
        add(try encoder.encode(mapping))
        add(policyBytes)
        for name in mapping.files.keys.sorted() {
            add(try digest(ofFile: folder + "/" + (mapping.files[name]?.path ?? "")))
        }
        return hash.finalize().prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func digest(ofFile path: String) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        var hash = SHA256()
        while let chunk = try handle.read(upToCount: 1_048_576), !chunk.isEmpty { hash.update(data: chunk) }
        return Array(hash.finalize())
    }
}
