import Foundation
import Testing

/// Goal: rates are published and shares are said from the command line, and refused with words where they cannot be.
@Suite struct MoneyCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file(
            "policy.yaml",
            "name: p\nsla: {first_response_minutes: 0}\nexchange_rates: [{currency: USD, rate_micros: 900000}]\n")
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file(
            "partners.yaml", "partners:\n- {partner_id: p-a, countries: [IT]}\n- {partner_id: p-b, countries: [FR]}\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    private func produce(_ topic: String, _ type: String, _ json: String) throws {
        try leadline.mustRun("produce", topic, "--type", "leadline.v1.\(type)", "-", input: json + "\n")
        try leadline.mustRun("run", "--once", "-q")
    }

    @Test func ratesArePublishedAndListed() throws {
        defer { _ = try? leadline.remove() }
        #expect(try leadline.mustRun("rates", "list").out == "0.900000 for USD, the policy's rate\n")
        try leadline.mustRun(
            "rates", "publish", "--from", "2026-04-01T00:00:00Z", "--rate", "USD=0.9243", "--rate", "CHF=1.0612", "--role", "treasury")
        let told = try leadline.mustRun(
            "rates", "publish", "--from", "2090-01-01", "--rate", "USD=1", "--json").objects()
        #expect(told.first?["position"] is Int && told.first?["events"] is [Any], "\(told)")
        let rates = try leadline.mustRun("rates", "list", "--json").objects()
        #expect(rates.map { $0["currency"] as? String } == ["CHF", "USD", "USD"])
        #expect(rates.map { $0["rateMicros"] as? Int } == [1_061_200, 924_300, 1_000_000])
        #expect(rates.map { $0["inForce"] as? Bool } == [true, true, false])
        #expect(try leadline.mustRun("rates", "list").out.contains("for 2090-01-01T00:00:00Z on, to come"))
        for wrong in ["USD", "USD=", "USD=0", "USD=-1", "USD=0.1234567", "USD=1e3", "USDX=1", "USD=1.", "USD=99999999"] {
            let refused = try leadline.run("rates", "publish", "--from", "2026-04-01T00:00:00Z", "--rate", wrong)
            #expect(refused.code != 0 && refused.err.contains("--rate"), "\(wrong): \(refused.err)")
        }
        #expect(try leadline.run("rates", "publish", "--from", "soon", "--rate", "USD=1").err.contains("--from"))
        #expect(try leadline.run("rates", "publish", "--from", "2026-04-01T00:00:00Z", "--rate", "XQZ=1").code != 0)
        #expect(try leadline.mustRun("rates", "list", "--json").objects().count == 3)
    }

    @Test func aCommissionIsShared() throws {
        defer { _ = try? leadline.remove() }
        try produce("partners", "PartnerCommissionTermsSet", #"{"partnerId":"p-a","rateBasisPoints":1000}"#)
        try produce("leads", "LeadSubmitted", #"{"leadId":"l1","country":"IT","contact":{"email":"ann@customer.example"}}"#)
        try leadline.mustRun("commissions", "share", "--lead", "l1", "--with", "p-b=3000")
        try produce("outcomes", "DealWon", #"{"leadId":"l1","partnerId":"p-a","amount":{"minorUnits":"800000","currency":"EUR"}}"#)
        let won = try leadline.mustRun("leads", "show", "l1", "--json").objects()
        let at = try #require((won.first?["timeline"] as? [[String: Any]])?.last?["at"] as? String)
        func net(_ partner: String) throws -> Int? {
            let document = try leadline.mustRun(
                "commissions", "statement", "--partner", partner, "--month", String(at.prefix(7)), "--json").objects().first
            return (document?["sums"] as? [[String: Any]])?.first?["netMinorUnits"] as? Int
        }
        #expect(try net("p-a") == 56_000)
        #expect(try net("p-b") == 24_000)
        #expect(try leadline.mustRun("commissions", "share", "--lead", "l1", "--with", "p-z=1").out.contains("p-z"))
        #expect(try leadline.run("commissions", "share", "--lead", "l1", "--with", "p-b=6000", "--with", "p-a=6000").code != 0)
        for wrong in ["p-b", "p-b=", "p-b=x", "p-b=-1"] {
            #expect(try leadline.run("commissions", "share", "--lead", "l1", "--with", wrong).err.contains("--with"), "\(wrong)")
        }
        // With nobody named the winner has all of it.
        try leadline.mustRun("commissions", "share", "--lead", "l1")
        #expect(try net("p-a") == 80_000)
        #expect(try leadline.mustRun("audit", "verify").code == 0)
    }
}
