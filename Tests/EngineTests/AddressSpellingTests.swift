import Testing

@testable import Engine

/// Goal: every spelling of an address or a domain leads to one, the same on any machine. Method: fixed results.
@Suite struct AddressSpellingTests {
    @Test(arguments: [
        ("kim@acme.example", "kim@acme.example"), (" KIM@Acme.Example. ", "kim@acme.example"),
        ("Kim Acme <kim@acme.example>", "kim@acme.example"), ("<kim@acme.example>", "kim@acme.example"),
        ("\"Acme, Kim\" <KIM@acme.example>", "kim@acme.example"),
        ("jo\u{308}rg@bu\u{308}cher.example", "j\u{F6}rg@xn--bcher-kva.example"),
        ("J\u{D6}RG@B\u{DC}CHER.EXAMPLE", "j\u{F6}rg@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"), ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("a+b/c='d'@straße.example", "a+b/c='d'@xn--strae-oqa.example"),
    ]) func oneSpelling(text: String, address: String) {
        #expect(AddressSpelling.address(text) == address)
    }

    @Test(arguments: [
        "", "n/a", "kim", "@acme.example", "kim@", "a@b@c.example", "a@b.example, c@d.example", "a@b.example;c@d.example",
        "a@b.example c@d.example", "a@x.example <b@y.example>", "<a@b.example", "a@b.example>", "<a@b.example> x", "a b@c.example",
        "a@b..example", "a@.example", "a@b c.example", "a@\u{661}\u{200d}.example", "a\u{0}@b.example",
        "\(String(repeating: "l", count: 65))@b.example",
    ]) func anythingElseIsNone(text: String) {
        #expect(AddressSpelling.address(text) == nil)
    }

    /// What is plain ASCII takes a shorter way, and comes to the same: white space at the end makes the long way.
    @Test(arguments: [
        "kim@acme.example", "KIM.B+x@Acme.EXAMPLE", "a@b", "a@b.", "a@.b", "a@b..c", "a@-b_.c", "@b", "a@", "a@b@c", "a(b@c", "a b@c", "a\"@b",
        "a@b/c", "a\u{7F}@b", "\(String(repeating: "l", count: 64))@b", "\(String(repeating: "l", count: 65))@b",
        "a@\(String(repeating: "l", count: 63)).b", "a@\(String(repeating: "l", count: 64)).b",
        "a@\(String(repeating: "abcdefg.", count: 31))abcde", "a@\(String(repeating: "abcdefg.", count: 31))abcdef",
    ]) func theShortWayIsTheLong(text: String) {
        #expect(AddressSpelling.address(text) == AddressSpelling.address(text + " "))
        let host = text.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        #expect(AddressSpelling.domain(host) == AddressSpelling.domain(host + " "))
    }

    @Test func domains() {
        #expect(AddressSpelling.domain(" Acme.Example. ") == "acme.example")
        #expect(AddressSpelling.domain("B\u{FC}cher.example") == "xn--bcher-kva.example")
        #expect(AddressSpelling.readable("xn--bcher-kva.example") == "b\u{FC}cher.example")
        #expect(AddressSpelling.domain("https://acme.example") == nil && AddressSpelling.domain("a b") == nil && AddressSpelling.domain(".") == nil)
    }
}
