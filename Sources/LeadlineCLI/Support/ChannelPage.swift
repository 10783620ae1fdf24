import Evaluation
import Foundation

/// A channel report as one HTML page: plots inline, nothing from elsewhere, readable in print.
enum ChannelPage {
    /// Partners in a plot.
    private static let plotRowsMost = 40

    static func html(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let title = "Channel health of \(report.program)"
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(BarPlot.escaped(title))</title>
            <meta name="viewport" content="width=device-width"><style>
            body{font:15px/1.5 Helvetica,Arial,sans-serif;color:#222;max-width:72em;margin:2em auto;padding:0 1em}
            h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
            table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
            th,td{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
            th:first-child,td:first-child{text-align:left}th{color:#555;font-weight:600}
            svg{max-width:100%;height:auto;display:block;margin:1em 0}.scroll{overflow-x:auto}
            @media print{body{max-width:none;margin:0;font-size:11px}table{font-size:9px}h2,svg,tr{break-inside:avoid}.scroll{overflow:visible}}
            </style></head><body>
            <h1>\(BarPlot.escaped(title))</h1>
            <p>\(BarPlot.escaped(times.moment(report.from))) to \(BarPlot.escaped(times.moment(report.to))). Partners go by their ids; nothing personal is in this report.</p>
            \(body(report, times))
            </body></html>

            """
    }

    private static func body(_ report: ChannelReport, _ times: ReportTimes) -> String {
        if report.whole.arrived == 0 && report.whole.figures.leads == 0 { return "<p>No lead came in during this time.</p>" }
        return [
            summary(report), plots(report, times), partners(report), windows(report, times), floors(report, times), rotation(report),
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func summary(_ report: ChannelReport) -> String {
        let f = report.whole.figures, n = report.whole
        func three(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }
        let rows = [
            ("Leads", "\(CountText.grouped(Int64(n.arrived)))"), ("Awards", CountText.grouped(Int64(f.leads))),
            ("Median response", ReportText.seconds(f.medianResponseSeconds)), ("Nine of ten within", ReportText.seconds(f.p90ResponseSeconds)),
            ("Promises kept", f.withinSLA.trials > 0 ? ReportText.percent(f.withinSLA.share) : "-"),
            ("Win rate (95 %)", ReportText.estimate(f.winRate, ReportText.percent)),
            ("Revenue", ReportText.money(Double(f.revenueMinorUnits), report.currency)),
            ("Gini and Jain of leads", "\(three(n.giniOfLeads)), \(three(n.jainOfLeads))"),
            ("Gini and Jain of utilisation", "\(three(n.giniOfUtilisation)), \(three(n.jainOfUtilisation))"),
            ("To humans", n.escalations.isEmpty ? "0" : n.escalations.map { "\($0.count) \(ChannelText.words($0.reason))" }.joined(separator: ", ")),
        ]
        return table([], rows.map { [$0.0, $0.1] })
    }

    private static func plots(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let rows = report.partners.filter { $0.whole.leads > 0 }.prefix(plotRowsMost)
        let rates = rows.filter { $0.whole.winRate != nil }.map { BarPlot.Row($0.partner, $0.whole.winRate?.value ?? 0, $0.whole.winRate?.interval) }
        let speeds = rows.filter { $0.whole.medianResponseSeconds != nil }.map { BarPlot.Row($0.partner, $0.whole.medianResponseSeconds ?? 0) }
        var plots = [BarPlot.bars("Leads by partner", rows.map { BarPlot.Row($0.partner, Double($0.whole.leads)) }) { CountText.grouped(Int64($0)) }]
        if !rates.isEmpty {
            plots.append(BarPlot.intervals("Win rate by partner with 95 % interval; dashed: the network's", rates, mark: report.whole.figures.winRate?.value, text: ReportText.percent))
        }
        if !speeds.isEmpty { plots.append(BarPlot.bars("Median first response by partner", speeds) { ReportText.seconds($0) }) }
        let windows = report.windows.suffix(plotRowsMost).filter { $0.figures.figures.winRate != nil }
        if windows.count > 1 {
            plots.append(BarPlot.intervals("Win rate by window with 95 % interval", windows.map {
                BarPlot.Row("from \(times.day($0.from))", $0.figures.figures.winRate?.value ?? 0, $0.figures.figures.winRate?.interval)
            }, mark: report.whole.figures.winRate?.value, text: ReportText.percent))
        }
        return "<h2>At a glance</h2>\n" + plots.joined(separator: "\n")
    }

    private static func partners(_ report: ChannelReport) -> String {
        let rows = report.partners.map { [$0.partner + ($0.status == "active" ? "" : " (\($0.status))")] + ChannelText.cells($0.whole, report) }
        return "<h2>Partners</h2>\n" + table(["Partner"] + heads, rows)
    }

    private static func windows(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let rows = report.windows.map { [times.day($0.from), "\($0.figures.arrived)"] + ChannelText.cells($0.figures.figures, report) }
        return rows.isEmpty ? "" : "<h2>Windows</h2>\n" + table(["From", "Arrived"] + heads, rows)
    }

    private static var heads: [String] { ChannelText.columns.map { $0.title.prefix(1) + $0.title.dropFirst().lowercased() } }

    private static func floors(_ report: ChannelReport, _ times: ReportTimes) -> String {
        let f = report.floors
        if f.asked == 0 { return "" }
        let rows = f.short.map { [$0.partner, times.day($0.from), times.day($0.to), "\($0.floor)", "\($0.got)", "\(max($0.got, $0.eligible))"] }
        let text = "<h2>Floors</h2>\n<p>\(f.met) of \(f.asked) met over periods of \(f.periodDays) days; \(f.asked - f.met) short, \(f.outOfReach) of them out of reach.</p>"
        return rows.isEmpty ? text : text + "\n" + table(["Short", "From", "To", "Floor", "Got", "Could have got at most"], rows)
    }

    private static func rotation(_ report: ChannelReport) -> String {
        guard let rotation = report.rotation else { return "" }
        let rows = [
            ["Won", ReportText.estimate(rotation.winRate, ReportText.percent)],
            ["Expected by the model", ReportText.percent(rotation.expectedWinRate)],
            ["Expected in turns, by the same model", ReportText.percent(rotation.rotationWinRate)],
            ["Ratio, won over in turns (95 %)", ReportText.estimate(rotation.uplift.winRateRatio, ReportText.factor)],
            ["Difference (95 %)", ReportText.estimate(rotation.uplift.winRateDifference, ReportText.points)],
        ]
        return "<h2>Against taking turns by country</h2>\n<p>\(CountText.of(rotation.leads, "decided lead")).</p>\n" + table([], rows)
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let titles = head.isEmpty ? "" : "<thead><tr>" + head.map { "<th>\(BarPlot.escaped($0))</th>" }.joined() + "</tr></thead>"
        let lines = rows.map { "<tr>" + $0.map { "<td>\(BarPlot.escaped($0))</td>" }.joined() + "</tr>" }
        return "<div class=\"scroll\"><table>\(titles)<tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table></div>"
    }
}
