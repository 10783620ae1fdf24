import Foundation
import Testing

/// Goal: leads are offered before they are assigned, an answer from the command line settles them, what was agreed accrues, the
/// journal verifies, and the same history without offers is shown by a replay.
@Suite struct OffersCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file(
            "policy.yaml",
            """
            name: p
            sla: {first_response_minutes: 60}
            negotiation: {rounds: 2, answer_millis: 86400000, commission_max_basis_points: 1500, promise_max_minutes: 480}
            """)
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file("partners.yaml", "partners:\n- partner_id: p-a\n  countries: [IT]\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    @Test func anOffersLife() throws {
        defer { _ = try? leadline.remove() }
        let json = #"{"leadId":"l1","country":"IT","contact":{"email":"l1@customer.example"}}"#
        try leadline.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: json + "\n")
        try leadline.mustRun("run", "--once", "-q")
        let open = try leadline.mustRun("offers", "list", "--json").objects()
        #expect(open.map { $0["lead"] as? String } == ["l1"] && open.first?["partner"] as? String == "p-a")
        let offer = try #require(open.first?["offer"] as? String)
        let counter = [
            "offers", "answer", "counter", "--lead", "l1", "--partner", "p-a", "--offer", offer, "--commission-basis-points",
            "1200", "--promise-minutes", "120", "--by", "agent scout", "--reason", "it is far",
        ]
        let agreed = try leadline.mustRun(counter).out
        #expect(agreed.contains("offer of l1 to p-a agreed") && agreed.contains("l1 assigned to p-a"), "\(agreed)")
        #expect(try leadline.mustRun(counter).out.contains("the offer is over"))
        #expect(try leadline.mustRun("offers", "list", "--json").objects().isEmpty)
        let partners = try leadline.mustRun("offers", "partners", "--json").objects()
        #expect(partners.first?["agreed"] as? Int == 1 && partners.first?["askedBasisPoints"] as? Int == 1_200)
        try leadline.mustRun(
            "produce", "outcomes", "--type", "leadline.v1.DealWon", "-",
            input: #"{"leadId":"l1","partnerId":"p-a","amount":{"minorUnits":"100000","currency":"EUR"}}"# + "\n")
        try leadline.mustRun("run", "--once", "-q")
        #expect(try leadline.mustRun("explain", "l1").out.contains("as agreed"))
        #expect(try leadline.mustRun("verify").code == 0)
        #expect(try leadline.mustRun("replay").code == 0)
    }
}
