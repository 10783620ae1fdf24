import Crypto

/// What a person is known by.
public enum LookupKind: UInt8, Sendable, CaseIterable {
    /// An e-mail address.
    case email = 0x10
    /// A lead's id.
    case lead = 0x11
    /// The id of a partner who is a person.
    case partner = 0x12
    /// The e-mail address of a partner's contact. Apart from the addresses of leads, so that a contact who becomes a
    /// lead is not sealed under the partner's key.
    case partnerContact = 0x13
    /// A telephone number in its international form. Several may be reached by one.
    case telephone = 0x14
}

/// Turns values from outside into keyed digests, for one program.
///
/// Each is HMAC-SHA256, cut to 16 bytes, under a key that HKDF derives from the look-up key and the
/// program's id (info `leadline pseudonyms v1` and the id). The message is a byte for the kind of
/// value, then each part after its length as eight little-endian bytes. So pseudonyms of two kinds
/// or two programs cannot be matched with each other, nor guessed without the key.
public struct Pseudonyms: Sendable {
    private let keyed: KeyedHash

    /// Pseudonyms of a program under a master key.
    public init(masterKey: MasterKey, program: String) {
        keyed = KeyedHash(key: masterKey.lookupSubkey("leadline pseudonyms v1", program))
    }

    /// Stands for a CloudEvent: equal for two with the same source and id.
    public func eventDigest(source: String, id: String) -> Pseudonym {
        pseudonym(0x01) {
            $0.add(source)
            $0.add(id)
        }
    }

    /// Stands for a message's content: equal for two of the same type and bytes.
    public func contentDigest(type: String, bytes: [UInt8]) -> Pseudonym {
        pseudonym(0x02) {
            $0.add(type)
            $0.add(bytes)
        }
    }

    /// Stands for a company: equal for all spellings of its internet domain (case, white space
    /// around it, a dot at the end, "www." before it).
    public func account(domain: String) -> Pseudonym {
        pseudonym(0x03) { $0.add(Normalised.domain(domain)) }
    }

    /// Stands for a day, counted from 1970, on which records of the program came.
    public func day(_ number: Int64) -> Pseudonym {
        pseudonym(0x04) { $0.add(String(number)) }
    }

    /// Stands for an address whose leads go to a human, whoever comes with it. Nobody is found by it.
    public func suppression(email: String) -> Pseudonym {
        pseudonym(0x05) { $0.add(Normalised.email(email)) }
    }

    /// Stands for a CloudEvents source that looks like a person's data.
    public func source(_ source: String) -> Pseudonym {
        pseudonym(0x06) { $0.add(source) }
    }

    /// Stands for what a person is known by. E-mail addresses are compared without regard to case
    /// and to white space around them; ids exactly.
    public func lookup(kind: LookupKind, value: String) -> Pseudonym {
        pseudonym(kind.rawValue) { $0.add(kind == .email || kind == .partnerContact ? Normalised.email(value) : value) }
    }

    /// Stands for somebody of this name whom a telephone number reaches. Names are compared without regard to case and
    /// to how white space stands in them.
    public func lookup(telephone: String, name: String) -> Pseudonym {
        pseudonym(0x15) {
            $0.add(telephone)
            $0.add(Normalised.name(name))
        }
    }

    /// The same for a value in UTF-8 bytes; bytes that are not UTF-8 are repaired first.
    public func lookup(kind: LookupKind, value: [UInt8]) -> Pseudonym {
        lookup(kind: kind, value: String(decoding: value, as: UTF8.self))
    }

    private func pseudonym(_ domain: UInt8, _ addParts: (inout KeyedHash.Message) -> Void) -> Pseudonym {
        Pseudonym(truncatingCode: keyed.code(domain: domain, addParts))
    }
}

extension SixteenBytes {
    /// The first 16 bytes of a code.
    init(truncatingCode code: SHA256Digest) {
        self = unsafe code.withUnsafeBytes { unsafe Self(truncating: $0) }
    }
}

/// How values are brought into one spelling before they are digested.
///
/// Changing a rule changes pseudonyms: people already in the vault would no longer be found.
enum Normalised {
    static func email(_ text: String) -> String {
        trimmedLowercase(text)
    }

    static func domain(_ text: String) -> String {
        let spelled = trimmedLowercase(text)
        let bytes = spelled.utf8
        if bytes.last != UInt8(ascii: "."), !bytes.starts(with: "www.".utf8) { return spelled }
        var domain = spelled[...]
        if domain.hasSuffix(".") { domain.removeLast() }
        // "www.example" alone may be a registered domain.
        if domain.hasPrefix("www."), domain.dropFirst(4).contains(".") { domain.removeFirst(4) }
        return String(domain)
    }

    static func name(_ text: String) -> String {
        trimmedLowercase(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    private static func trimmedLowercase(_ text: String) -> String {
        let bytes = text.utf8
        // Nearly every value comes in its one spelling.
        if bytes.allSatisfy({ $0 < 0x80 && !isSpace($0) && !isUppercase($0) }) { return text }
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            return String(trimmed.reversed()).lowercased()
        }
        // Nearly every other is ASCII, for which bytes do: a tenth of the time.
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return String(decoding: trimmed.map { isUppercase($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func isUppercase(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
