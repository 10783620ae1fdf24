import FoundationEssentials
import Reports
import UseCases

extension SettingChange {
    /// Tells on the terminal how the proposed one differs from the one in force.
    /// - Parameters:
    ///   - noun: what it is, e.g. "policy".
    ///   - version: of the proposed one.
    ///   - isDry: true if it will not be published.
    func show(_ noun: String, version: String, isJSON: Bool, isDry: Bool) throws {
        if isJSON {
            Terminal.line(
                try JSONText.line(
                    PolicyChangeDocument(
                        version: version, unchanged: isUnchanged, published: !isUnchanged && !isDry,
                        differences: differences)))
            return
        }
        if isUnchanged {
            Terminal.line("This \(noun) is in force already: version \(version.prefix(12)). Nothing to do.")
            return
        }
        let now = versionInForce.map { "in force: version \($0.prefix(12))" } ?? "no \(noun) in force"
        Terminal.line("\(noun.capitalized) version \(version.prefix(12)) (\(now))")
        for difference in differences { Terminal.line(difference.line(Terminal.style)) }
        if isDry { Terminal.line("Dry run: nothing was published.") }
    }
}
