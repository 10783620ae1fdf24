/// The colours of every page, as CSS custom properties: text, lines, panels, and the bars and points of plots.
struct Colours {
    /// Text.
    var ink: String
    /// Text of less weight: units, notes, ticks.
    var soft: String
    /// Lines between rows and of grids.
    var line: String
    /// The page.
    var paper: String
    /// Panels on it.
    var panel: String
    /// Bars, ranges and points of plots.
    var bar: String

    /// On a screen by day.
    static let light = Colours(
        ink: "#1c1f23", soft: "#565d66", line: "#d9dde2", paper: "#fff", panel: "#f4f6f8", bar: "#1a66a8")
    /// On a screen where the reader prefers dark pages.
    static let dark = Colours(
        ink: "#e8eaed", soft: "#a5adb7", line: "#3a4048", paper: "#15181c", panel: "#1f2429", bar: "#6db3f2")
    /// On paper.
    static let print = Colours(
        ink: "#000", soft: "#444", line: "#bbb", paper: "#fff", panel: "#f2f2f2", bar: "#1a66a8")

    /// The declarations, for one rule.
    var css: String {
        "--ink:\(ink);--soft:\(soft);--line:\(line);--paper:\(paper);--panel:\(panel);--bar:\(bar)"
    }
}
