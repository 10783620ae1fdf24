import Foundation
import Testing

/// Goal: rights are used, shown and undone from the command line, by whatever name a person is known.
@Suite struct RightsCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file("policy.yaml", "name: p\nsla: {first_response_minutes: 0}\n")
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file("partners.yaml", "partners:\n- partner_id: p-a\n  countries: [IT, DE]\n- partner_id: p-b\n  countries: [IT]\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    private func send(_ topic: String, _ type: String, _ json: String) throws {
        try leadline.mustRun("produce", topic, "--type", "leadline.v1.\(type)", "-", input: json + "\n")
        try leadline.mustRun("run", "--once", "-q")
    }

    private func lead(_ id: String, _ email: String?) throws {
        let contact = email.map { #","contact":{"givenName":"Ann","email":"\#($0)"}"# } ?? ""
        try send("leads", "LeadSubmitted", #"{"leadId":"\#(id)","country":"IT","accountDomain":"\#(id).example"\#(contact)}"#)
    }

    private func statuses() throws -> [String: String] {
        var statuses: [String: String] = [:]
        for lead in try leadline.mustRun("leads", "list", "--json").objects() {
            statuses[lead["lead"] as? String ?? ""] = lead["status"] as? String
        }
        return statuses
    }

    private func show(_ who: String) throws -> [String: Any] {
        try #require(try leadline.mustRun("rights", "show", "--subject", who, "--json").objects().first)
    }

    private func linkCount(_ who: String) throws -> Int? { try (show(who)["links"] as? [Any])?.count }

    private func right(_ arguments: String...) throws -> [String: Any] {
        let all = ["rights"] + arguments + ["--requested-by", "herself", "--json"]
        return try #require(try leadline.mustRun(all).objects().first)
    }

    @Test func restrictionIsUsedShownAndLifted() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1", "ann@x.example")
        try lead("l2", "ann@x.example")
        let restricted = try right("restrict", "--subject", " Ann@X.example", "--reason", "being checked")
        #expect((restricted["told"] as? [String])?.isEmpty == false)
        try lead("l3", "ann@x.example")
        #expect(try statuses().values.allSatisfy { $0 == "escalated" })
        let shown = try show("l1")
        #expect(shown["restricted"] as? Bool == true && shown["objected"] as? Bool == false)
        let id = try #require((shown["subjects"] as? [String])?.first)
        #expect(try show(id)["restricted"] as? Bool == true)
        _ = try right("lift", "--subject", id)
        try leadline.mustRun("run", "--once", "-q")
        #expect(try statuses() == ["l1": "assigned", "l2": "assigned", "l3": "assigned"])
        #expect(try show("l3")["restricted"] as? Bool == false)
        // The requester and the reason are sealed.
        let log = try String(contentsOfFile: leadline.data + "/access.jsonl", encoding: .utf8)
        #expect(log.contains("rights restrict") && log.contains("being checked") && !log.contains("ann@"))
        let dossier = try leadline.mustRun("audit", "dossier", "--subject", "l1").out
        #expect(dossier.contains("restriction") && dossier.contains("being checked"))
        #expect(try leadline.mustRun("audit", "verify").code == 0)
    }

    @Test func objectionOfALeadWithoutAnAddress() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1", nil)
        _ = try right("object", "--subject", "l1")
        #expect(try statuses() == ["l1": "objected"])
        #expect(try leadline.run("rights", "object", "--subject", "l9", "--requested-by", "x").code != 0)
    }

    /// A restriction that a producer sends before the lead comes, in a batch with it, and after a replay.
    @Test func restrictionBeforeTheLead() throws {
        defer { _ = try? leadline.remove() }
        try send("controls", "ProcessingRestricted", #"{"leadId":"l1"}"#)
        try lead("l1", "ann@x.example")
        try FileManager.default.removeItem(atPath: leadline.data + "/derived.db")
        try lead("l2", "ann@x.example")
        #expect(try statuses() == ["l1": "escalated", "l2": "escalated"])
    }

    @Test func rectificationTellsAndLinks() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1", "ann@private.example")
        try lead("l2", "ann@acme.example")
        let told = try right("rectify", "--subject", "ann@private.example", "--email", "ann@acme.example", "--phone", "+39 1")
        #expect((told["told"] as? [String])?.count == 1)
        // The address is hers now; that both are one follows from it alone, so a dossier asks.
        let asked = try leadline.run("audit", "dossier", "--subject", "ann@acme.example")
        #expect(asked.code != 0 && asked.err.contains("--including-linked"))
        let alone = try leadline.mustRun("audit", "dossier", "--subject", "ann@acme.example", "--without-linked").out
        #expect(alone.contains("l1") && !alone.contains("lead l2"))
        #expect(try leadline.mustRun("audit", "dossier", "--subject", "ann@private.example", "--including-linked").out.contains("l2"))
        #expect(try linkCount("l2") == 1)
        // Undone: the address finds who has it now, the former holder is found by a lead; no update links them again.
        _ = try right("unlink", "--subject", "l1", "--from", "l2")
        try send("leads", "LeadUpdated", #"{"leadId":"l1","contact":{"email":"ann@acme.example","phone":"+39 2"}}"#)
        let holder = try show("ann@acme.example")
        #expect((holder["leads"] as? [[String: Any]])?.map { $0["lead"] as? String } == ["l1"])
        #expect(holder["formerHolders"] as? Int == 1)
        #expect(try linkCount("l2") == 0)
        // What somebody states needs no confirmation.
        _ = try right("link", "--subject", "l1", "--with", "l2")
        #expect(try leadline.mustRun("audit", "dossier", "--subject", "l2").out.contains("l1"))
        let note = leadline.root.appendingPathComponent("c.note").path
        let erased = try leadline.mustRun("audit", "erase", "--subject", "l2", "--requested-by", "her", "-o", note, "--json")
        let leads = try erased.objects().first?["leads"] as? [String]
        #expect(leads.map { Set($0) } == ["l1", "l2"])
        #expect(try statuses() == ["l1": "erased", "l2": "erased"])
    }

    /// Neither a telephone number nor a company nor a mailbox that several people read makes two people one.
    @Test(arguments: ["info@acme.example", "Sales+it@acme.example"]) func whatLinksNobody(mailbox: String) throws {
        defer { _ = try? leadline.remove() }
        for id in ["l1", "l2"] {
            try send("leads", "LeadSubmitted", """
                {"leadId":"\(id)","country":"IT","accountDomain":"acme.example",
                 "contact":{"email":"\(id == "l1" ? "ann@acme.example" : mailbox)","phone":"+39 1"}}
                """.replacing("\n", with: ""))
        }
        try send("leads", "LeadUpdated", #"{"leadId":"l1","contact":{"email":"\#(mailbox)"}}"#)
        #expect(try linkCount("l1") == 0)
        #expect(try linkCount("l2") == 0)
        let note = leadline.root.appendingPathComponent("c.note").path
        try leadline.mustRun("audit", "erase", "--subject", "l1", "--requested-by", "her", "-o", note)
        #expect(try statuses()["l2"] == "assigned")
    }

    @Test func aSuppressionOutlivesTheErasure() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1", "ann@x.example")
        let note = leadline.root.appendingPathComponent("c.note").path
        try leadline.mustRun("audit", "erase", "--subject", "l1", "--requested-by", "her", "--suppress", "-o", note)
        try lead("l2", "ANN@x.example")
        try lead("l3", "bob@x.example")
        #expect(try statuses() == ["l1": "erased", "l2": "escalated", "l3": "assigned"])
        #expect(try leadline.mustRun("leads", "show", "l2").out.contains("an address that is suppressed"))
        let listed = try leadline.mustRun("rights", "suppressions", "list", "--json").objects()
        #expect(listed.count == 1 && listed.first?["leads"] as? Int == 1)
        try leadline.mustRun("rights", "suppressions", "lift", "--subject", "ann@x.example")
        try lead("l4", "ann@x.example")
        #expect(try statuses()["l4"] == "assigned")
        #expect(try leadline.run("rights", "suppressions", "lift", "--subject", "ann@x.example").code != 0)
        for file in ["journal.db", "vault.db", "access.jsonl"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: leadline.data + "/" + file))
            #expect(!String(decoding: bytes, as: UTF8.self).lowercased().contains("ann@x.example"), "\(file)")
        }
    }
}
