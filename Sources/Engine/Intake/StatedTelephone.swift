import LeadlineSchemas

/// A telephone number that a lead states, in one spelling, and whose it is said to be.
struct StatedTelephone: Sendable, Equatable {
    /// "+" and the digits of the international form (ITU-T E.164), then ";" and the extension's digits if there is one.
    /// Where a number is written as it is dialled at home and no country is known, the digits alone.
    var number: String
    /// Given and family name; empty if neither is stated.
    var name: String

    /// Nil where the contact states no number, or none of a length that a number has.
    init?(_ contact: WireContact, country: String) {
        guard let number = Self.number(contact.phone, country: CountrySpelling.code(country)) else { return nil }
        self.number = number
        name = [contact.givenName, contact.familyName].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Fewest digits of a number: shorter ones are extensions, or reach another in each town.
    static let digitsMin = 7
    /// Most digits of an international number (ITU-T E.164, section 6).
    static let digitsMax = 15
    /// Most bytes that are looked at.
    private static let bytesMax = 128

    /// A number in one spelling, whatever stands between its digits.
    static func number(_ text: String, country: String) -> String? {
        guard text.utf8.count <= bytesMax else { return nil }
        let read = Digits(text)
        guard let digits = international(read, country), (digitsMin...digitsMax).contains(digits.utf8.count - 1)
        else { return nil }
        return read.suffix.isEmpty ? digits : digits + ";" + read.suffix
    }

    /// "+" and digits; "=" and digits where the country is not known.
    private static func international(_ read: Digits, _ country: String) -> String? {
        let isInternational = read.isInternational || read.number.hasPrefix("00")
        let digits = !read.isInternational && isInternational ? read.number.dropFirst(2) : read.number[...]
        let code = isInternational ? CallingCodes.code(beginning: digits) : CallingCodes.code(of: country)
        guard let code else { return (isInternational ? "+" : "=") + digits }
        let national = isInternational ? digits.dropFirst(code.utf8.count) : digits
        let trunk = CallingCodes.trunkPrefix(code)
        // A number of the length of a national one has no prefix where the prefix may begin a number.
        let isPrefixed = !trunk.isEmpty && national.hasPrefix(trunk) && (code != "1" && code != "7" || national.count > 10)
        return "+" + code + (isPrefixed ? national.dropFirst(trunk.utf8.count) : national)
    }
}

/// The digits of a telephone number as somebody wrote it.
private struct Digits {
    /// Those before any word, without a zero in brackets, which is dialled at home only.
    var number = ""
    /// Those after a word: an extension.
    var suffix = ""
    /// Whether it begins with "+".
    var isInternational = false

    init(_ text: String) {
        var isSuffix = false
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if let digit = Self.digit(scalar) {
                let isTrunkZero = digit == 0 && !number.isEmpty && Self.isBracketed(index, in: scalars)
                if isSuffix { suffix.append(String(digit)) } else if !isTrunkZero { number.append(String(digit)) }
            } else if scalar == "+" || scalar == "\u{FF0B}" {
                if number.isEmpty { isInternational = true }
            } else if !number.isEmpty, scalar.properties.isAlphabetic || scalar == "#" || scalar == ";" {
                isSuffix = true
            }
        }
    }

    /// The value of a decimal digit of any script.
    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else { return nil }
        return Int(value)
    }

    private static func isBracketed(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        index > 0 && index + 1 < scalars.count && scalars[index - 1] == "(" && scalars[index + 1] == ")"
    }
}
