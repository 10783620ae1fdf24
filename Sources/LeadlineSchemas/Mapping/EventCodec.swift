public import LeadlineCore

/// Events to and from the bytes of their own messages, e.g. `LeadAssigned`.
public enum EventCodec {
    /// Field numbers of `Event.body`.
    static let bodyFields = 1...16

    /// The event's field number in `Event.body`.
    public static func bodyField(of event: Event) -> Int {
        switch event {
        case .leadAssigned: 1
        case .shadowDecided: 2
        case .assignmentExpired: 3
        case .assignmentEnded: 4
        case .firstResponseMet: 5
        case .leadEscalated: 6
        case .leadClosed: 7
        case .leadMerged: 8
        case .outcomeWaiting: 9
        case .outcomeUnmatched: 10
        case .inputDisregarded: 11
        case .reviewOpened: 12
        case .reviewResolved: 13
        case .commissionAccrued: 14
        case .reminderDue: 15
        case .retentionApplied: 16
        }
    }

    /// The event's own message and its field number in `Event.body`.
    public static func encode(_ event: Event) -> (bodyField: Int, bytes: [UInt8]) {
        var writer = WireWriter()
        write(event, to: &writer)
        return (bodyField(of: event), writer.bytes)
    }

    /// The event whose own message has these bytes.
    ///
    /// `bodyField` is its field number in `Event.body`; one that is not there is `unknownBody`.
    public static func decode(bodyField: Int, _ bytes: UnsafeRawBufferPointer) throws(WireError) -> Event {
        var reader = unsafe WireReader(bytes)
        return try read(bodyField, from: &reader)
    }

    /// The event whose own message has these bytes.
    public static func decode(bodyField: Int, _ bytes: [UInt8]) throws(WireError) -> Event {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(WireError) in
            try unsafe decode(bodyField: bodyField, raw)
        }
    }

    /// Appends the event's own message.
    static func write(_ event: Event, to writer: inout WireWriter) {
        switch event {
        case .leadAssigned(let event): event.write(to: &writer)
        case .shadowDecided(let event): event.write(to: &writer)
        case .assignmentExpired(let event): event.write(to: &writer)
        case .assignmentEnded(let event): event.write(to: &writer)
        case .firstResponseMet(let event): event.write(to: &writer)
        case .leadEscalated(let event): event.write(to: &writer)
        case .leadClosed(let event): event.write(to: &writer)
        case .leadMerged(let event): event.write(to: &writer)
        case .outcomeWaiting(let event): event.write(to: &writer)
        case .outcomeUnmatched(let event): event.write(to: &writer)
        case .inputDisregarded(let event): event.write(to: &writer)
        case .reviewOpened(let event): event.write(to: &writer)
        case .reviewResolved(let event): event.write(to: &writer)
        case .commissionAccrued(let event): event.write(to: &writer)
        case .reminderDue(let event): event.write(to: &writer)
        case .retentionApplied(let event): event.write(to: &writer)
        }
    }

    /// Reads the event's own message.
    static func read(_ bodyField: Int, from reader: inout WireReader) throws(WireError) -> Event {
        switch bodyField {
        case 1: .leadAssigned(try LeadAssigned.read(from: &reader))
        case 2: .shadowDecided(try ShadowDecided.read(from: &reader))
        case 3: .assignmentExpired(try AssignmentExpired.read(from: &reader))
        case 4: .assignmentEnded(try AssignmentEnded.read(from: &reader))
        case 5: .firstResponseMet(try FirstResponseMet.read(from: &reader))
        case 6: .leadEscalated(try LeadEscalated.read(from: &reader))
        case 7: .leadClosed(try LeadClosed.read(from: &reader))
        case 8: .leadMerged(try LeadMerged.read(from: &reader))
        case 9: .outcomeWaiting(try OutcomeWaiting.read(from: &reader))
        case 10: .outcomeUnmatched(try OutcomeUnmatched.read(from: &reader))
        case 11: .inputDisregarded(try InputDisregarded.read(from: &reader))
        case 12: .reviewOpened(try ReviewOpened.read(from: &reader))
        case 13: .reviewResolved(try ReviewResolved.read(from: &reader))
        case 14: .commissionAccrued(try CommissionAccrued.read(from: &reader))
        case 15: .reminderDue(try ReminderDue.read(from: &reader))
        case 16: .retentionApplied(try RetentionApplied.read(from: &reader))
        default: throw WireError(.unknownBody)
        }
    }
}

/// Message `Event`: the event's own message under its field number.
extension Event: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var event: Event?
        while let field = try reader.next() {
            guard EventCodec.bodyFields.contains(field) else {
                try reader.skip()
                continue
            }
            var body = try reader.nested("body")
            event = try EventCodec.read(field, from: &body)
        }
        return try required(event, "body")
    }

    func write(to writer: inout WireWriter) {
        let start = writer.begin(EventCodec.bodyField(of: self))
        EventCodec.write(self, to: &writer)
        writer.end(start)
    }
}
