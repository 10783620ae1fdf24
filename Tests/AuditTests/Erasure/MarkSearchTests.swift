import Testing

@testable import Audit

/// Goal: a record is linked to exactly the people it names. Method: texts with marks whole, cut, and in other cases.
@Suite struct MarkSearchTests {
    private let search = MarkSearch([["lead-1", "kim@acme.example"], ["lead-12"], ["ß@straße.example"], ["ab"]])

    private func persons(_ text: String) -> Set<Int> { search.persons(in: Array(text.utf8)) }

    @Test func wholeWordsInAnyCase() {
        #expect(persons(#"{"leadId":"LEAD-1"}"#) == [0])
        #expect(persons("lead-12") == [1])
        #expect(persons("lead-1 and lead-12") == [0, 1])
        #expect(persons("lead-123, xlead-1, lead-1_b") == [])
        #expect(persons("Kim <KIM@Acme.example>") == [0])
        #expect(persons("akim@acme.example kim@acme.examples") == [])
        #expect(persons("write to ß@STRASSE.example, ß@Straße.EXAMPLE") == [2])
    }

    @Test func tooShortAMarkIsNotSearchedFor() {
        #expect(persons("ab") == [])
        #expect(persons("") == [])
        #expect(search.persons(in: [0xFF] + Array("lead-1".utf8)) == [])
        #expect(search.persons(in: [0xFF, 0xC3, 0x28] + Array("lead-1".utf8)) == [0])
        #expect(search.persons(in: [0x0A, 0x06] + Array("lead-1".utf8) + [0x12]) == [0])
    }

    /// 57 is the digit 9, and the tag 0x32 the digit 2.
    @Test func aLengthThatLooksLikeADigit() {
        let address = String(repeating: "k", count: 44) + "@acme.example"
        let search = MarkSearch([[address]])
        #expect(address.utf8.count == 57)
        #expect(search.persons(in: [0x12, 57] + Array(address.uppercased().utf8) + [0x32]) == [0])
        #expect(search.persons(in: [0x12, 56] + Array(address.utf8) + [0x32]) == [])
    }
}
