/// Minor units of currencies (ISO 4217).
public enum Currency {
    /// Currencies whose minor unit is not a hundredth, with their decimal places.
    private static let unusualPlaces: [String: Int] = [
        "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
        "UYI": 0,
        "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
        "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
        "CLF": 4, "UYW": 4
    ]

    /// Decimal places of an amount in the currency; two where the code is not known.
    public static func places(_ code: String) -> Int { unusualPlaces[code] ?? 2 }

    /// Minor units in one unit of the currency.
    public static func minorUnits(in code: String) -> Int64 { [1, 10, 100, 1_000, 10_000][places(code)] }
}
