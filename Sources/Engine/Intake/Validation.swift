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
        let parts: (clear: [UInt8], sealed: [UInt8])
        do { parts = try FieldSealing.split(message.bytes, as: kind) } catch {
            throw Rejection(.malformed, "the data is not protobuf of this message type")
        }
        guard parts.sealed.count <= Intake.sealedBytesMax else {
            throw Rejection(.tooLarge, "names, addresses and free text together exceed \(Intake.sealedBytesMax) bytes")
        }
        let fact: Fact
        do { fact = try FactCodec.decode(bodyField: kind.bodyFieldNumber, parts.clear) } catch {
            throw Rejection(.invalidField, "a field holds a value that the schema does not allow: \(error)")
        }
        try FieldRules.check(fact)
        if let zone = message.timeZone {
            var zones = TimeZoneResolution()
            _ = try zones.rules(zone, at: moment)
        }
        return fact
    }
}
