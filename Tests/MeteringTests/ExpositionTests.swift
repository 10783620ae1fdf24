import CoreMetrics
import Metering
import Testing

/// Goal: what Prometheus reads is what was measured, whatever stands in a label.
@Suite struct ExpositionTests {
    @Test func everyKindIsWrittenAsTheFormatAsks() {
        let registry = PrometheusRegistry([
            .init(name: "leadline_decisions_total", help: "Events decided.\nTwo lines, one \\."),
            .init(name: "leadline_size", help: "Sizes.", buckets: [1, 2.5]),
        ])
        Counter(label: "leadline_decisions_total", dimensions: [("kind", "LeadAssigned")], factory: registry).increment(
            by: 3)
        Counter(label: "leadline_decisions_total", dimensions: [("kind", "LeadAssigned")], factory: registry)
            .increment()
        Counter(label: "leadline_decisions_total", dimensions: [("kind", "AssignmentEnded")], factory: registry)
            .increment()
        Recorder(label: "leadline_lag_seconds", aggregate: false, factory: registry).record(0.25)
        let sizes = Recorder(label: "leadline_size", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        for size in [1, 2, 3] { sizes.record(Int64(size)) }
        let meter = Meter(label: "leadline_open", factory: registry)
        meter.set(5)
        meter.decrement(by: 2)
        #expect(
            registry.text() == """
                # HELP leadline_decisions_total Events decided.\\nTwo lines, one \\\\.
                # TYPE leadline_decisions_total counter
                leadline_decisions_total{kind="AssignmentEnded"} 1
                leadline_decisions_total{kind="LeadAssigned"} 4
                # TYPE leadline_lag_seconds gauge
                leadline_lag_seconds 0.25
                # TYPE leadline_open gauge
                leadline_open 3
                # HELP leadline_size Sizes.
                # TYPE leadline_size histogram
                leadline_size_bucket{a="1",b="2",le="1"} 1
                leadline_size_bucket{a="1",b="2",le="2.5"} 2
                leadline_size_bucket{a="1",b="2",le="+Inf"} 3
                leadline_size_sum{a="1",b="2"} 6
                leadline_size_count{a="1",b="2"} 3

                """)
    }

    @Test func aTimerIsAHistogramOfSeconds() {
        let registry = PrometheusRegistry([])
        let timer = Timer(label: "leadline_commit_seconds", factory: registry)
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(7_200_000_000_000)
        let lines = Set(registry.text().split(separator: "\n").map(String.init))
        for line in [
            #"leadline_commit_seconds_bucket{le="0.001"} 0"#, #"leadline_commit_seconds_bucket{le="0.005"} 1"#,
            #"leadline_commit_seconds_bucket{le="3600"} 1"#, #"leadline_commit_seconds_bucket{le="+Inf"} 2"#,
            "leadline_commit_seconds_count 2", "leadline_commit_seconds_sum 7200.003",
        ] { #expect(lines.contains(line), "\(line)") }
    }

    /// A value is a line of the format whatever it holds: a quote and a line feed are escaped scalar by scalar.
    @Test(arguments: [
        ("\"", "\\\""), ("\"\u{301}", "\\\"\u{301}"), ("\\", "\\\\"), ("a\r\nb", "a\r\\nb"),
        ("\u{600}\"", "\u{600}\\\""), ("\u{200D}\n", "\u{200D}\\n"),
    ])
    func aLabelsValueIsEscaped(_ value: String, _ expected: String) {
        let registry = PrometheusRegistry([])
        Counter(label: "c", dimensions: [("l", value)], factory: registry).increment()
        #expect(Array(registry.text().utf8) == Array("# TYPE c counter\nc{l=\"\(expected)\"} 1\n".utf8))
    }

    @Test func namesAreMadeOfWhatNamesMayHave() {
        let registry = PrometheusRegistry([])
        Counter(label: "a.b-c d\u{301}", dimensions: [("1x", "v")], factory: registry).increment()
        #expect(registry.text() == "# TYPE a_b_c_d__ counter\na_b_c_d__{_1x=\"v\"} 1\n")
    }

    @Test func oneNameHasOneKindAndABoundedNumberOfSeries() {
        let registry = PrometheusRegistry([])
        Counter(label: "n", factory: registry).increment()
        Recorder(label: "n", aggregate: false, factory: registry).record(7)
        Recorder(label: "n", dimensions: [("l", "1")], aggregate: false, factory: registry).record(7)
        #expect(registry.text() == "# TYPE n counter\nn 1\n")
        for index in 0..<(2 * PrometheusRegistry.seriesMax) {
            Counter(label: "many", dimensions: [("l", "\(index)")], factory: registry).increment()
        }
        #expect(
            registry.text().split(separator: "\n").filter { $0.hasPrefix("many{") }.count
                == PrometheusRegistry.seriesMax)
    }

    @Test func whatIsDestroyedIsNoLongerTold() {
        let registry = PrometheusRegistry([])
        let counter = Counter(label: "n", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(registry.text().isEmpty)
    }

    @Test func manyThreadsLoseNothing() async {
        let registry = PrometheusRegistry([])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 { Counter(label: "n", dimensions: [("l", "x")], factory: registry).increment() }
                }
            }
        }
        #expect(registry.text().contains("n{l=\"x\"} 8000\n"))
    }
}
