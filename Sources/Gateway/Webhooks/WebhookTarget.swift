/// Where an endpoint is, as a URL that every reader takes apart the same way: what could be read in two ways is
/// refused, since the host that was looked at must be the one that is connected to.
struct WebhookTarget: Sendable, Equatable {
    static let bytesMax = 2_048

    /// Host in lower case, and a path.
    let url: String
    let isEncrypted: Bool
    /// A name or a literal, without brackets.
    let host: String

    /// Nil for anything but `http` or `https`, a plain host and perhaps a port, path and query.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.bytesMax, bytes.allSatisfy(Self.isPlain) else { return nil }
        let scheme = bytes.starts(with: "https://".utf8) ? "https://" : "http://"
        guard bytes.starts(with: scheme.utf8) else { return nil }
        let rest = bytes.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        guard let authority = Authority(Array(rest[..<end])), let tail = Self.tail(rest[end...]) else { return nil }
        isEncrypted = scheme == "https://"
        host = authority.host
        url = scheme + authority.text + tail
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !##""#<>\^`{|}"##.utf8.contains(byte)
    }

    /// Path and query, their percent signs followed by digits; brackets belong to a host alone.
    private static func tail(_ bytes: ArraySlice<UInt8>) -> String? {
        for (index, byte) in zip(bytes.indices, bytes) {
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") { return nil }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, bytes[(index + 1)...(index + 2)].allSatisfy(isHexadecimal) else {
                    return nil
                }
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.first == UInt8(ascii: "/") ? text : "/" + text
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Hexadecimal.isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }

    private struct Authority {
        var host: String
        var text: String

        init?(_ bytes: [UInt8]) {
            let isLiteral = bytes.first == UInt8(ascii: "[")
            let hostEnd =
                isLiteral
                ? bytes.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 }
                : bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard let hostEnd, let port = Self.port(bytes[hostEnd...]) else { return nil }
            let name = bytes[..<hostEnd].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            let bare = isLiteral ? Array(name.dropFirst().dropLast()) : name
            guard isLiteral ? Self.isAddress(bare) : Self.isName(bare) else { return nil }
            host = String(decoding: bare, as: UTF8.self)
            text = String(decoding: name, as: UTF8.self) + port
        }

        /// Nothing, or a colon and a number.
        private static func port(_ bytes: ArraySlice<UInt8>) -> String? {
            if bytes.isEmpty { return "" }
            let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
            guard bytes.first == UInt8(ascii: ":"), let port = UInt16(text), port > 0, String(port) == text else {
                return nil
            }
            return ":" + text
        }

        private static func isName(_ bytes: [UInt8]) -> Bool {
            let dot = UInt8(ascii: ".")
            let labels = bytes.split(separator: dot, omittingEmptySubsequences: false)
            return (1...253).contains(bytes.count)
                && labels.allSatisfy { label in
                    (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                        && label.allSatisfy {
                            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                        }
                }
        }

        private static func isAddress(_ bytes: [UInt8]) -> Bool {
            (2...45).contains(bytes.count)
                && bytes.allSatisfy { Hexadecimal.isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        }
    }
}

extension WebhookTarget {
    /// True if a try may connect to the address: to the Internet and encrypted, or to this machine where its operator
    /// says so.
    func mayConnect(to address: NetworkAddress, allowsLoopback: Bool) -> Bool {
        address.isLoopback ? allowsLoopback : isEncrypted && address.isPublic
    }
}
