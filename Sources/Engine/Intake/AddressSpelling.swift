import Foundation

/// The one spelling of an e-mail address or a domain, whatever spelling a producer or an operator uses: lower case,
/// Unicode in its composed form (NFC), international domains in their ASCII form (UTS 46, as WHATWG URLs have it).
///
/// Both forms are Foundation's, whose tables come with the toolchain that Leadline is built with and not with the machine
/// that it runs on; the tests hold them to fixed results. What is journaled rests on them nowhere but here: a journal
/// holds digests, and is never spelled anew.
public enum AddressSpelling {
    /// Longest address (RFC 5321, 4.5.3.1).
    private static let addressBytesMax = 320
    /// Longest domain.
    private static let domainBytesMax = 253
    /// Longest part before the "@".
    private static let localBytesMax = 64
    /// Bytes of a domain's label.
    private static let labels = 1...63

    /// The address in a text that holds exactly one, bare or as `Name <a@b>`; nil for any other text.
    public static func address(_ text: String) -> String? {
        if let plain = plainAddress(text) { return plain }
        guard text.utf8.count <= 2 * addressBytesMax, let bare = bareAddress(trimmed(text)) else { return nil }
        let parts = bare.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 2, !parts[0].isEmpty, isLocalPart(parts[0]), let host = domain(parts[1]) else { return nil }
        let address = "\(parts[0].precomposedStringWithCanonicalMapping.lowercased())@\(host)"
        return address.utf8.count <= addressBytesMax ? address : nil
    }

    /// The same; a text that holds no address, as it stands.
    public static func addressOrText(_ text: String) -> String { address(text) ?? text }

    /// The address in a text that is nothing but one, in ASCII, as nearly every one is: it needs neither Unicode's tables
    /// nor copies. Nil says nothing of others.
    private static func plainAddress(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count <= addressBytesMax, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = bytes[..<at]
        guard (1...localBytesMax).contains(local.count),
            local.allSatisfy({ $0 < 0x80 && isInLocalPart(UnicodeScalar($0)) })
        else { return nil }
        guard isPlainDomain(bytes[bytes.index(after: at)...]) else { return nil }
        return isLowercase(bytes[...]) ? text : String(decoding: bytes.map(lowercased), as: UTF8.self)
    }

    /// The same for a domain.
    private static func plainDomain(_ text: String) -> String? {
        let bytes = text.utf8
        guard isPlainDomain(bytes[...]) else { return nil }
        return isLowercase(bytes[...]) ? text : String(decoding: bytes.map(lowercased), as: UTF8.self)
    }

    private static func isPlainDomain(_ bytes: Substring.UTF8View) -> Bool {
        var (count, labelBytes) = (0, 0)
        for byte in bytes {
            count += 1
            guard count <= domainBytesMax, byte < 0x80, isInDomain(UnicodeScalar(byte)) else { return false }
            if byte == UInt8(ascii: ".") {
                guard labels.contains(labelBytes) else { return false }
                labelBytes = 0
            } else {
                labelBytes += 1
            }
        }
        return labels.contains(labelBytes)
    }

    private static func isLowercase(_ bytes: Substring.UTF8View) -> Bool {
        bytes.allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether a domain in its ASCII form has labels in another script.
    static func isInternational(_ domain: String) -> Bool {
        // Without two hyphens in a row there is none.
        var last: UInt8 = 0
        for byte in domain.utf8 {
            if byte == UInt8(ascii: "-") && last == byte {
                return domain.utf8.split(separator: UInt8(ascii: ".")).contains { $0.starts(with: "xn--".utf8) }
            }
            last = byte
        }
        return false
    }

    /// The text between angle brackets, where there are some; nil where what stands there is not one address.
    private static func bareAddress(_ text: String) -> String? {
        let scalars = text.unicodeScalars
        guard let open = scalars.lastIndex(of: "<") else {
            return scalars.contains(where: { $0 == ">" }) ? nil : text
        }
        // A name before the brackets is nobody's address.
        guard scalars.last == ">", !scalars[..<open].contains("<"), !scalars[..<open].contains("@") else { return nil }
        return trimmed(String(scalars[scalars.index(after: open)...].dropLast()))
    }

    private static func isLocalPart(_ text: String) -> Bool {
        text.utf8.count <= localBytesMax && text.unicodeScalars.allSatisfy { isInLocalPart($0) }
    }

    private static func isInLocalPart(_ scalar: UnicodeScalar) -> Bool {
        switch scalar {
        case "(", ")", "<", ">", "[", "]", ":", ";", ",", "\\", "\"": false
        default: scalar.value < 0x80 ? (0x21...0x7E).contains(scalar.value) : !scalar.properties.isWhitespace
        }
    }

    /// A domain in its ASCII form, without a dot at its end; nil for a text that is none.
    public static func domain(_ text: String) -> String? {
        if let plain = plainDomain(text) { return plain }
        var name = trimmed(text)
        if name.unicodeScalars.last == "." { name.unicodeScalars.removeLast() }
        guard !name.isEmpty, name.utf8.count <= 2 * domainBytesMax,
            name.unicodeScalars.allSatisfy({ isInDomain($0) })
        else { return nil }
        if !name.utf8.allSatisfy({ $0 < 0x80 }) {
            guard let host = URL(string: "http://\(name.precomposedStringWithCanonicalMapping)/")?.host(percentEncoded: false),
                host.utf8.allSatisfy({ $0 < 0x80 })
            else { return nil }
            name = host
        }
        name = name.lowercased()
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return name.utf8.count <= domainBytesMax && parts.allSatisfy { labels.contains($0.count) } ? name : nil
    }

    /// A domain as people read it: international labels in their own script.
    static func readable(_ domain: String) -> String {
        var components = URLComponents()
        components.scheme = "http"
        components.encodedHost = domain
        return components.host ?? domain
    }

    private static func isInDomain(_ scalar: UnicodeScalar) -> Bool {
        if scalar.value >= 0x80 { return !scalar.properties.isWhitespace }
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_": return true
        default: return false
        }
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
