/// Amounts for people: "EUR 120,000.00".
enum MoneyText {
    /// ISO 4217 currencies whose minor unit is not a hundredth, with its decimal places.
    private static let unusualPlaces: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
        "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3,
        "TND": 3,
    ]

    /// Minor units in one unit of the currency.
    static func minorUnits(in currency: String) -> Int { [1, 10, 100, 1_000][unusualPlaces[currency] ?? 2] }

    /// An amount in minor units with its currency; without decimals where they are zero and `short` is wanted.
    static func of(_ minorUnits: Int64, _ currency: String, short: Bool = false) -> String {
        let places = unusualPlaces[currency] ?? 2
        let scale = Self.minorUnits(in: currency)
        let whole = CountText.grouped(minorUnits / Int64(scale))
        let rest = Int(minorUnits.magnitude % UInt64(scale))
        let prefix = currency.isEmpty ? "" : currency + " "
        if places == 0 || (short && rest == 0) { return prefix + whole }
        let digits = String(rest)
        return prefix + whole + "." + String(repeating: "0", count: places - digits.count) + digits
    }
}
