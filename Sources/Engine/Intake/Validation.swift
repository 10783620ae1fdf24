public import LeadlineCore
public import LeadlineSchemas

/// Intake's rules for one message, without a record around it: what command lines and forms check before they send.
public enum Validation {
    /// Checks that a message in proto3 JSON can be read as this kind; what it states is not looked at.
    ///
    /// - Throws: What it would be refused for.
    public static func readable(_ json: [UInt8], as kind: MessageKind) throws(Rejection) {
        _ = try kind.decode(json, .json)
    }

    /// The fact that a message in proto3 JSON states, if intake would take it.
    ///
    /// - Parameter moment: When it would be received; time-zone rules are looked up for it.
    /// - Throws: What it would be refused for.
    public static func fact(_ json: [UInt8], as kind: MessageKind, at moment: Timestamp) throws(Rejection) -> Fact {
        let message = try kind.decode(json, .json)
        let fact = try IntakeRules.stated(by: message, kind).fact
        var zones = TimeZoneResolution()
        if let zone = message.timeZone { _ = try zones.rules(zone, at: moment) }
        _ = try zones.ofSteps(fact, at: moment)
        return fact
    }
}
