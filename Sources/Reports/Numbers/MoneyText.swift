/// Amounts of money. The sign stands before the currency: "-EUR 1,234.56".
public enum MoneyText {
    /// Whether a positive amount shows its sign.
    public enum Sign: Sendable { case ifNegative, always }

    /// An exact amount in minor units: "EUR 64,800.00".
    /// - Parameter short: leaves the decimals out where they are zero.
    public static func exact(_ minorUnits: Int64, _ currency: String, short: Bool = false, sign: Sign = .ifNegative)
        -> String
    {
        signed(minorUnits.signum(), sign) + coded(currency) + digits(minorUnits.magnitude, currency, short: short)
    }

    /// A computed amount, rounded to the minor unit.
    public static func exact(_ minorUnits: Double, _ currency: String, short: Bool = false, sign: Sign = .ifNegative)
        -> String
    {
        exact(rounded(minorUnits), currency, short: short, sign: sign)
    }

    /// An exact amount without its currency: "64,800.00".
    public static func amount(_ minorUnits: Int64, _ currency: String) -> String {
        signed(minorUnits.signum(), .ifNegative) + digits(minorUnits.magnitude, currency, short: false)
    }

    /// An estimate in whole units of its currency, for nobody reads the cents of an estimate: "EUR 64,800".
    public static func whole(_ minorUnits: Double, _ currency: String, sign: Sign = .ifNegative) -> String {
        let units = units(minorUnits, currency)
        return signed(units.signum(), sign) + coded(currency) + CountText.grouped(units.magnitude)
    }

    /// The same without its currency, for a column whose title names it.
    public static func wholeAmount(_ minorUnits: Double, _ currency: String) -> String {
        CountText.grouped(units(minorUnits, currency))
    }

    private static func units(_ minorUnits: Double, _ currency: String) -> Int64 {
        rounded(minorUnits / Double(Currency.minorUnits(in: currency)))
    }

    private static func rounded(_ value: Double) -> Int64 {
        Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }

    private static func signed(_ signum: Int64, _ sign: Sign) -> String {
        signum < 0 ? "-" : signum > 0 && sign == .always ? "+" : ""
    }

    private static func coded(_ currency: String) -> String { currency.isEmpty ? "" : currency + " " }

    private static func digits(_ minorUnits: UInt64, _ currency: String, short: Bool) -> String {
        let places = Currency.places(currency), one = UInt64(Currency.minorUnits(in: currency))
        let (whole, rest) = minorUnits.quotientAndRemainder(dividingBy: one)
        if places == 0 || (short && rest == 0) { return CountText.grouped(whole) }
        let digits = String(rest)
        return CountText.grouped(whole) + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
    }
}
