import Foundation
import Testing

/// Goal: a partner's commission of a month is stated, signed, and checked by somebody who has the keys and nothing else.
@Suite struct CommissionsCommandTests {
    @Test func aStatementIsMadeSignedAndChecked() throws {
        let leadline = try Binary()
        defer { _ = try? leadline.remove() }
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file("policy.yaml", "name: p\nsla: {first_response_minutes: 0}\n")
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file("partners.yaml", "partners:\n- partner_id: p-a\n  countries: [IT]\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
        func produce(_ topic: String, _ type: String, _ json: String) throws {
            try leadline.mustRun("produce", topic, "--type", "leadline.v1.\(type)", "-", input: json + "\n")
            try leadline.mustRun("run", "--once", "-q")
        }
        try produce("partners", "PartnerCommissionTermsSet", #"{"partnerId":"p-a","rateBasisPoints":1250}"#)
        try produce("leads", "LeadSubmitted", #"{"leadId":"l1","country":"IT","contact":{"email":"ann@customer.example"}}"#)
        try produce("outcomes", "DealWon", #"{"leadId":"l1","partnerId":"p-a","amount":{"minorUnits":"800000","currency":"EUR"}}"#)
        let won = try leadline.mustRun("leads", "show", "l1", "--json").objects()
        let at = try #require((won.first?["timeline"] as? [[String: Any]])?.last?["at"] as? String)
        let month = String(at.prefix(7))
        let asked = ["commissions", "statement", "--partner", "p-a", "--month", month]
        let page = try leadline.mustRun(asked).out
        #expect(page.contains("EUR 1,000.00") && page.contains("12.5 %") && page.contains("Provisional"), "\(page)")
        let document = try #require(try leadline.mustRun(asked + ["--json"]).objects().first)
        let sums = try #require((document["sums"] as? [[String: Any]])?.first)
        #expect(sums["netMinorUnits"] as? Int == 100_000 && sums["currency"] as? String == "EUR" && document["final"] as? Bool == false)
        // In another time zone the month begins at another moment.
        let rome = try #require(try leadline.mustRun(["commissions", "statement", "--partner", "p-a", "--month", "2026-07", "--time-zone", "Europe/Rome", "--json"]).objects().first)
        #expect((rome["period"] as? [String: Any])?["from"] as? String == "2026-06-30T22:00:00Z")
        // Whoever has the keys alone can check it.
        let signed = try leadline.mustRun(asked + ["--signed"]).out
        let file = try leadline.file("p-a.jws", signed)
        let keys = try leadline.file("keys.json", leadline.mustRun("commissions", "keys").out)
        let checked = try leadline.mustRun("commissions", "verify", file, "--keys", keys)
        #expect(checked.out.contains(#""netMinorUnits":100000"#))
        let changed = try leadline.file("changed.jws", signed.replacing(".", with: ".A", maxReplacements: 1))
        #expect(try leadline.run("commissions", "verify", changed, "--keys", keys).code == 1)
        try leadline.mustRun("commissions", "rotate-key")
        let next = try leadline.file("next.json", leadline.mustRun("commissions", "keys").out)
        #expect(try leadline.mustRun("commissions", "verify", file, "--keys", next).code == 0)
        for wrong in [["--month", "2026-13"], ["--month", "July"], ["--month", month, "--time-zone", "Mars/Olympus"]] {
            #expect(try leadline.run(["commissions", "statement", "--partner", "p-a"] + wrong).code != 0)
        }
        #expect(try leadline.run("commissions", "statement", "--partner", "p-z", "--month", month).code != 0)
    }
}
