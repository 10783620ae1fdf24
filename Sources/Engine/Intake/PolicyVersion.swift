import Crypto
import Foundation
public import LeadlineSchemas
import SwiftProtobuf

/// A policy's version: the first 32 hexadecimal digits of the SHA-256 of its serialised form.
public enum PolicyVersion {
    /// The version of `policy`. Unknown fields do not count.
    public static func of(_ policy: WirePolicy) throws -> String {
        try ContentVersion.of(policy)
    }
}

/// Versions of profiles.
public enum ProfileVersion {
    /// The version of `profile`, as a policy has one. It stands nowhere in clear: a profile names people, and a digest
    /// without a key can be guessed.
    public static func of(_ profile: WireProgramProfileSet) throws -> String { try ContentVersion.of(profile) }
}

private enum ContentVersion {
    static func of(_ message: some SwiftProtobuf.Message) throws -> String {
        let bytes: [UInt8] = try message.serializedBytes()
        return SHA256.hash(data: bytes).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
