import Engine
import HTTPTypes

/// What a browser sends for whoever signed in: 256 random bits, kept as a keyed digest.
public struct SessionToken: Sendable, Equatable {
    static let bytes = 32

    /// Lower-case hexadecimal digits.
    let text: String

    /// A new one.
    init(_ random: any RandomSource) { text = Hexadecimal.text(random.bytes(Self.bytes)) }

    /// The one that a browser sent; nil for any other text.
    init?(_ text: String) {
        guard text.utf8.count == Self.bytes * 2, text.utf8.allSatisfy(Hexadecimal.isDigit) else { return nil }
        self.text = text
    }
}

/// How long sessions last, and how many there are.
public struct SessionLimits: Sendable, Equatable {
    /// After so long without a request a session is over. A stream that is open is none.
    public var idleMicros: Int64 = 30 * 60_000_000
    /// After so long it is over in any case.
    public var wholeMicros: Int64 = 12 * 3_600_000_000
    /// Of one principal in one program.
    var ofPrincipal = 20
    /// The usual ones.
    public init() {}
}

/// Cookies of this service. Their names make browsers take them from this host alone, over TLS or on this machine.
enum Cookie: String {
    case session = "__Host-leadline"
    /// Between a browser's way to the issuer and back.
    case signIn = "__Host-leadline-signin"

    /// The cookie's value; nil where it is not sent, or twice.
    func value(_ headers: HTTPFields) -> String? {
        let found = headers.cookies(rawValue)
        return found.count == 1 ? String(decoding: found[0], as: UTF8.self) : nil
    }

    /// The header that has a browser keep it.
    func setting(_ value: String, seconds: Int64) -> (HTTPField.Name, String) {
        let site = self == .session ? "Strict" : "Lax"
        return (
            .setCookie,
            "\(rawValue)=\(value); Path=/; Secure; HttpOnly; SameSite=\(site); Max-Age=\(seconds)"
        )
    }

    /// The header that has a browser forget it.
    var clearing: (HTTPField.Name, String) { setting("", seconds: 0) }
}

extension HTTPFields {
    /// The values of the cookies of a name that a browser sent, in its order.
    func cookies(_ name: String) -> [[UInt8]] {
        let head = Array((name + "=").utf8)
        return self[values: .cookie].flatMap { $0.utf8.split(separator: UInt8(ascii: ";")) }.compactMap { part in
            let bare = part.drop { $0 == 0x20 || $0 == 0x09 }
            return bare.starts(with: head) ? Array(bare.dropFirst(head.count)) : nil
        }
    }
}
