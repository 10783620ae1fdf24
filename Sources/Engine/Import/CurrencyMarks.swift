import LeadlineSchemas

/// What stands for a currency in exports: its code, or a sign, which several may share.
enum CurrencyMarks {
    /// By sign, what it may stand for; where it stands for one alone, that one is first and only.
    private static let signs: [String: [String]] = [
        "€": ["EUR"], "£": ["GBP", "EGP", "GIP", "FKP", "SHP"], "₹": ["INR"], "₺": ["TRY"], "₽": ["RUB"], "₴": ["UAH"],
        "₩": ["KRW", "KPW"], "₪": ["ILS"], "₫": ["VND"], "₦": ["NGN"], "₱": ["PHP"], "฿": ["THB"], "₸": ["KZT"],
        "₡": ["CRC"], "₲": ["PYG"], "₵": ["GHS"], "₾": ["GEL"], "₼": ["AZN"],
        "¥": ["JPY", "CNY"], "￥": ["JPY", "CNY"],
        "$": ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL", "UYU"],
        "US$": ["USD"], "CA$": ["CAD"], "C$": ["CAD"], "A$": ["AUD"], "AU$": ["AUD"], "NZ$": ["NZD"], "S$": ["SGD"],
        "HK$": ["HKD"], "NT$": ["TWD"], "MX$": ["MXN"], "R$": ["BRL"],
        "Fr.": ["CHF"], "Fr": ["CHF"], "SFr.": ["CHF"], "SFr": ["CHF"],
        "kr": ["SEK", "NOK", "DKK", "ISK"], "kr.": ["DKK", "SEK", "NOK", "ISK"],
        "zł": ["PLN"], "Kč": ["CZK"], "Ft": ["HUF"], "lei": ["RON", "MDL"], "лв": ["BGN"], "лв.": ["BGN"], "R": ["ZAR"],
        "руб.": ["RUB"], "DM": ["DEM"],
    ]

    /// True if a mark beside an amount may stand for the currency.
    static func isOf(_ currency: String, _ mark: String) -> Bool {
        mark.uppercased() == currency || signs[mark]?.contains(currency) ?? false
    }

    /// The currency that a text names, if it is only one.
    static func currency(_ text: String) -> String? {
        let code = text.uppercased()
        if ISOCodes.minorDigits[code] != nil { return code }
        guard let found = signs[text], found.count == 1 else { return nil }
        return found[0]
    }
}
