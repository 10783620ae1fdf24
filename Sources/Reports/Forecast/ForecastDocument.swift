public import Evaluation

/// What `leadline forecast --json` prints. Field names are a contract.
public struct ForecastDocument: Encodable, Sendable {
    /// The forecast; nil where only an enablement was asked for.
    public var forecast: Forecast?
    /// Past quarters; nil where they were not asked for.
    public var backtest: ForecastBacktest?
    /// What a change of profiles would be worth; nil where none was asked about.
    public var enablement: EnablementReport?

    /// A document of what there is.
    public init(forecast: Forecast? = nil, backtest: ForecastBacktest? = nil, enablement: EnablementReport? = nil) {
        self.forecast = forecast
        self.backtest = backtest
        self.enablement = enablement
    }
}
