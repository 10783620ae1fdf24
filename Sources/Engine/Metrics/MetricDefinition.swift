public import Metrics

/// A figure that the process measures: its name, its labels and what it says. Nothing is measured that is not defined
/// so, and every definition stands in the operators' table.
public struct MetricDefinition: Sendable, Equatable {
    /// What a figure is.
    public enum Kind: String, Sendable {
        /// A sum that only grows.
        case counter
        /// The last value.
        case gauge
        /// Durations in seconds, or values in the unit of the name, by size.
        case histogram
    }

    /// Its name in Prometheus, unit last.
    public let name: String
    /// What it is.
    public let kind: Kind
    /// Names of its labels. Their values are few and known: kinds, reasons, topics, partitions; never an id.
    public let labels: [String]
    /// What it says, in a sentence.
    public let help: String

    /// A definition from its parts.
    public init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// The values of its labels, in their order, with their names.
    private func dimensions(_ values: [String]) -> [(String, String)] {
        precondition(values.count == labels.count, "\(name) has \(labels.count) labels")
        return Array(zip(labels, values))
    }

    /// Adds to a counter.
    public func add(_ amount: Int, _ values: String..., to factory: any MetricsFactory) {
        precondition(kind == .counter, "\(name) is no counter")
        if amount > 0 { Counter(label: name, dimensions: dimensions(values), factory: factory).increment(by: amount) }
    }

    /// Sets a gauge.
    public func set(_ value: Double, _ values: String..., to factory: any MetricsFactory) {
        set(value, values, to: factory)
    }

    /// Sets a gauge.
    public func set(_ value: Double, _ values: [String], to factory: any MetricsFactory) {
        precondition(kind == .gauge, "\(name) is no gauge")
        Recorder(label: name, dimensions: dimensions(values), aggregate: false, factory: factory).record(value)
    }

    /// Records durations in a histogram.
    public func record(_ durations: [Duration], _ values: String..., to factory: any MetricsFactory) {
        precondition(kind == .histogram, "\(name) is no histogram")
        if durations.isEmpty { return }
        let timer = Timer(label: name, dimensions: dimensions(values), factory: factory)
        for duration in durations { timer.recordNanoseconds(duration.nanoseconds) }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + components.attoseconds
            / 1_000_000_000
    }
}
