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
        try expectSealed(["agent scout", "it is far"])
    }

    /// Who answered and what they remarked stands in no file in clear; whoever may read it finds it until the person of the
    /// lead is erased, and nobody does after that.
    private func expectSealed(_ texts: [String]) throws {
        let files = try #require(FileManager.default.enumerator(atPath: leadline.data)).compactMap { $0 as? String }
        #expect(files.contains("journal.db"), "\(files)")
        for file in files {
            let bytes = FileManager.default.contents(atPath: leadline.data + "/" + file) ?? Data()
            for text in texts { #expect(bytes.range(of: Data(text.utf8)) == nil, "\(file): \(text)") }
        }
        let before = try leadline.mustRun("audit", "dossier", "--subject", "l1", "--json", "-").out
        for text in texts { #expect(before.contains(text), "\(text)") }
        try leadline.mustRun(
            "audit", "erase", "--subject", "l1", "--requested-by", "her", "-o", leadline.root.appendingPathComponent("note").path)
        let after = try leadline.mustRun("audit", "dossier", "--subject", "l1", "--json", "-").out
        for text in texts { #expect(!after.contains(text), "\(text)") }
        #expect(try leadline.mustRun("verify").code == 0 && leadline.mustRun("replay").code == 0)
    }

    /// An agent is stopped on the command line: what it was offered counts as declined, for that reason, and what was agreed
    /// stands. The journal alone, without the agents' keys, decides and proves the same, and says what would have been without
    /// offers.
    @Test func anAgentIsStopped() throws {
        defer { _ = try? leadline.remove() }
        let key = try #require(
            try leadline.mustRun("access", "create", "--role", "partner", "--partner", "p-a", "--offers-per-day", "5", "--json").objects().first)
        let (id, principal) = (try #require(key["id"] as? String), try #require(key["principal"] as? String))
        #expect((key["budgets"] as? [String: Any])?["offersPerDay"] as? Int == 5)
        let set = try leadline.mustRun("keys", "budgets", id, "--leads-per-day", "7", "--json").objects().first
        #expect((set?["budgets"] as? [String: Any])?["leadsPerDay"] as? Int == 7)
        for lead in ["l1", "l2"] {
            try leadline.mustRun(
                "produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: #"{"leadId":"\#(lead)","country":"IT"}"# + "\n")
        }
        try leadline.mustRun("run", "--once", "-q")
        let open = try leadline.mustRun("offers", "list", "--json").objects()
        let offer = try #require(open.first { $0["lead"] as? String == "l1" }?["offer"] as? String)
        try leadline.mustRun("offers", "answer", "accept", "--lead", "l1", "--partner", "p-a", "--offer", offer, "--by", "agent")
        #expect(try leadline.run("agents", "stop", "nobody", "--reason", "x").code == 2)
        #expect(try leadline.run("agents", "stop", id, "--reason", "ask kim@example.org").code == 2)
        let stopped = try #require(try leadline.mustRun("agents", "stop", id, "--reason", "a test", "--json").objects().first)
        #expect(stopped["agent"] as? String == principal && stopped["openOffers"] as? Int == 0)
        let shown = try #require(try leadline.mustRun("agents", "show", principal, "--json").objects().first)
        #expect((shown["agreed"] as? [[String: Any]])?.map { $0["lead"] as? String } == ["l1"], "\(shown)")
        #expect(try leadline.mustRun("agents", "list").out.contains("stopped"))
        #expect(try leadline.mustRun("leads", "show", "l2").out.contains("the vendor stopped the partner's agent"))
        #expect(try leadline.mustRun("access", "list", "--json").objects().first?["revoked"] != nil)

        // The journal alone.
        for name in try FileManager.default.contentsOfDirectory(atPath: leadline.data)
        where ["access.db", "webhooks.db", "agents.db", "agent-tasks.db"].contains(where: name.hasPrefix) {
            try FileManager.default.removeItem(atPath: leadline.data + "/" + name)
        }
        #expect(try leadline.mustRun("verify").code == 0 && leadline.mustRun("replay").code == 0)
        let plain = try leadline.file("plain.yaml", "name: p\nsla: {first_response_minutes: 60}\n")
        let without = try leadline.run("replay", "--policy", plain)
        #expect(without.code == 0 && without.out.contains("2 decisions compared"), "\(without.out) \(without.err)")
    }
}
