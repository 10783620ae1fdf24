public import CoreMetrics
import Synchronization

/// What the process measures, kept to be read: a backend of swift-metrics that writes Prometheus' text format.
///
/// A counter becomes a counter, a gauge (a recorder that does not aggregate) and a meter become gauges, a timer becomes
/// a histogram in seconds, an aggregating recorder one in its own unit.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    /// What is told beside the figures of one name.
    public struct Family: Sendable {
        /// Its name, e.g. "leadline_decisions_total".
        public var name: String
        /// What it says, in a sentence.
        public var help: String
        /// Upper bounds of a histogram's buckets, rising; the usual ones if empty.
        public var buckets: [Double]

        /// A family from its parts.
        public init(name: String, help: String, buckets: [Double] = []) {
            self.name = name
            self.help = help
            self.buckets = buckets
        }
    }

    /// Series that one name may have. Labels are bounded by whoever measures; this bounds what a fault there can cost.
    public static let seriesMax = 1_000
    /// Seconds: from a commit on a fast disk to a lead that waited for an instance to come back.
    public static let secondsBuckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600,
    ]

    private struct Series {
        var kind: SeriesKind
        var byLabels: [Labels: any MetricSeries] = [:]
    }

    private let families: [String: Family]
    private let series = Mutex<[String: Series]>([:])

    /// A registry that tells of these families; others are kept too, without a help line.
    public init(_ families: [Family]) {
        self.families = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Takes in everything that the process measures from now on. To be called once, before anything is measured.
    public func collect() { MetricsSystem.bootstrap(self) }

    /// Everything measured so far, in Prometheus' text format 0.0.4, names and labels in alphabetical order.
    public func text() -> String {
        let all = series.withLock { $0 }
        var text = ExpositionText()
        for (name, series) in all.sorted(by: { $0.key < $1.key }) where !series.byLabels.isEmpty {
            text.begin(name, series.kind, help: families[name]?.help)
            for (labels, one) in series.byLabels.sorted(by: { $0.key < $1.key }) { one.write(name, labels, to: &text) }
        }
        return text.text
    }

    /// The series of this name and these labels, made if it is new; nil for a name of another kind, or one that has
    /// more series than are kept.
    private func find<Found: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], _ make: (Family?) -> Found
    ) -> Found? {
        let name = ExpositionText.name(label)
        let labels = Labels(dimensions)
        return series.withLock { all in
            if let known = all[name]?.byLabels[labels] { return known as? Found }
            let made = make(families[name])
            if let family = all[name], family.kind != made.kind || family.byLabels.count >= Self.seriesMax {
                return nil
            }
            all[name, default: Series(kind: made.kind)].byLabels[labels] = made
            return made
        }
    }

    private func forget(_ handler: AnyObject) {
        series.withLock { all in
            for name in all.keys {
                guard let labels = all[name]?.byLabels.first(where: { $0.value === handler })?.key else { continue }
                all[name]?.byLabels[labels] = nil
            }
        }
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions) { _ in CounterSeries() } ?? NOOPMetricsHandler.instance
    }

    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        find(label, dimensions) { _ in CounterSeries() } ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions) { _ in GaugeSeries() } ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return find(label, dimensions) { _ in GaugeSeries() } ?? NOOPMetricsHandler.instance }
        return find(label, dimensions) { HistogramSeries(Self.buckets($0)) } ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions) { HistogramSeries(Self.buckets($0)) } ?? NOOPMetricsHandler.instance
    }

    private static func buckets(_ family: Family?) -> [Double] {
        guard let family, !family.buckets.isEmpty else { return secondsBuckets }
        return family.buckets
    }

    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}
