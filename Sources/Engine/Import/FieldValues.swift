import Foundation
import LeadlineCore
import LeadlineSchemas

/// A value on its way into a message.
struct FieldValue {
    var field: String
    var text: String
    var expression: ImportMapping.Expression

    /// The values of a list.
    var list: [String] {
        guard let separator = expression.split, !separator.isEmpty else { return [text] }
        let parts = Array(text.utf8).split(separator: Array(separator.utf8)).map { String(decoding: $0, as: UTF8.self) }
        return parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func wholeNumber<Number: FixedWidthInteger>() throws(RowRefusal) -> Number {
        guard let number = Number(text) else { throw RowRefusal("\(field) is not a whole number: refused") }
        return number
    }

    func money() throws(RowRefusal) -> WireMoney {
        guard let units = Self.minorUnits(text, perOne: expression.minorUnitsPerOne ?? 100) else {
            throw RowRefusal("\(field) is not an amount of money: refused")
        }
        var money = WireMoney()
        money.minorUnits = units
        money.currency = expression.currency ?? ""
        return money
    }

    /// A decimal number times `perOne`, in integers only, halves rounded up; nil for anything else, and for what does
    /// not fit.
    static func minorUnits(_ text: String, perOne: Int64) -> Int64? {
        let parts = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard (1...2).contains(parts.count), text.utf8.count <= 18, perOne > 0,
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }), let digits = Int64(parts.joined()),
            !parts[0].isEmpty
        else { return nil }
        var divisor: Int64 = 1
        for _ in 0..<(parts.count == 2 ? parts[1].utf8.count : 0) { divisor *= 10 }
        let (product, overflow) = digits.multipliedReportingOverflow(by: perOne)
        return overflow ? nil : product / divisor + (product % divisor * 2 >= divisor ? 1 : 0)
    }

    /// An id made of a name: letters of ASCII and digits in lower case, everything between them one hyphen.
    static func slug(_ text: String) -> String {
        var slug = ""
        for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: slug.unicodeScalars.append(scalar)
            case 0x41...0x5A: slug.append(Character(Unicode.Scalar(UInt8(scalar.value) + 32)))
            case 0x300...0x36F: break  // An accent goes, its letter stays.
            default: if !slug.isEmpty && slug.last != "-" { slug.append("-") }
            }
        }
        return slug.last == "-" ? String(slug.dropLast()) : slug
    }
}

/// The fields of the messages that an import writes, by the schema's names.
enum FieldTargets {
    typealias Setter<Message> = @Sendable (inout Message, FieldValue) throws -> Void

    static let partner: [String: Setter<WirePartnerUpserted>] = [
        "partner_id": { $0.partnerID = $1.text },
        "name": { $0.name = $1.text },
        "contact_email": { $0.contactEmail = $1.text },
        "countries": { $0.countries = $1.list },
        "regions": { $0.regions = $1.list },
        "languages": { $0.languages = $1.list },
        "verticals": { $0.verticals = $1.list },
        "products": { $0.products = $1.list },
        "technologies": { $0.technologies = $1.list },
        "certifications": { $0.certifications = $1.list },
        "residencies": { $0.residencies = $1.list },
        "tier": { $0.tier = try $1.wholeNumber() },
        "typical_deal_min": { $0.typicalDealMin = try $1.money() },
        "typical_deal_max": { $0.typicalDealMax = try $1.money() },
        "open_leads_max": { $0.capacity.openLeadsMax = try $1.wholeNumber() },
        "leads_per_period_max": { $0.capacity.leadsPerPeriodMax = try $1.wholeNumber() },
        "leads_per_period_min": { $0.capacity.leadsPerPeriodMin = try $1.wholeNumber() },
        "floor_value_minor_units_per_period": { $0.capacity.floorValueMinorUnitsPerPeriod = try $1.wholeNumber() },
        "time_zone": { $0.timeZone = $1.text },
    ]

    static let account: [String: Setter<WireFirmographicsObserved>] = [
        "account_domain": { $0.accountDomain = $1.text },
        "account_name": { $0.accountName = $1.text },
        "vertical": { $0.vertical = $1.text },
        "employees": { $0.employees = try $1.wholeNumber() },
        "annual_revenue": { $0.annualRevenue = try $1.money() },
        "country": { $0.country = $1.text },
        "observer": { $0.observer = $1.text },
    ]

    /// A lead's words by the schema's names, and what else of it an import can state.
    static let lead = LeadWord.allCases.reduce(into: otherLead) { targets, word in
        targets[word.name] = { $0[word] = $1.text }
    }

    private static let otherLead: [String: Setter<WireLeadSubmitted>] = [
        "lead_id": { $0.leadID = $1.text },
        "account_domain": { $0.accountDomain = $1.text },
        "account_name": { $0.accountName = $1.text },
        "given_name": { $0.contact.givenName = $1.text },
        "family_name": { $0.contact.familyName = $1.text },
        "email": { $0.contact.email = $1.text },
        "phone": { $0.contact.phone = $1.text },
        "job_title": { $0.contact.jobTitle = $1.text },
        "message": { $0.message = $1.text },
        "employees": { $0.employees = try $1.wholeNumber() },
        "deal_value": { $0.dealValue = try $1.money() },
        "technologies": { $0.technologies = $1.list },
        "required_certifications": { $0.requiredCertifications = $1.list },
        "lawful_basis": { $0.lawfulBasis = try lawfulBasis($1) },
    ]

    private static func lawfulBasis(_ value: FieldValue) throws(RowRefusal) -> WireLawfulBasis {
        switch value.text {
        case "consent": return .consent
        case "contract": return .contract
        case "legitimate-interest": return .legitimateInterest
        default: throw RowRefusal("lawful_basis is none of consent, contract, legitimate-interest: refused")
        }
    }
}
