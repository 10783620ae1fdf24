import Evaluation
import Foundation

/// Figures of reports for people.
enum ReportText {
    /// A share with one digit: "81.4 %".
    static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    /// A difference of shares: "+2.5 points".
    static func points(_ difference: Double) -> String { String(format: "%+.1f points", difference * 100) }

    /// A factor: "1.52 x".
    static func factor(_ value: Double) -> String { String(format: "%.2f x", value) }

    /// An amount in minor units, shown in whole units of its currency, for nobody reads cents of an estimate.
    static func money(_ minorUnits: Double, _ currency: String, signed: Bool = false) -> String {
        let one = Double(MoneyText.minorUnits(in: currency))
        let whole = Int64(exactly: (minorUnits / one).rounded()) ?? (minorUnits < 0 ? .min + 1 : .max)
        let sign = whole < 0 ? "-" : signed && whole > 0 ? "+" : ""
        return "\(sign)\(currency.isEmpty ? "" : currency + " ")\(CountText.grouped(Int64(clamping: whole.magnitude)))"
    }

    /// "12.1 % to 14.0 %".
    static func range(_ interval: Interval, _ text: (Double) -> String) -> String { "\(text(interval.low)) to \(text(interval.high))" }

    /// A figure with its interval: "13.0 % (12.1 % to 14.0 %)"; a dash where there is none.
    static func estimate(_ estimate: Estimate?, _ text: (Double) -> String) -> String {
        estimate.map { "\(text($0.value)) (\(range($0.interval, text)))" } ?? "-"
    }

    /// A time in seconds: "4 min 10 s"; a dash where there is none.
    static func seconds(_ value: Double?) -> String { value.map { TimeText.duration(seconds: Int64($0.rounded())) } ?? "-" }
}
