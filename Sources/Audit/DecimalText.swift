/// Numbers for people: one form, whatever the machine's locale.
public enum DecimalText {
    /// The number with so many digits after the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let whole = Int64((abs(value) * scale).rounded())
        let text = pointed(whole, digits, grouped: false)
        return value < 0 && whole != 0 ? "-\(text)" : text
    }

    /// The number with its sign and two digits, as log-odds are written: "+0.61".
    public static func signed(_ value: Double) -> String {
        let text = fixed(value, 2)
        return text.hasPrefix("-") ? text : "+\(text)"
    }

    /// A share as per cent with one digit: "81.4 %".
    public static func percent(_ share: Double) -> String { "\(fixed(share * 100, 1)) %" }

    /// An amount without its currency: "64,800.00".
    public static func amount(_ minorUnits: Int64, _ currency: String) -> String {
        let text = pointed(Int64(clamping: minorUnits.magnitude), Currencies.digits(currency), grouped: true)
        return minorUnits < 0 ? "-\(text)" : text
    }

    /// An amount of money: "EUR 64,800.00".
    public static func money(_ minorUnits: Int64, _ currency: String) -> String {
        "\(currency) \(amount(minorUnits, currency))"
    }

    /// An expected amount, rounded to the minor unit.
    public static func money(_ minorUnits: Double, _ currency: String) -> String {
        money(Int64(exactly: minorUnits.rounded()) ?? (minorUnits < 0 ? .min : .max), currency)
    }

    private static func pointed(_ whole: Int64, _ digits: Int, grouped: Bool) -> String {
        var text = String(whole)
        while text.utf8.count <= digits { text = "0" + text }
        let integer = String(text.dropLast(digits))
        let fraction = digits == 0 ? "" : "." + text.suffix(digits)
        return (grouped ? groupedByThousands(integer) : integer) + fraction
    }

    private static func groupedByThousands(_ digits: String) -> String {
        var groups: [Substring] = []
        var rest = digits[...]
        while rest.count > 3 {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        return ([rest] + groups).joined(separator: ",")
    }
}

/// Minor units of currencies (ISO 4217).
enum Currencies {
    private static let none: Set = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    ]
    private static let three: Set = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    /// Digits after the point.
    static func digits(_ currency: String) -> Int {
        none.contains(currency) ? 0 : three.contains(currency) ? 3 : 2
    }
}
