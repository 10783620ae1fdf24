// Inputs on `leadline.intents`. The account stands in the input's header.

import LeadlineCore

extension IntentObserved: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var topic = ""
        var strengthPercent: UInt32 = 0
        var observer = ""
        var firstSeen: Timestamp?
        var lastSeen: Timestamp?
        while let field = try reader.next() {
            switch field {
            case 2: topic = try reader.string("intent_topic")
            case 3: strengthPercent = try reader.uint32("strength_percent")
            case 4: observer = try reader.string("observer")
            case 5: firstSeen = try reader.message("first_seen")
            case 6: lastSeen = try reader.message("last_seen")
            default: try reader.skip()
            }
        }
        return Self(
            topic: topic, strengthPercent: strengthPercent, observer: observer,
            firstSeen: try required(firstSeen, "first_seen"), lastSeen: try required(lastSeen, "last_seen"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(2, topic)
        writer.uint(3, strengthPercent)
        writer.string(4, observer)
        writer.message(5, firstSeen)
        writer.message(6, lastSeen)
    }
}

extension FirmographicsObserved: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 3: value.vertical = try reader.string("vertical")
            case 4: value.employees = try reader.uint32("employees")
            case 5: value.annualRevenue = try reader.message("annual_revenue")
            case 6: value.country = try reader.string("country")
            case 7: value.observer = try reader.string("observer")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(3, vertical)
        writer.uint(4, employees)
        writer.message(5, annualRevenue)
        writer.string(6, country)
        writer.string(7, observer)
    }
}

extension TechnographicsObserved: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(technologies: [], observer: "")
        while let field = try reader.next() {
            switch field {
            case 2: value.technologies.append(try reader.string("technologies"))
            case 3: value.observer = try reader.string("observer")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.strings(2, technologies)
        writer.string(3, observer)
    }
}
