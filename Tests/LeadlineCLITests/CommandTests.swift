import ChildPrograms
import Foundation
import Testing

/// The commands as a whole, through the built product.
struct CommandTests {
    /// A data folder with the sample policy and partners in force.
    private func program() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--master-key-file", binary.key, "--key-seed", "test")
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        return binary
    }

    private let leads = """
        {"leadId":"l-1","accountDomain":"officine.example","contact":{"givenName":"Marta","email":"marta@officine.example"},"country":"IT","language":"it","vertical":"manufacturing","dealValue":{"minorUnits":"4500000","currency":"EUR"}}
        {"leadId":"l-2","country":"NO","language":"no","vertical":"energy","dealValue":{"minorUnits":"3000000","currency":"EUR"}}
        {"leadId":"l-3","country":"JP"}

        """

    @Test("From an empty folder to decisions that a consumer reads")
    func wholeWay() throws {
        let binary = try program()
        let produced = try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: leads)
        #expect(produced.out == "3 records on leadline.leads\n")
        try binary.mustRun("run", "--once", "--quiet")

        let rows = try binary.mustRun("leads", "list", "--json").objects()
        let byLead = Dictionary(uniqueKeysWithValues: rows.map { ($0["lead"] as? String ?? "", $0) })
        #expect(byLead["l-1"]?["partner"] as? String == "alpi-automazione")
        #expect(byLead["l-2"]?["partner"] as? String == "fjord-data")
        #expect(byLead["l-3"]?["status"] as? String == "escalated")

        let decisions = try binary.mustRun("consume", "decisions", "--json").objects()
        let types = decisions.compactMap { $0["type"] as? String }
        #expect(types.count { $0 == "leadline.v1.LeadAssigned" } == 2)
        #expect(types.count { $0 == "leadline.v1.LeadEscalated" } == 1)
        #expect(decisions.allSatisfy { $0["specversion"] as? String == "1.0" && $0["source"] as? String == "/leadline/demo" })
        #expect(Set(decisions.compactMap { $0["id"] as? String }).count == decisions.count)

        let rest = try binary.mustRun("consume", "decisions", "--json", "--from", "1", "--limit", "1", "--offsets")
        #expect(try rest.objects().first?["id"] as? String == decisions[1]["id"] as? String)
        #expect(rest.err == "next offset 2\n")
        try binary.remove()
    }

    @Test("Personal data is shown only to who asks for it, and nowhere else")
    func privacy() throws {
        let binary = try program()
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: leads)
        try binary.mustRun("run", "--once", "--quiet")
        let sealed = try binary.mustRun("leads", "show", "l-1")
        #expect(!sealed.out.contains("Marta"))
        let journal = try binary.mustRun("consume", "journal", "--json")
        #expect(!journal.out.contains("marta@officine.example") && !journal.out.contains("officine"))
        let opened = try binary.mustRun("leads", "show", "l-1", "--unseal", "--reason", "asked by Marta")
        #expect(opened.out.contains("contact.email: marta@officine.example"))
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: #"{"leadId":""}"#)
        try binary.mustRun("run", "--once", "--quiet")
        try binary.mustRun("consume", "deadletter", "--unseal", "--reason", "looked at")
        try binary.mustRun("deadletter", "show", "0", "--unseal", "--reason", "looked at again")
        let log = try String(contentsOfFile: binary.data + "/access.jsonl", encoding: .utf8)
        for (command, reason) in [("leads show", "asked by Marta"), ("consume deadletter", "looked at"), ("deadletter show", "looked at again")] {
            #expect(log.contains(#""command":"\#(command)""#) && log.contains(#""reason":"\#(reason)""#), "\(command)")
        }
        for arguments in [["leads", "show", "l-1"], ["consume", "deadletter"], ["deadletter", "show", "0"]] {
            let refused = try binary.run(arguments + ["--reason", "none"])
            #expect(refused.code == 2 && refused.err.contains("--reason goes with --unseal"), "\(arguments)")
        }
        try binary.remove()
    }

    @Test("A file that is applied again changes nothing; a changed one says what changed")
    func applyAgain() throws {
        let binary = try program()
        let policy = try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        #expect(policy.out.contains("in force already"))
        let partners = try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        #expect(partners.out == "0 new, 0 changed, 6 unchanged, 0 not in the file\n")

        let text = try String(contentsOfFile: binary.data + "/partners.yaml", encoding: .utf8)
        let file = try binary.file("changed.yaml", text.replacing("open_leads_max: 15", with: "open_leads_max: 16").replacing("hola@", with: "ola@"))
        let dry = try binary.mustRun("partners", "apply", "-f", file, "--dry-run")
        #expect(dry.out.contains("  ~ capacity.open_leads_max: 15 -> 16"))
        #expect(dry.out.contains("  ~ contact_email: (sealed) -> (sealed)"))
        #expect(dry.out.contains("0 new, 1 changed, 5 unchanged"))
        try binary.mustRun("partners", "apply", "-f", file)
        let listed = try binary.mustRun("partners", "list", "--json").objects()
        #expect(listed.first { $0["partner"] as? String == "tajo-digital" }?["openLeadsMax"] as? Int == 16)

        let shown = try binary.mustRun("policy", "show")
        let again = try binary.mustRun("policy", "apply", "-f", "-", input: shown.out)
        #expect(again.out.contains("in force already"))
        try binary.remove()
    }

    @Test("A wrong file names file, line, path and reason, and publishes nothing")
    func wrongFiles() throws {
        let binary = try program()
        let typo = try binary.file("typo.yaml", "name: x\nsla:\n  first_response_minuets: 5\n")
        let first = try binary.run("policy", "apply", "-f", typo)
        #expect(first.code == 1)
        #expect(first.err.contains("typo.yaml:3: sla.first_response_minuets"))

        let partners = try binary.file("wrong.yaml", """
            partners:
              - partner_id: good
                countries: [IT]
              - partner_id: bad
                countries: [Italy]
              - partner_id: "worse one"

            """)
        let second = try binary.run("partners", "apply", "-f", partners)
        #expect(second.code == 1)
        #expect(second.err.contains("wrong.yaml:5: partners[1].countries"))
        #expect(second.err.contains("wrong.yaml:6: partners[2].partner_id"))
        #expect(try binary.mustRun("partners", "list", "--json").lines.count == 6)

        #expect(try binary.run("policy", "apply", "-f", try binary.file("broken.yaml", "name: [x\n")).code == 2)
        try binary.remove()
    }

    @Test("A bad line is named and not quoted; the others still go")
    func badLine() throws {
        let binary = try program()
        let input = "{\"leadId\":\"l-1\",\"country\":\"IT\"}\nMarta Secret\n{\"leadId\":\"l-2\",\"country\":\"IT\"}\n"
        let checked = try binary.run("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: input)
        #expect(checked.code == 2)
        #expect(checked.err.contains("stdin:2") && !checked.err.contains("Secret"))
        #expect(checked.out == "2 records on leadline.leads, 1 line not sent\n")
        let unchecked = try binary.mustRun("produce", "leads", "--no-check", "--type", "leadline.v1.LeadSubmitted", "-", input: "Marta Secret\n")
        #expect(unchecked.out == "1 record on leadline.leads\n")
        try binary.mustRun("run", "--once", "--quiet")
        let letters = try binary.mustRun("deadletter", "list", "--json").objects()
        #expect(letters.map { $0["reason"] as? String } == ["malformed"])
        try binary.remove()
    }

    @Test("A record that came too early is resubmitted, byte for byte")
    func resubmit() throws {
        let binary = try program()
        try binary.mustRun(
            "produce", "leads", "--key", "late", "--id-prefix", "e-", "--type", "leadline.v1.LeadSubmitted", "-",
            input: "{\"leadId\":\"l-9\", \"country\":\"IT\"}\n")
        try binary.mustRun("run", "--once", "--quiet")
        let letter = try #require(try binary.mustRun("consume", "deadletter", "--json", "--unseal").objects().first)
        #expect(letter["reason"] as? String == "unknown-program")
        let value = (letter["record"] as? [String: Any])?["value"] as? [String: Any]
        #expect(value?["text"] as? String == "{\"leadId\":\"l-9\", \"country\":\"IT\"}")

        try binary.mustRun(
            "produce", "controls", "--key", "late", "--type", "leadline.v1.ProgramRegistered", "-",
            input: "{\"name\":\"late\",\"currency\":\"EUR\"}\n")
        try binary.mustRun("run", "--once", "--quiet")
        try binary.mustRun("deadletter", "resubmit", "--reason", "unknown-program")
        let leads = try binary.mustRun("leads", "list", "--program", "late", "--json").objects()
        #expect(leads.map { $0["lead"] as? String } == ["l-9"])
        try binary.remove()
    }

    @Test("A folder that a processor holds is refused to a second one, and apply leaves the work to the first")
    func locked() throws {
        let binary = try program()
        var program = try binary.program(["run"])
        let pipe = Pipe()
        program.errors = pipe.fileHandleForWriting
        let processor = try program.start()
        defer { processor.terminate() }
        try pipe.fileHandleForWriting.close()
        // The first line comes once the lock is held.
        var said = Data()
        while !said.contains(UInt8(ascii: "\n")) {
            let part = pipe.fileHandleForReading.availableData
            try #require(!part.isEmpty, "the processor ended before it started")
            said += part
        }
        let second = try binary.run("run", "--once")
        #expect(second.code == 3)
        #expect(second.err.contains("another leadline process works on"))
        let text = try String(contentsOfFile: binary.data + "/policy.yaml", encoding: .utf8)
        let file = try binary.file("policy.yaml", text.replacing("attempts_max: 3", with: "attempts_max: 4"))
        let applied = try binary.mustRun("policy", "apply", "-f", file)
        #expect(applied.err.contains("takes it up"))
        processor.terminate()
        #expect(processor.wait() == .exited(0))
        try binary.mustRun("run", "--once", "--quiet")
        #expect(try binary.mustRun("policy", "show").out.contains("attempts_max: 4"))
        try binary.remove()
    }

    @Test("Exit codes say what kind of thing went wrong")
    func exitCodes() throws {
        let binary = try Binary()
        #expect(try binary.run("leads", "list").code == 3)
        #expect(try binary.run("no-such-command").code == 2)
        #expect(try binary.run("produce", "decisions").code == 2)
        #expect(try binary.run("consume", "leads", "--from", "-1").code == 2)
        #expect(try binary.run("init", "--currency", "euro").code == 2)
        #expect(!FileManager.default.fileExists(atPath: binary.data))
        try binary.mustRun("init", "--master-key-file", binary.key)
        #expect(try binary.run("init", "--master-key-file", binary.key).code == 0)
        #expect(try binary.run("init", "--master-key-file", binary.key, "--program", "another").code == 3)
        #expect(try binary.run("leads", "show", "nobody").code == 2)
        #expect(try binary.run("produce", "leads", "absent.jsonl").code == 2)
        #expect(try binary.mustRun("leads", "list").out.contains("leadline produce"))
        try binary.remove()
    }

    /// A published calendar goes into a policy file, again in place of itself, and the rest of the file stays as it was.
    @Test func aHolidayCalendarGoesIntoAPolicy() throws {
        let binary = try program()
        func calendar(_ day: String) throws -> String {
            try binary.file(
                "de.ics",
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:\(day)\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        }
        let given = ["--country", "DE", "--from", "2026", "--years", "2"]
        let printed = try binary.mustRun(["policy", "holidays", try calendar("20201225")] + given)
        #expect(printed.out == "holiday_calendars:\n  - name: \"DE\"\n    countries: [\"DE\"]\n    dates:\n      [\"2026-12-25\", \"2027-12-25\"]\n")
        let before = try String(contentsOfFile: binary.data + "/policy.yaml", encoding: .utf8)
        let file = try binary.file("policy.yaml", before)
        try binary.mustRun(["policy", "holidays", try calendar("20201225"), "--policy", file] + given)
        try binary.mustRun(["policy", "holidays", try calendar("20201226"), "--policy", file, "--name", "boxing"] + given)
        let again = try binary.mustRun(["policy", "holidays", try calendar("20201224"), "--policy", file] + given)
        #expect(again.err.contains("replaced"))
        let after = try String(contentsOfFile: file, encoding: .utf8)
        let added = after.dropFirst(before.count)
        #expect(after.hasPrefix(before) && added.contains("2026-12-24") && added.contains("boxing") && !added.contains("2026-12-25"))
        #expect(try binary.mustRun("policy", "apply", "-f", file).out.contains("holiday"))
        let refused = try binary.run(["policy", "holidays", try binary.file("bad.ics", "BEGIN:VCALENDAR\nhello\n")] + given)
        #expect(refused.code != 0 && refused.err.contains("bad.ics:2"))
        #expect(try binary.run("policy", "holidays", file).code != 0)
        try binary.remove()
    }

    @Test(
        "Every command explains itself",
        arguments: [
            [], ["init"], ["run"], ["produce"], ["consume"], ["partners"], ["partners", "apply"], ["partners", "list"], ["policy"],
            ["policy", "apply"], ["policy", "show"], ["policy", "holidays"], ["leads"], ["leads", "list"], ["leads", "show"], ["deadletter"],
            ["deadletter", "list"], ["deadletter", "show"], ["deadletter", "resubmit"], ["import"], ["explain"], ["replay"],
            ["verify"], ["report"], ["pilot"], ["pilot", "report"], ["forecast"], ["bench"], ["demo"], ["exit-codes"],
        ])
    func help(_ command: [String]) throws {
        let binary = try Binary()
        let (ending, text) = try binary.program(command + ["--help"]).read()
        #expect(ending == .exited(0))
        #expect(text.contains("OVERVIEW:") && text.contains("USAGE: leadline"))
        try binary.remove()
    }
}
