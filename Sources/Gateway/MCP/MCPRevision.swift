import Foundation
import HTTPTypes
import Reports

/// Which revision of the Model Context Protocol a request speaks: 2026-07-28 says so in every request and remembers
/// nothing; the revisions before it begin with `initialize`.
enum MCPRevision: Sendable {
    case stateless
    case initialized

    /// The name of the stateless one.
    static let statelessName = "2026-07-28"
    /// Those before it that are spoken, the latest first.
    static let initializedNames = ["2025-11-25", "2025-06-18", "2025-03-26"]
    /// All of them.
    static var names: [String] { [statelessName] + initializedNames }

    private static let prefix = "io.modelcontextprotocol/"

    /// Names of what a request's `_meta` says.
    enum Meta {
        static let version = prefix + "protocolVersion"
        static let capabilities = prefix + "clientCapabilities"
        static let serverInfo = prefix + "serverInfo"
    }

    /// Finds it out, and checks what must agree.
    /// - Parameter headers: nil over standard input and output, where there are none.
    /// - Throws: `MCPError` for a request that contradicts itself or speaks a revision that is not known.
    init(_ message: JSONRPCMessage, _ headers: HTTPFields?) throws(MCPError) {
        let header = headers?[.mcpProtocolVersion]
        let stated = message.meta[Meta.version]?.text
        let speaksOld = header.map(Self.initializedNames.contains) ?? true
        if stated == nil, speaksOld || message.method == "initialize" {
            self = .initialized
            return
        }
        guard let stated else { throw .invalid("_meta does not say \(Meta.version).") }
        if let headers { try Self.check(headers, stated, message) }
        guard stated == Self.statelessName else {
            throw MCPError(
                code: .unsupportedVersion, words: "This revision of the protocol is not spoken here.",
                data: JSONText.object([
                    ("supported", "[\(JSONText.quoted(Self.statelessName))]"), ("requested", JSONText.quoted(stated)),
                ]))
        }
        guard message.meta[Meta.capabilities]?.members != nil else {
            throw .invalid("_meta does not say \(Meta.capabilities).")
        }
        self = .stateless
    }

    private static func check(_ headers: HTTPFields, _ version: String, _ message: JSONRPCMessage) throws(MCPError) {
        try check(headers, .mcpProtocolVersion, is: version)
        try check(headers, .mcpMethod, is: message.method)
        if let name = message.named { try check(headers, .mcpName, is: name) }
    }

    /// The headers that go with a message of the stateless revision; nil for one of another.
    static func headers(of json: [UInt8]) -> [(name: String, value: String)]? {
        do throws(JSONRPCMessage.Unreadable) {
            let message = try JSONRPCMessage(json)
            guard let version = message.meta[Meta.version]?.text else { return nil }
            let fields = [
                (HTTPField.Name.mcpProtocolVersion, version), (.mcpMethod, message.method),
                (.mcpName, message.named ?? ""),
            ]
            return fields.filter { !$0.1.isEmpty }.map { ($0.0.rawName, encoded($0.1)) }
        } catch { return nil }
    }

    /// A value as a header has it.
    private static func encoded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !value.utf8.starts(with: "=?".utf8)
        return isPlain ? value : "=?base64?" + Data(value.utf8).base64EncodedString() + "?="
    }

    private static func check(_ headers: HTTPFields, _ name: HTTPField.Name, is value: String) throws(MCPError) {
        let values = headers[values: name]
        guard values.count == 1, decoded(values[0]) == value else {
            throw MCPError(code: .headerMismatch, words: "The header \(name.rawName) does not say what the body says.")
        }
    }

    /// A header's value, which stands in Base64 where it is no plain ASCII: `=?base64?...?=`.
    private static func decoded(_ value: String) -> String? {
        let (start, end) = (Array("=?base64?".utf8), Array("?=".utf8))
        let bytes = Array(value.utf8)
        guard bytes.count >= start.count + end.count, bytes.starts(with: start), bytes.suffix(end.count) == end[...]
        else { return value }
        let text = bytes.dropFirst(start.count).dropLast(end.count)
        return Data(base64Encoded: Data(text)).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
