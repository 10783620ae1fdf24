import Engine
import Gateway
import LeadlineCore
import Reports

/// Keys on the terminal.
enum AccessLines {
    /// A key that was made just now. It is shown this once.
    static func show(_ made: (grant: Grant, token: KeyToken), isJSON: Bool) throws {
        if isJSON { return Terminal.line(try JSONText.line(GrantDocument(made.grant, key: made.token))) }
        Terminal.line("\(made.token)")
        Terminal.say(
            "Shown this once and kept nowhere. Role \(made.grant.role.rawValue), holds until "
                + "\(TimeText.local(made.grant.expires)).")
    }

    /// A table of keys.
    static func table(_ grants: [Grant], now: Timestamp, _ style: TextStyle) -> String {
        var table = TextTable([
            ("ID", .left), ("ROLE", .left), ("PARTNER", .left), ("STATE", .left), ("EXPIRES", .left), ("LABEL", .left),
        ])
        for grant in grants {
            table.add([
                grant.id, grant.role.rawValue, grant.partner ?? "-", grant.state(at: now),
                TimeText.local(grant.expires), Terminal.harmless(grant.label),
            ])
        }
        return table.text(style)
    }
}
