import Evaluation
import Foundation

/// A report as one HTML page: plots inline, nothing from elsewhere, readable on a screen, on a telephone and in print.
enum ReportPage {
    /// A column of a table.
    struct Column {
        var title: String
        /// What it means, shown where the pointer rests; empty if the title says it.
        var meaning = ""
        /// True for words, false for figures.
        var isText = false
    }

    /// A whole page.
    /// - Parameters:
    ///   - title: Stands above, as text.
    ///   - lead: What the page covers, as text.
    ///   - sections: HTML; empty ones are left out.
    static func html(title: String, lead: String, _ sections: [String]) -> String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
        <meta name="viewport" content="width=device-width"><style>
        body{font:15px/1.5 Helvetica,Arial,sans-serif;color:#222;max-width:92em;margin:2em auto;padding:0 1.5em}
        h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}p{max-width:50em}
        table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
        th,td{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
        .t{text-align:left}th{color:#555;font-weight:600;vertical-align:bottom;white-space:normal}th[title]{cursor:help}
        svg{max-width:100%;height:auto;display:block;margin:1em 0}.scroll{overflow-x:auto;margin:1em 0}.notes{color:#555;font-size:13px}
        .plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,560px),1fr));gap:0 2em;align-items:start}
        @page{margin:12mm}
        @media print{body{max-width:none;margin:0;padding:0;font-size:11px}table{font-size:8px}th,td{padding:.2em .4em}h2{break-after:avoid}
        svg,tr{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}.plots{display:block}svg{max-width:150mm}}
        </style></head><body>
        <h1>\(escaped(title))</h1>
        <p>\(escaped(lead))</p>
        \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
        </body></html>

        """
    }

    /// A section with its heading.
    static func section(_ title: String, _ body: String) -> String { body.isEmpty ? "" : "<h2>\(escaped(title))</h2>\n\(body)" }

    /// Plots, side by side where there is room.
    static func plots(_ plots: [String]) -> String { "<div class=\"plots\">\n" + plots.joined(separator: "\n") + "\n</div>" }

    static func paragraph(_ text: String) -> String { "<p>\(escaped(text))</p>" }

    static func notes(_ text: String) -> String { "<p class=\"notes\">\(escaped(text))</p>" }

    /// A table; rows as wide as the columns.
    static func table(_ columns: [Column], _ rows: [[String]]) -> String {
        let titles = columns.map { column in
            let meaning = column.meaning.isEmpty ? "" : " title=\"\(escaped(column.meaning))\""
            return "<th\(column.isText ? " class=\"t\"" : "")\(meaning)>\(escaped(column.title))</th>"
        }
        let lines = rows.map { row in
            "<tr>" + zip(columns, row).map { "<td\($0.isText ? " class=\"t\"" : "")>\(escaped($1))</td>" }.joined() + "</tr>"
        }
        return "<div class=\"scroll\"><table><thead><tr>\(titles.joined())</tr></thead><tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table></div>"
    }

    /// Names with their values.
    static func facts(_ rows: [(name: String, value: String)]) -> String {
        let lines = rows.map { "<tr><th class=\"t\" scope=\"row\">\(escaped($0.name))</th><td>\(escaped($0.value))</td></tr>" }
        return "<div class=\"scroll\"><table><tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table></div>"
    }

    /// Text as HTML takes it; what the reader of a report would not see is made visible, as in a terminal.
    static func escaped(_ text: String) -> String { BarPlot.escaped(Terminal.harmless(text)) }
}
