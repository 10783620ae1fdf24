/// Numbers with decimals: one form, whatever the machine's locale.
public enum NumberText {
    /// The number with so many digits after the point.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        guard value.isFinite, abs(value) * scale < 1e18 else { return "\(value)" }
        let whole = Int64((abs(value) * scale).rounded())
        var text = String(whole)
        while text.utf8.count <= digits { text = "0" + text }
        let sign = value < 0 && whole != 0 ? "-" : ""
        return sign + text.dropLast(digits) + (digits == 0 ? "" : "." + text.suffix(digits))
    }

    /// The number with its sign, as log-odds are written: "+0.61".
    public static func signed(_ value: Double, _ digits: Int = 2) -> String {
        value < 0 ? negative(fixed(value, digits)) : "+" + fixed(value, digits)
    }

    /// What rounds to nothing is positive.
    private static func negative(_ text: String) -> String { text.utf8.first == UInt8(ascii: "-") ? text : "+" + text }

    /// A share with one digit: "81.4 %".
    public static func percent(_ share: Double) -> String { "\(fixed(share * 100, 1)) %" }

    /// Hundredths of a per cent, exactly: "12.5 %", "12.55 %".
    public static func percent(basisPoints: UInt32) -> String {
        "\(fixed(Double(basisPoints) / 100, basisPoints % 10 == 0 ? 1 : 2)) %"
    }

    /// A difference of shares: "+2.5 points".
    public static func points(_ difference: Double) -> String { "\(signed(difference * 100, 1)) points" }

    /// A factor: "1.52 x".
    public static func factor(_ value: Double) -> String { "\(fixed(value, 2)) x" }

    /// A number without needless zeros.
    public static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
