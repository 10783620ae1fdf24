// Inputs on `leadline.leads`.

import LeadlineCore

extension LeadAttributes {
    /// Takes fields 6 to 17, which LeadSubmitted and LeadUpdated share, hands field 1 and others to
    /// `also`, and passes over every other one: what is sealed has no business in the clear part.
    ///
    /// The fields are gathered in locals, which stay in registers; filling a large value in place costs
    /// a copy of it.
    @inline(__always)
    static func read(
        from reader: inout WireReader,
        also: (_ field: Int, inout WireReader) throws(WireError) -> Bool
    ) throws(WireError) -> Self {
        var country = ""
        var region = ""
        var language = ""
        var vertical = ""
        var product = ""
        var source = ""
        var residency = ""
        var lawfulBasis = LawfulBasis.unspecified
        var employees: UInt32 = 0
        var dealValue: Money?
        var technologies: [String] = []
        var requiredCertifications: [String] = []
        while let field = try reader.next() {
            switch field {
            case 6: country = try reader.string("country")
            case 7: region = try reader.string("region")
            case 8: language = try reader.string("language")
            case 9: vertical = try reader.string("vertical")
            case 10: employees = try reader.uint32("employees")
            case 11: dealValue = try reader.message("deal_value")
            case 12: product = try reader.string("product")
            case 13: source = try reader.string("source")
            case 14: technologies.append(try reader.string("technologies"))
            case 15: requiredCertifications.append(try reader.string("required_certifications"))
            case 16: residency = try reader.string("residency")
            case 17: lawfulBasis = try reader.choice("lawful_basis")
            default: if !(try also(field, &reader)) { try reader.skip() }
            }
        }
        var value = Self()
        value.country = country
        value.region = region
        value.language = language
        value.vertical = vertical
        value.product = product
        value.source = source
        value.residency = residency
        value.lawfulBasis = lawfulBasis
        value.employees = employees
        value.dealValue = dealValue
        value.technologies = technologies
        value.requiredCertifications = requiredCertifications
        return value
    }

    func write(to writer: inout WireWriter) {
        writer.string(6, country)
        writer.string(7, region)
        writer.string(8, language)
        writer.string(9, vertical)
        writer.uint(10, employees)
        writer.message(11, dealValue)
        writer.string(12, product)
        writer.string(13, source)
        writer.strings(14, technologies)
        writer.strings(15, requiredCertifications)
        writer.string(16, residency)
        writer.choice(17, lawfulBasis)
    }
}

extension LeadSubmitted: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        var pastPartnerID: String?
        let attributes = try LeadAttributes.read(from: &reader) { (field, reader) throws(WireError) in
            switch field {
            case 1: leadID = try reader.string("lead_id")
            case 18:
                // PastAssignment has the shape of a message that names a partner.
                let past: PartnerReference = try reader.message("past_assignment")
                pastPartnerID = past.partnerID
            default: return false
            }
            return true
        }
        return Self(leadID: leadID, attributes: attributes, pastPartnerID: pastPartnerID)
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        attributes.write(to: &writer)
        writer.message(18, pastPartnerID.map(PartnerReference.init(partnerID:)))
    }
}

extension LeadUpdated: WireMessage {
    static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var leadID = ""
        let attributes = try LeadAttributes.read(from: &reader) { (field, reader) throws(WireError) in
            guard field == 1 else { return false }
            leadID = try reader.string("lead_id")
            return true
        }
        return Self(leadID: leadID, attributes: attributes)
    }

    func write(to writer: inout WireWriter) {
        writer.string(1, leadID)
        attributes.write(to: &writer)
    }
}
