import Foundation
import Testing

/// Goal: two programs in one folder are two: no command that is asked of one says anything of the other. Method: two
/// programs whose ids, leads and partners are words of their own; every command is asked of each in turn, and what it
/// prints or writes is searched for the other's words.
@Suite struct SeparateProgramsTests {
    private static let names = ["alder", "birch"]

    /// Each has a lead, a partner, a rejected record, a waiting outcome and an opened person.
    private static func folder() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--program", names[0], "--master-key-file", binary.key)
        let controls = try binary.file("register.jsonl", #"{"name":"other","currency":"EUR"}"# + "\n")
        try binary.mustRun("produce", "controls", "--type", "leadline.v1.ProgramRegistered", controls, "--program", names[1])
        try binary.mustRun("run", "--once", "--quiet")
        for name in names {
            let program = ["--program", name]
            try binary.mustRun(["policy", "apply", "-f", binary.data + "/policy.yaml"] + program)
            let partner = #"{"partnerId":"partner-of-\#(name)","name":"x","countries":["IT"],"languages":["it"]}"#
            try binary.mustRun(
                ["produce", "partners", "--type", "leadline.v1.PartnerUpserted", try binary.file("p.jsonl", partner + "\n")] + program)
            let lead = #"{"leadId":"lead-of-\#(name)","country":"IT","contact":{"email":"\#(name)@people.example"}}"#
            try binary.mustRun(
                ["produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("l.jsonl", lead + "\n")] + program)
            let early = #"{"leadId":"early-of-\#(name)","partnerId":"partner-of-\#(name)"}"#
            try binary.mustRun(
                ["produce", "outcomes", "--type", "leadline.v1.LeadAccepted", try binary.file("o.jsonl", early + "\n")] + program)
            // A record that is refused once it is read: no lead has this id, and it is too late for one.
            let bad = #"{"specversion":"1.0","id":"bad-\#(name)","source":"/\#(name)","type":"leadline.v1.LeadSubmitted","data":{"leadId":"","message":"refused of \#(name)"}}"#
            _ = try binary.run(["produce", "leads", "--raw", try binary.file("b.jsonl", bad + "\n")] + program)
            try binary.mustRun("run", "--once", "--quiet")
            try binary.mustRun(["leads", "show", "lead-of-\(name)", "--unseal", "--reason", "of \(name)"] + program)
        }
        return binary
    }

    @Test func noCommandOfOneSaysAnythingOfTheOther() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let commands: [[String]] = [
            ["leads", "list"], ["leads", "list", "--json"], ["partners", "list"], ["policy", "show"], ["report"], ["model", "show"],
            ["audit", "records"], ["audit", "records", "--json"], ["audit", "records", "--section", "access"],
            ["audit", "checkpoint"], ["audit", "checkpoint", "--all", "--json"], ["audit", "checkpoint", "--key"],
            ["audit", "prove", "--position", "0"], ["consume", "decisions"], ["consume", "journal"], ["consume", "deadletter"],
            ["consume", "deadletter", "--unseal"], ["deadletter", "list"], ["deadletter", "list", "--json"], ["verify"], ["replay"],
            ["network", "show"], ["deadletter", "resubmit", "--all", "--dry-run"],
        ]
        for (name, other) in [(0, 1), (1, 0)].map({ (Self.names[$0], Self.names[$1]) }) {
            for command in commands {
                let result = try binary.run(command + ["--program", name])
                #expect(!result.out.contains(other) && !result.err.contains(other), "\(command) of \(name): \(result.out)\(result.err)")
            }
            // What is the other's is not there for this one.
            for command in [
                ["leads", "show", "lead-of-\(other)"], ["leads", "show", "lead-of-\(other)", "--unseal"], ["explain", "lead-of-\(other)"],
                ["audit", "dossier", "--subject", "lead-of-\(other)"], ["audit", "dossier", "--subject", "\(other)@people.example"],
                ["audit", "prove", "--lead", "lead-of-\(other)"],
                ["audit", "erase", "--subject", "\(other)@people.example", "--requested-by", "x"],
                ["audit", "erase", "--subject", "lead-of-\(other)", "--requested-by", "x"],
            ] {
                let result = try binary.run(command + ["--program", name])
                #expect(result.code == 2 && result.out.isEmpty, "\(command) of \(name): \(result.code) \(result.out)")
            }
            let archive = binary.root.appendingPathComponent("of-\(name)").path
            try binary.mustRun("export", archive, "--program", name)
            for path in try FileManager.default.subpathsOfDirectory(atPath: archive) {
                #expect(!path.contains(other))
                guard let data = FileManager.default.contents(atPath: archive + "/" + path) else { continue }
                #expect(data.range(of: Data(other.utf8)) == nil, "\(path) of \(name)")
            }
        }
        // Both are there for their own, and erasing in one leaves the other's.
        try binary.mustRun("audit", "erase", "--subject", "alder@people.example", "--requested-by", "x", "-o", binary.data + "/erased")
        let kept = try binary.mustRun("leads", "show", "lead-of-birch", "--unseal", "--program", "birch").out
        #expect(kept.contains("birch@people.example"))
        let key = try binary.file("alder.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        try binary.mustRun("audit", "checkpoint")
        try binary.mustRun("verify", "--program", "alder", "--key", key)
        let both = try binary.run("verify", "--key", key)
        #expect(both.code == 1 && both.out.contains("no key you named is this program's") && both.out.contains("alder"))
    }
}
