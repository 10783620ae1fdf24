public import Evaluation

/// Figures that were estimated, with their intervals and with what they rest on.
public enum EstimateText {
    /// "12.1 % to 14.0 %".
    public static func range(_ interval: Interval, _ text: (Double) -> String) -> String {
        "\(text(interval.low)) to \(text(interval.high))"
    }

    /// A figure with its interval: "13.0 % (12.1 % to 14.0 %)"; a dash where there is none.
    public static func estimate(_ estimate: Estimate?, _ text: (Double) -> String) -> String {
        estimate.map { "\(text($0.value)) (\(range($0.interval, text)))" } ?? "-"
    }

    /// A share of something counted: "81.4 % of 1,024"; a dash where nothing was counted.
    public static func share(_ rate: Rate) -> String {
        rate.trials > 0 ? "\(NumberText.percent(rate.share)) of \(CountText.grouped(rate.trials))" : "-"
    }
}
