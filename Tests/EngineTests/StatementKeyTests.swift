import Engine
import Foundation
import TextFormats
import Testing

/// Goal: a signed statement is believed as it was signed and by its own key alone, and keys that were replaced still
/// check what they signed. Method: statements of a real key file, each part of them changed.
@Suite struct StatementKeyTests {
    private static let payload = #"{"program":"acme","sums":[]}"#

    private static func path() -> String { NSTemporaryDirectory() + "leadline-statements-\(UUID().uuidString).key" }

    private static func fault(_ text: String, _ keys: String) -> SignedStatement.Fault? {
        do {
            _ = try SignedStatement(Array(text.utf8)).payload(by: Array(keys.utf8))
            return nil
        } catch { return error }
    }

    @Test func whatIsSignedIsBelieved() throws {
        let path = Self.path()
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        #expect(try StatementKeyFile.keySet(at: path) == #"{"keys":[]}"#)
        let keys = try StatementKeyFile.loadOrCreate(at: path)
        let signed = try keys.sign(Self.payload)
        #expect(try SignedStatement(Array(signed.utf8)).payload(by: Array(keys.keySet.utf8)) == Array(Self.payload.utf8))
        // The file gives the same key again, and a new one keeps the old one's statements good.
        #expect(try StatementKeyFile.loadOrCreate(at: path).keySet == keys.keySet)
        let next = try StatementKeyFile.rotate(at: path)
        #expect(next.keySet != keys.keySet && Self.fault(signed, next.keySet) == nil)
        #expect(try StatementKeyFile.loadOrCreate(at: path).keySet == next.keySet)
        let later = try next.sign(Self.payload)
        #expect(Self.fault(later, next.keySet) == nil)
        let id = try SignedStatement(Array(later.utf8)).keyID
        #expect(Self.fault(later, keys.keySet) == .unknownKey(id))
    }

    @Test func whatWasChangedIsNot() throws {
        let path = Self.path()
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        let keys = try StatementKeyFile.loadOrCreate(at: path)
        let signed = try keys.sign(Self.payload)
        let bytes = Array(signed.utf8)
        // Whatever a byte is changed to, it is refused.
        for index in bytes.indices {
            var changed = bytes
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(Self.fault(String(decoding: changed, as: UTF8.self), keys.keySet) != nil, "byte \(index)")
        }
        let parts = signed.split(separator: ".").map(String.init)
        func with(header: String) -> String { Base64URL.text(header.utf8) + "." + parts[1] + "." + parts[2] }
        for header in [
            #"{"alg":"none","kid":"x"}"#, #"{"alg":"HS256","kid":"x"}"#, #"{"alg":"ES256"}"#, #"{"alg":"ES256","kid":"x","crit":["b64"]}"#,
            #"["ES256"]"#,
        ] { #expect(Self.fault(with(header: header), keys.keySet) == .badHeader, "\(header)") }
        #expect(Self.fault(with(header: #"{"alg":"ES256","kid":"x"}"#), keys.keySet) == .unknownKey("x"))
        for text in ["", "a.b", signed + "=", signed + ".", "." + signed, parts[0] + "." + parts[1] + ".", signed + "\n"] {
            #expect(Self.fault(text, keys.keySet) != nil, "\(text)")
        }
        for set in ["", "[]", #"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#] {
            #expect(Self.fault(signed, set) == .badKeySet, "\(set)")
        }
        // A key goes by its thumbprint: another's key under this one's name is another key.
        let other = Self.path()
        defer { _ = try? FileManager.default.removeItem(atPath: other) }
        let foreign = try StatementKeyFile.loadOrCreate(at: other).keySet
        let id = try SignedStatement(bytes).keyID
        let pattern = try Regex(#""kid":"[^"]*""#)
        #expect(Self.fault(signed, foreign.replacing(pattern, with: #""kid":"\#(id)""#)) == .unknownKey(id))
    }

    @Test func aFileThatOthersCanReadIsRefused() throws {
        let path = Self.path()
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        _ = try StatementKeyFile.loadOrCreate(at: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: StatementKeyError.exposed(path: path, mode: 0o644)) { try StatementKeyFile.loadOrCreate(at: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try Data("p256 AAAA\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: StatementKeyError.malformed(path: path)) { try StatementKeyFile.loadOrCreate(at: path) }
        #expect(throws: StatementKeyError.absent(path: path + "x")) { try StatementKeyFile.rotate(at: path + "x") }
    }
}
