import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Testing

@testable import Engine

/// Goal: a country is a code of ISO 3166-1 and a currency one of ISO 4217 in every input that names one; UK is read as GB.
/// Method: a table of messages with a place for the code, which intake checks as it checks any record.
@Suite struct CountryTests {
    struct Place: CustomTestStringConvertible, Sendable {
        var kind: MessageKind
        var json: String
        /// The field that the rejection names.
        var field: String
        var testDescription: String { field }

        func fact(_ code: String) throws(Rejection) -> Fact {
            try Validation.fact(Array(json.replacing("@", with: code).utf8), as: kind, at: TestFolder.start)
        }

        func refusal(_ code: String) -> Rejection? {
            do throws(Rejection) {
                _ = try fact(code)
                return nil
            } catch { return error }
        }
    }

    private static func policy(_ part: String) -> String { #"{"policy":{"name":"p","attemptsMax":1,"periodDays":30,"humanQueue":"q",\#(part)}}"# }
    private static let leadIs = #"{"leadIs":{"leadField":"LEAD_FIELD_COUNTRY","values":["IT","@"]}}"#
    private static let lists = #"{"not":{"all":{"predicates":[{"any":{"predicates":[{"partnerLists":{"partnerList":"PARTNER_LIST_COUNTRIES","value":"@"}}]}}]}}}"#

    static let countries: [Place] = [
        Place(kind: .leadSubmitted, json: #"{"leadId":"l","country":"@"}"#, field: "country"),
        Place(kind: .leadUpdated, json: #"{"leadId":"l","country":"@"}"#, field: "country"),
        Place(kind: .firmographicsObserved, json: #"{"accountDomain":"a.example","observer":"crm","country":"@"}"#, field: "country"),
        Place(kind: .partnerUpserted, json: #"{"partnerId":"p","countries":["IT","@"]}"#, field: "countries"),
        Place(
            kind: .policyPublished, json: policy(#""holidayCalendars":[{"name":"north","countries":["@"]}]"#),
            field: "policy.holiday_calendars.countries"),
        Place(
            kind: .partnerUpserted, json: #"{"partnerId":"p","capacity":{"segments":[{"leadField":"LEAD_FIELD_COUNTRY","value":"@","leadsPerPeriodMax":1}]}}"#,
            field: "capacity.segments.value"),
        Place(
            kind: .partnerCapacitySet, json: #"{"partnerId":"p","capacity":{"segments":[{"leadField":"LEAD_FIELD_COUNTRY","value":"@","leadsPerPeriodMax":1}]}}"#,
            field: "capacity.segments.value"),
        Place(kind: .policyPublished, json: policy(#""hardRules":[{"name":"r","require":\#(leadIs)}]"#), field: "policy.hard_rules.require.lead_is.values"),
        Place(
            kind: .policyPublished, json: policy(#""hardRules":[{"name":"r","require":\#(lists)}]"#),
            field: "policy.hard_rules.require.not.all.any.partner_lists.value"),
        Place(
            kind: .policyPublished, json: policy(#""serviceLevels":[{"name":"s","when":\#(leadIs),"sla":{"firstResponseMinutes":60}}]"#),
            field: "policy.service_levels.when.lead_is.values"),
        Place(
            kind: .policyPublished,
            json: policy(#""pilot":{"name":"p","arms":[{"name":"a","shareBasisPoints":5000,"when":\#(leadIs)},{"name":"b","shareBasisPoints":5000}]}"#),
            field: "policy.pilot.arms.when.lead_is.values"),
        Place(kind: .policyPublished, json: policy(#""negotiation":{"when":\#(leadIs)}"#), field: "policy.negotiation.when.lead_is.values"),
        Place(kind: .programProfileSet, json: #"{"transfers":[{"country":"@","recipient":"r"}]}"#, field: "transfers.country"),
    ]

    static let currencies: [Place] = [
        Place(kind: .leadSubmitted, json: #"{"leadId":"l","dealValue":{"minorUnits":"1","currency":"@"}}"#, field: "deal_value.currency"),
        Place(kind: .leadUpdated, json: #"{"leadId":"l","dealValue":{"minorUnits":"1","currency":"@"}}"#, field: "deal_value.currency"),
        Place(kind: .firmographicsObserved, json: #"{"accountDomain":"a.example","observer":"crm","annualRevenue":{"minorUnits":"1","currency":"@"}}"#, field: "annual_revenue.currency"),
        Place(kind: .dealWon, json: #"{"leadId":"l","partnerId":"p","amount":{"minorUnits":"1","currency":"@"}}"#, field: "amount.currency"),
        Place(kind: .partnerUpserted, json: #"{"partnerId":"p","typicalDealMin":{"minorUnits":"1","currency":"@"}}"#, field: "typical_deal_min.currency"),
        Place(kind: .partnerUpserted, json: #"{"partnerId":"p","typicalDealMax":{"minorUnits":"1","currency":"@"}}"#, field: "typical_deal_max.currency"),
        Place(kind: .programRegistered, json: #"{"name":"n","currency":"@"}"#, field: "currency"),
        Place(kind: .policyPublished, json: policy(#""exchangeRates":[{"currency":"@","rateMicros":"1000000"}]"#), field: "policy.exchange_rates.currency"),
    ]

    @Test(arguments: countries) func aCountryIsOneOfISO3166(place: Place) throws {
        for code in ["IT", "XK", "GB"] { #expect(place.refusal(code) == nil, "\(code): \(place.refusal(code)?.detail ?? "")") }
        for code in ["ZZ", "EL", "EU", "AA", "QM", "XA", "it", "ITA", "SU"] {
            let refusal = try #require(place.refusal(code), "\(code) is taken")
            #expect(refusal.field == place.field && refusal.reason == .invalidField, "\(code): \(refusal)")
            #expect(refusal.detail.contains("ISO 3166-1"), "\(refusal.detail)")
            if ["ZZ", "QM", "XA"].contains(code) { #expect(!refusal.detail.contains(code), "\(refusal.detail)") }
        }
    }

    /// The fact is the same as if the code had been sent.
    @Test(arguments: countries) func unitedKingdomIsReadAsItsCode(place: Place) throws {
        #expect(try place.fact("UK") == place.fact("GB"))
    }

    @Test(arguments: currencies) func aCurrencyIsOneOfISO4217(place: Place) throws {
        for code in ["EUR", "JPY", "KWD", "HRK"] { #expect(place.refusal(code) == nil, "\(code): \(place.refusal(code)?.detail ?? "")") }
        for code in ["ZZZ", "XXX", "XAU", "BTC", "eur", "EURO"] {
            let refusal = try #require(place.refusal(code), "\(code) is taken")
            #expect(refusal.field == place.field && refusal.reason == .invalidField, "\(code): \(refusal)")
            #expect(refusal.detail.contains("ISO 4217"), "\(refusal.detail)")
        }
    }

    /// No field that the schema calls a country or a currency is missing above.
    @Test func everyPlaceIsTried() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appendingPathComponent("Schemas/leadline/v1")
        let count = try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: (countries: 0, currencies: 0)) { count, name in
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            count.countries += text.components(separatedBy: "text: TEXT_FORM_COUNTRY").count - 1
            count.currencies += text.components(separatedBy: "text: TEXT_FORM_CURRENCY").count - 1
        }
        // LeadSubmitted, LeadUpdated, FirmographicsObserved, PartnerUpserted, HolidayCalendar; Money, ProgramRegistered,
        // ExchangeRate.
        #expect(count.countries == 5 && count.currencies == 3)
    }

    /// Repeats are told by what was sent; the journal has the code.
    @Test func theJournalHasTheCodeAndARepeatIsOne() async throws {
        let folder = try BadInputTests.prepared()
        func lead(_ country: String) -> NewRecord {
            binaryEvent(.leads, BadInputTests.lead, Array(#"{"leadId":"l1","country":"\#(country)"}"#.utf8), id: "one")
        }
        try folder.append([lead("UK"), lead("UK"), lead("GB")])
        try await folder.process()
        let countries = try folder.entries().compactMap { entry -> String? in
            if case .leadSubmitted(let fact) = entry.input.fact { fact.attributes.country } else { nil }
        }
        #expect(countries == ["GB"])
        #expect(try folder.deadLetters().map(\.letter.reason) == [.eventIDConflict])
        #expect(try folder.entries().last?.input.fact == .duplicateReceived)
    }
}
