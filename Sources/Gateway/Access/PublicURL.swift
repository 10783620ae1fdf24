/// Where others reach this service: scheme, host and perhaps a port, as browsers name an origin.
public struct PublicURL: Sendable, Equatable {
    /// Without a slash at its end, and without a port that the scheme implies.
    public let origin: String

    /// Nil for anything but an https URL of a host, or an http one of this machine.
    public init?(_ text: String) {
        guard let target = WebhookTarget(callable: text) else { return nil }
        let implied = target.isEncrypted ? ":443/" : ":80/"
        // The URL of a target always has a path.
        let end = target.url.utf8.reversed().starts(with: implied.utf8.reversed()) ? implied.utf8.count : 1
        origin = String(decoding: target.url.utf8.dropLast(end), as: UTF8.self)
        let authority = origin.utf8.dropFirst(target.isEncrypted ? 8 : 7)
        guard target.url.utf8.last == UInt8(ascii: "/"), !authority.contains(UInt8(ascii: "/")),
            !authority.contains(UInt8(ascii: "?"))
        else { return nil }
    }
}

extension WebhookTarget {
    /// One that may be called on somebody's word: by https, or on this machine, which its operator allows or not.
    init?(callable text: String) {
        self.init(text)
        guard isEncrypted || isLocal else { return nil }
    }

    /// True for the names of this machine.
    var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}
