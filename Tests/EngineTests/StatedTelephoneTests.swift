import LeadlineSchemas
import SwiftProtobuf
import Testing

@testable import Engine

/// Goal: a telephone number has one spelling however it is written, and what is none has none. Method: fixed results.
@Suite struct StatedTelephoneTests {
    @Test(arguments: [
        ("+39 049 555 0142", "", "+390495550142"), ("0039-049-5550142", "", "+390495550142"),
        ("049 5550142", "IT", "+390495550142"), ("049/5550142", "IT", "+390495550142"), ("06 5550142", "VA", "+39065550142"),
        ("+49 (0)30 5550100", "", "+49305550100"), ("+49 (030) 5550100", "", "+49305550100"), ("030 5550100", "DE", "+49305550100"),
        ("0049 30 5550100", "DE", "+49305550100"), ("(030) 5550100", "DE", "+49305550100"), ("020 7946 0018", "UK", "+442079460018"),
        ("+44 20 7946 0018", "FR", "+442079460018"), ("01 99 00 12 34", "FR", "+33199001234"), ("+33 1 99 00 12 34", "", "+33199001234"),
        ("8 495 555 01 42", "RU", "+74955550142"), ("495 555 01 42", "RU", "+74955550142"), ("06 1 555 0142", "HU", "+3615550142"),
        ("1 (202) 555-0142", "US", "+12025550142"), ("202.555.0142", "US", "+12025550142"), ("+1 202 555 0142", "", "+12025550142"),
        ("+225 01 23 45 67 89", "CI", "+2250123456789"), ("+34 900 555 014", "", "+34900555014"), ("900555014", "ES", "+34900555014"),
        ("+39 049 555 0142 ext. 7", "", "+390495550142;7"), ("+39 049 555 0142 x7", "", "+390495550142;7"),
        ("+39 049 555 0142 int.12", "", "+390495550142;12"), ("tel: +39 049 555 0142", "", "+390495550142"),
        ("\u{FF0B}\u{FF13}\u{FF19} 049 5550142", "", "+390495550142"), ("+\u{0663}\u{0669} 049 5550142", "", "+390495550142"),
        ("049 5550142", "", "=0495550142"), ("049 5550142", "ZZ", "=0495550142"),
    ]) func oneSpelling(text: String, country: String, number: String) {
        #expect(StatedTelephone.number(text, country: CountrySpelling.code(country)) == number)
    }

    @Test(arguments: [
        "", "n/a", "123", "12 34 56", "+39", "00", "+", "12345678901234567890", String(repeating: "1 ", count: 100),
    ]) func anythingElseIsNone(text: String) {
        #expect(StatedTelephone.number(text, country: "") == nil)
    }

    @Test func theNameIsOfBothNames() {
        let contact = WireContact.with { ($0.givenName, $0.familyName, $0.phone) = ("Kim", "Doe", "+39 049 555 0142") }
        #expect(StatedTelephone(contact, country: "")?.name == "Kim Doe")
        #expect(StatedTelephone(.with { $0.familyName = "Doe" }, country: "IT") == nil)
    }

    /// Every code is known, and none begins with another, so that a number has one.
    @Test func noCodeBeginsWithAnother() {
        let codes = Set(CallingCodes.all)
        #expect(codes.count > 190)
        for code in codes {
            #expect((1..<code.utf8.count).allSatisfy { !codes.contains(String(code.prefix($0))) }, "\(code)")
        }
    }
}
