/// Whole numbers, grouped by thousands, and counted nouns.
public enum CountText {
    /// 1234567 as "1,234,567".
    public static func grouped(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// "1 record", "2 records".
    /// - Parameter plural: where it is not the noun with an s.
    public static func of(_ count: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
    }
}
