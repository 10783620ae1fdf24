import Foundation
import Reports
import TextFormats

/// What a client keeps for the service and brings back: nobody but this deployment can read or make it, and it opens
/// for one principal and one use alone. It is hostile all the same: whoever opens it looks anew at how things stand.
struct SealedState: Sendable {
    /// Longest text of one.
    static let bytesMax = 16_384

    private let seal: RecordSeal
    private let name: String

    /// - Parameter use: what it is for; a state of another use does not open.
    init(_ call: Call, for use: String) throws {
        let grant = try call.grant
        seal = call.services.clientStates
        name = try JSONText.line([use, grant.program, grant.principal, grant.role.rawValue, grant.partner ?? ""])
    }

    /// A value as the client keeps it.
    func text(_ value: some Encodable) throws -> String {
        Base64URL.text(try seal.seal(JSONEncoder().encode(value), as: name))
    }

    /// The value; nil for any text that was not made by `text` for the same principal and use.
    func value<Value: Decodable>(_: Value.Type, _ text: String) -> Value? {
        guard text.utf8.count <= Self.bytesMax, let bytes = Base64URL.bytes(Array(text.utf8)) else { return nil }
        do { return try JSONDecoder().decode(Value.self, from: seal.open(Data(bytes), as: name)) } catch { return nil }
    }
}
