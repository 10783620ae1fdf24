import CoreMetrics
import Synchronization

/// What a series is, in Prometheus' words.
enum SeriesKind: String, Sendable {
    case counter, gauge, histogram
}

/// The figures of one name and one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    var kind: SeriesKind { get }
    func write(_ name: String, _ labels: Labels, to text: inout ExpositionText)
}

/// A sum that only grows.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    private let sum = Mutex(0.0)
    var kind: SeriesKind { .counter }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { if amount > 0 { sum.withLock { $0 += amount } } }
    func reset() { sum.withLock { $0 = 0 } }

    func write(_ name: String, _ labels: Labels, to text: inout ExpositionText) {
        text.line(name, labels, sum.withLock { $0 })
    }
}

/// The last value that was told.
final class GaugeSeries: MetricSeries, RecorderHandler, MeterHandler {
    private let value = Mutex(0.0)
    var kind: SeriesKind { .gauge }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func write(_ name: String, _ labels: Labels, to text: inout ExpositionText) {
        text.line(name, labels, value.withLock { $0 })
    }
}

/// How many values fell below each bound.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private struct Counts {
        var perBucket: [UInt64]
        var count: UInt64 = 0
        var sum = 0.0
    }

    private let bounds: [Double]
    private let counts: Mutex<Counts>
    var kind: SeriesKind { .histogram }

    /// - Parameter bounds: upper bounds of the buckets, rising.
    init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Mutex(Counts(perBucket: Array(repeating: 0, count: bounds.count)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        counts.withLock { counts in
            if let bucket { counts.perBucket[bucket] += 1 }
            counts.count += 1
            counts.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func write(_ name: String, _ labels: Labels, to text: inout ExpositionText) {
        let counts = counts.withLock { $0 }
        var below: UInt64 = 0
        for (bound, count) in zip(bounds, counts.perBucket) {
            below += count
            text.line(name + "_bucket", labels.adding("le", ExpositionText.number(bound)), Double(below))
        }
        text.line(name + "_bucket", labels.adding("le", "+Inf"), Double(counts.count))
        text.line(name + "_sum", labels, counts.sum)
        text.line(name + "_count", labels, Double(counts.count))
    }
}
