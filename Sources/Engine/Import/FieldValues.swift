import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// A value on its way into a message.
struct FieldValue {
    var field: String
    var text: String
    var expression: ImportMapping.Expression
    /// How a number in it is written.
    var format = NumberFormat.plain
    /// The currency that the row states, where a column has it.
    var rowCurrency: RowCurrency?

    /// What a row says of an amount's currency.
    struct RowCurrency {
        var column: String
        var text: String
        /// True if it stands in the amount's own column, beside the amount.
        var isOfAmount: Bool
    }

    /// The values of a list.
    var list: [String] {
        guard let separator = expression.split, !separator.isEmpty else { return [text] }
        let parts = Array(text.utf8).split(separator: Array(separator.utf8)).map { String(decoding: $0, as: UTF8.self) }
        return parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    func wholeNumber<Number: FixedWidthInteger>() throws(RowRefusal) -> Number {
        guard let number = format.parse(text)?.whole else { throw RowRefusal("\(field) is not a whole number\(written): refused") }
        guard let fits = Number(exactly: number) else { throw RowRefusal("\(field) is out of range: refused") }
        return fits
    }

    func money() throws(RowRefusal) -> WireMoney {
        guard let amount = WrittenAmount(text, format) else {
            throw RowRefusal("\(field) is not an amount of money\(written): refused")
        }
        let isMarked = !amount.mark.isEmpty
        if isMarked && format == .plain { throw RowRefusal("\(field) is not an amount of money: refused") }
        guard let currency = try currency(beside: amount.mark) else { throw RowRefusal("\(field) has no currency: refused") }
        if isMarked && !CurrencyMarks.isOf(currency, amount.mark) {
            throw RowRefusal("\(field) stands beside the sign of another currency than \(currency): refused")
        }
        if amount.number.isNegative { throw RowRefusal("\(field) is negative: refused") }
        guard let units = amount.number.times(try minorUnitsPerOne(currency)) else {
            throw RowRefusal("\(field) is more than is counted: refused")
        }
        var money = WireMoney()
        money.minorUnits = units
        money.currency = currency
        return money
    }

    /// How the number is written, where a mapping says it.
    private var written: String { format == .plain ? "" : ", such as \(format.example)" }

    /// The row's own currency, else the expression's; nil if nothing names one.
    private func currency(beside mark: String) throws(RowRefusal) -> String? {
        guard let named = rowCurrency else { return expression.currency }
        let text = named.isOfAmount ? mark : named.text
        if text.isEmpty { return expression.currency }
        if let code = CurrencyMarks.currency(text) { return code }
        // A sign that several currencies share is that of the expression's, if it is one of them.
        if let currency = expression.currency, CurrencyMarks.isOf(currency, text) { return currency }
        throw RowRefusal("\(named.column) names no currency of ISO 4217, or one of several: refused")
    }

    private func minorUnitsPerOne(_ currency: String) throws(RowRefusal) -> Int64 {
        if let perOne = expression.minorUnitsPerOne { return perOne }
        let unit = (0..<(ISOCodes.minorDigits[currency] ?? 2)).reduce(Int64(1)) { unit, _ in unit * 10 }
        let (perOne, overflow) = unit.multipliedReportingOverflow(by: expression.times ?? 1)
        if overflow { throw RowRefusal("\(field) is more than is counted: refused") }
        return perOne
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
        "holiday_calendar": { $0.holidayCalendar = $1.text },
        "deputies": { $0.deputies = $1.list },
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

    /// What a field's name begins with that states an attribute of the vendor's own.
    static let ownPrefix = "attributes."

    /// The same with the vendor's own attributes that a mapping names.
    static func lead(naming fields: some Sequence<String>) -> [String: Setter<WireLeadSubmitted>] {
        fields.reduce(into: lead) { targets, field in
            guard field.hasPrefix(ownPrefix) else { return }
            let name = String(field.dropFirst(ownPrefix.count))
            guard FieldLimits.isID(name) else { return }
            targets[field] = { message, value in
                message.attributes.append(.with { ($0.name, $0.value) = (name, value.text) })
            }
        }
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
