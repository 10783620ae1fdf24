import Reports

extension JSONText {
    /// The same JSON with escapes in place of what has a meaning and no look, signs of direction above all: whoever
    /// reads it as text sees that it is there.
    static func visible(_ json: String) -> String {
        // None of these is ASCII.
        guard json.utf8.contains(where: { $0 > 0x7F }), json.unicodeScalars.contains(where: isUnseen) else {
            return json
        }
        var out = ""
        for scalar in json.unicodeScalars {
            guard isUnseen(scalar) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return out
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .format }
}
