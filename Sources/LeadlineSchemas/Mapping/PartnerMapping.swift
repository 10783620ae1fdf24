// Inputs on `leadline.partners`. Names, addresses and remarks are sealed.

import LeadlineCore

extension Capacity: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        while let field = try reader.next() {
            switch field {
            case 1: value.openLeadsMax = try reader.uint32("open_leads_max")
            case 2: value.leadsPerPeriodMax = try reader.uint32("leads_per_period_max")
            case 3: value.leadsPerPeriodMin = try reader.uint32("leads_per_period_min")
            case 4: value.segments.append(try reader.message("segments"))
            case 5: value.floorValueMinorUnitsPerPeriod = try reader.int64("floor_value_minor_units_per_period")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        // A cap of 0 is a cap; no cap is no field.
        if let openLeadsMax { writer.uint(1, openLeadsMax, always: true) }
        if let leadsPerPeriodMax { writer.uint(2, leadsPerPeriodMax, always: true) }
        writer.uint(3, leadsPerPeriodMin)
        writer.messages(4, segments)
        writer.int(5, floorValueMinorUnitsPerPeriod)
    }
}

extension SegmentCap: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadField: LeadField?
        var value = ""
        var most: UInt32 = 0
        while let field = try reader.next() {
            switch field {
            case 1: leadField = try reader.choice("lead_field")
            case 2: value = try reader.string("value")
            case 3: most = try reader.uint32("leads_per_period_max")
            default: try reader.skip()
            }
        }
        return Self(leadField: try stated(leadField, "lead_field"), value: value, leadsPerPeriodMax: most)
    }

    func write(to writer: inout WireWriter) {
        writer.choice(1, leadField)
        writer.string(2, value)
        writer.uint(3, leadsPerPeriodMax)
    }
}

extension WorkingHours: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(weekday: 0, fromMinute: 0, untilMinute: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.weekday = try reader.narrow("weekday")
            case 2: value.fromMinute = try reader.narrow("from_minute")
            case 3: value.untilMinute = try reader.narrow("until_minute")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.uint(1, UInt32(weekday))
        writer.uint(2, UInt32(fromMinute))
        writer.uint(3, UInt32(untilMinute))
    }
}

/// Message `PartnerUpserted`.
extension PartnerProfile: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(partnerID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.partnerID = try reader.string("partner_id")
            case 4: value.countries.append(try reader.string("countries"))
            case 5: value.regions.append(try reader.string("regions"))
            case 6: value.languages.append(try reader.string("languages"))
            case 7: value.verticals.append(try reader.string("verticals"))
            case 8: value.products.append(try reader.string("products"))
            case 9: value.technologies.append(try reader.string("technologies"))
            case 10: value.certifications.append(try reader.string("certifications"))
            case 11: value.residencies.append(try reader.string("residencies"))
            case 12: value.tier = try reader.uint32("tier")
            case 13: value.typicalDealMin = try reader.message("typical_deal_min")
            case 14: value.typicalDealMax = try reader.message("typical_deal_max")
            case 15: value.capacity = try reader.message("capacity")
            case 16: value.timeZone = try reader.string("time_zone")
            case 17: value.workingHours.append(try reader.message("working_hours"))
            case 18: value.rotationWeight = try reader.uint32("rotation_weight")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, partnerID)
        writer.strings(4, countries)
        writer.strings(5, regions)
        writer.strings(6, languages)
        writer.strings(7, verticals)
        writer.strings(8, products)
        writer.strings(9, technologies)
        writer.strings(10, certifications)
        writer.strings(11, residencies)
        writer.uint(12, tier)
        writer.message(13, typicalDealMin)
        writer.message(14, typicalDealMax)
        // An absent capacity and an empty one mean the same: no caps, no floor.
        if capacity != Capacity() { writer.message(15, capacity) }
        writer.string(16, timeZone)
        writer.messages(17, workingHours)
        writer.uint(18, rotationWeight)
    }
}

extension PartnerCapacitySet: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var partnerID = ""
        var capacity: Capacity?
        while let field = try reader.next() {
            switch field {
            case 1: partnerID = try reader.string("partner_id")
            case 2: capacity = try reader.message("capacity")
            default: try reader.skip()
            }
        }
        // Forgetting the field must not lift every cap.
        return Self(partnerID: partnerID, capacity: try required(capacity, "capacity"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, partnerID)
        writer.message(2, capacity)
    }
}

extension PartnerAbsenceSet: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var partnerID = ""
        var absenceID = ""
        var from: Timestamp?
        var until: Timestamp?
        while let field = try reader.next() {
            switch field {
            case 1: partnerID = try reader.string("partner_id")
            case 2: absenceID = try reader.string("absence_id")
            case 3: from = try reader.message("from")
            case 4: until = try reader.message("until")
            default: try reader.skip()
            }
        }
        return Self(
            partnerID: partnerID, absenceID: absenceID, from: try required(from, "from"),
            until: try required(until, "until"))
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, partnerID)
        writer.string(2, absenceID)
        writer.message(3, from)
        writer.message(4, until)
    }
}

extension PartnerAbsenceCancelled: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(partnerID: "", absenceID: "")
        while let field = try reader.next() {
            switch field {
            case 1: value.partnerID = try reader.string("partner_id")
            case 2: value.absenceID = try reader.string("absence_id")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, partnerID)
        writer.string(2, absenceID)
    }
}

extension PartnerCommissionTermsSet: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self(partnerID: "", rateBasisPoints: 0)
        while let field = try reader.next() {
            switch field {
            case 1: value.partnerID = try reader.string("partner_id")
            case 2: value.rateBasisPoints = try reader.uint32("rate_basis_points")
            default: try reader.skip()
            }
        }
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, partnerID)
        writer.uint(2, rateBasisPoints)
    }
}
