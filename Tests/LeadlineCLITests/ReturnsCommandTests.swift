import Foundation
import Testing

/// Goal: leads come back from the command line for the policy's own reasons, credits are decided on, and sources are shown.
@Suite struct ReturnsCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file(
            "policy.yaml",
            """
            name: p
            sla: {first_response_minutes: 60, reminders: [{after_basis_points: 5000}]}
            returns:
              credits_per_period_max: 1
              reasons:
                - id: wrong-number
                  meaning: REFUSAL_REASON_BAD_DATA
                  wordings: [{language: en, text: The number is wrong}, {language: it, text: Numero errato}]
            """)
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file("partners.yaml", "partners:\n- partner_id: p-a\n  countries: [IT]\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    private func lead(_ id: String) throws {
        let json = #"{"leadId":"\#(id)","country":"IT","source":"fair","contact":{"email":"\#(id)@customer.example"}}"#
        try leadline.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: json + "\n")
        try leadline.mustRun("run", "--once", "-q")
    }

    private func ask(_ what: String, _ lead: String, _ more: String...) throws -> String {
        try leadline.mustRun(["returns", what, "--lead", lead, "--partner", "p-a", "--by", "Marco Conti"] + more).out
    }

    @Test func aReturnsLife() throws {
        defer { _ = try? leadline.remove() }
        #expect(try leadline.mustRun("returns", "reasons").out.contains("Numero errato"))
        for id in ["l1", "l2"] { try lead(id) }
        #expect(try ask("make", "l1", "--because", "wrong-number").contains("taken back, and credited; 1 of 1 credit used"))
        #expect(try ask("make", "l2", "--because", "wrong-number", "--reason", "post came back").contains("the credit waits for a person"))
        let waiting = try leadline.mustRun("returns", "list", "--json").objects()
        #expect(waiting.map { $0["lead"] as? String } == ["l2"] && waiting.first?["reason"] as? String == "wrong-number")
        #expect(try leadline.mustRun("returns", "list").out.contains("wrong-number"))
        #expect(try ask("refuse", "l2").contains("a person refused the credit"))
        #expect(try ask("approve", "l2").contains("no credit waits for a return of this lead"))
        #expect(try leadline.mustRun("returns", "list", "--json").objects().isEmpty)
        let sources = try leadline.mustRun("returns", "sources", "--json").objects()
        #expect(sources.map { $0["source"] as? String } == ["fair"])
        #expect(sources.first?["leads"] as? Int == 2 && sources.first?["returned"] as? Int == 1)
        #expect(try leadline.mustRun("returns", "sources").out.contains("fair"))
        // What is said of it is sealed, and found for the person.
        let letter = try leadline.mustRun("audit", "dossier", "--subject", "l2", "--edition", "subject").out
        #expect(letter.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("given back by a sales partner"))
        #expect(try leadline.mustRun("audit", "verify").code == 0)
    }

    /// The reasons that there are stand in the refusal, on the command line and in the dead letters.
    @Test func anUnknownReasonIsNamed() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1")
        let refused = try leadline.run("returns", "make", "--lead", "l1", "--partner", "p-a", "--because", "gone", "--by", "x")
        #expect(refused.code != 0 && refused.err.contains("it has wrong-number"))
        try leadline.mustRun(
            "produce", "outcomes", "--type", "leadline.v1.LeadDeclined", "-",
            input: #"{"leadId":"l1","partnerId":"p-a","reasonId":"gone"}"# + "\n")
        try leadline.run("run", "--once", "-q")
        let letters = try leadline.mustRun("deadletter", "list").out
        #expect(letters.contains("reason_id is no return reason of the policy in force: it has wrong-number"))
    }
}
