import Foundation
import Testing

/// Goal: an auditor's walk works as the README tells it. Method: the built program, in a folder of its own; what is
/// checked offline is checked in a folder with nothing else in it.
@Suite struct AuditCommandTests {
    private static let lead = #"{"leadId":"lead-1","country":"IT","vertical":"manufacturing","dealValue":{"minorUnits":"8000000","currency":"EUR"},"contact":{"email":"kim@example.com"}}"#

    private func size(_ note: String) -> String { String(note.split(separator: "\n")[1]) }

    @Test func theAuditorsWalk() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key, "--log-name", "vendor.example/leads")
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let first = try binary.mustRun("audit", "checkpoint").out
        #expect(first.hasPrefix("vendor.example/leads/demo\n"))
        let held = try binary.file("held", first)

        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("leads.jsonl", Self.lead + "\n"))
        try binary.mustRun("run", "--once", "--quiet")
        let proof = try binary.file("proof", try binary.mustRun("audit", "prove", "--lead", "lead-1").out)
        let consistency = try binary.file("consistency", try binary.mustRun("audit", "prove", "--from", size(first)).out)
        let checked = try binary.mustRun("audit", "check", proof, consistency, held, "--key", key)
        #expect(checked.out.contains("lead-1 assigned to") && checked.out.hasSuffix("verified\n"))
        #expect(try binary.run("audit", "check", proof).code == 2)
        let changed = try binary.file("changed", String(contentsOfFile: proof, encoding: .utf8).replacing("index ", with: "index 1"))
        #expect(try binary.run("audit", "check", changed, "--key", key).code == 1)
        // A key file is read whatever ends its lines; what is no key is refused, and never passed over.
        let text = try String(contentsOfFile: key, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        for ending in ["\n", "\r\n", "\r"] {
            let file = try binary.file("ended.vkey", "# the log's\(ending)\(ending)\(text)\(ending)")
            try binary.mustRun("audit", "check", proof, consistency, held, "--key", file)
        }
        for wrong in ["", "#", "# \(text)", "no key"] {
            let refused = try binary.run("audit", "check", proof, "--key", wrong)
            #expect(refused.code == 2 && refused.err.hasPrefix("error: "), "'\(wrong)'")
        }

        let archive = binary.root.appendingPathComponent("demo.tar").path
        try binary.mustRun("export", archive)
        #expect(try binary.mustRun("audit", "check", archive, "--key", key).out.hasSuffix("verified\n"))
        try binary.mustRun("audit", "verify", "--archive", archive, "--key", key, "--checkpoint", held)
        #expect(try binary.mustRun("replay", "--archive", archive).out.contains("everything came out as recorded"))
        #expect(try binary.mustRun("explain", "lead-1", "--archive", archive).out.contains("Recomputed"))
        #expect(try binary.mustRun("replay", "--logic", "1").out.contains("under logic version 1, by the policies that were published"))
        #expect(try binary.run("replay", "--logic", "99").code == 2)
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        let access = try binary.mustRun("audit", "records", "--section", "access").out
        #expect(access.contains("partners apply demo ") && access.contains("shown to nobody") && !access.contains("@"))
        let report = try binary.mustRun("audit", "verify", "--key", key, "--checkpoint", held, "--json").objects()[0]
        #expect((report["programs"] as? [[String: Any]])?.first?["checkpoints"] as? Int ?? 0 >= 3)
    }

    @Test func aWitnessCosignsWhatFollowsAndNothingElse() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let witness = binary.root.appendingPathComponent("witness.key").path
        func cosign(_ file: String) throws -> Binary.Result {
            try binary.run("audit", "cosign", file, "--key", key, "--witness-key-file", witness, "--name", "auditor.example")
        }
        let first = try binary.mustRun("audit", "checkpoint").out
        let cosigned = try cosign(try binary.file("first", first))
        #expect(cosigned.code == 0 && cosigned.out.hasPrefix(first))
        let witnessKey = try #require(cosigned.err.split(separator: "\n").last?.split(separator: " ").last.map(String.init))
        let added = try binary.mustRun("audit", "checkpoint", "--add", try binary.file("cosigned", cosigned.out), "--witness", witnessKey)
        #expect(added.out == "1 cosignature added\n")

        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        let second = try binary.file("second", try binary.mustRun("audit", "checkpoint").out)
        let refused = try cosign(second)
        #expect(refused.code == 1 && refused.err.contains("--from \(size(first))"))
        let proof = try binary.file("proof", try binary.mustRun("audit", "prove", "--from", size(first)).out)
        #expect(try cosign(proof).code == 0)
    }

    /// Lead 1 decided, a checkpoint, lead 2 decided: what stands before the checkpoint moves to an archive.
    @Test func oldEntriesMoveToAnArchive() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        func lead(_ number: Int) throws {
            let line = Self.lead.replacing("lead-1", with: "lead-\(number)").replacing("kim@", with: "kim\(number)@")
            try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("lead-\(number).jsonl", line + "\n"))
            try binary.mustRun("run", "--once", "--quiet")
        }
        try lead(1)
        let held = try binary.file("held", try binary.mustRun("audit", "checkpoint").out)
        let size = try #require(UInt64(size(try String(contentsOfFile: held, encoding: .utf8))))
        try lead(2)
        let before = try binary.mustRun("audit", "prove", "--from", "\(size)").out

        let archive = binary.root.appendingPathComponent("old.tar").path
        let missing = try binary.run("archive", "--through", "1", "-o", archive)
        #expect(missing.code == 1 && missing.err.contains("--through \(size - 1)"))
        let moved = try binary.mustRun("archive", "--through", "\(size - 1)", "-o", archive, "--archived-by", "records-office", "--json").objects()[0]
        #expect(moved["first"] as? Int == 0 && moved["next"] as? UInt64 == size && moved["removed"] as? UInt64 == size)

        // The archive alone, the rest alone, and both together.
        #expect(try binary.mustRun("audit", "check", archive, "--key", key, held).out.hasSuffix("verified\n"))
        let rest = try binary.mustRun("verify", "--key", key, "--checkpoint", held).out
        #expect(rest.contains("NOT decided again") && rest.contains("from position \(size) on"))
        let both = try binary.mustRun("verify", "--key", key, "--checkpoint", held, "--with-archive", archive).out
        #expect(both.contains("checked as all others") && !both.contains("NOT decided again"))
        #expect(try binary.mustRun("replay").out.contains("NOT replayed"))
        #expect(try binary.mustRun("replay", "--with-archive", archive).out.contains("everything came out as recorded"))
        let explained = try binary.run("explain", "lead-1")
        #expect(explained.code == 2 && explained.err.contains("--with-archive \(archive)"), "\(explained.err)")
        #expect(try binary.mustRun("explain", "lead-1", "--with-archive", archive).out.contains("Recomputed"))
        #expect(try binary.mustRun("explain", "lead-2").out.contains("Recomputed"))
        #expect(try binary.mustRun("audit", "dossier", "--subject", "kim1@example.com", "--with-archive", archive).out.contains("lead-1"))

        #expect(try binary.mustRun("audit", "dossier", "--subject", "lead-2").out.contains("1 of 1 decision reproduced"))
        #expect(try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml").out.contains("not in the file"))
        #expect(try binary.mustRun("audit", "erase", "--subject", "kim1@example.com", "--requested-by", "phone", "-o", binary.data + "/erased").out.contains("archived"))

        // Proofs hold, the processor goes on, and the records tell of it.
        try binary.mustRun("audit", "check", try binary.file("before", before), "--key", key)
        try binary.mustRun("audit", "check", try binary.file("after", try binary.mustRun("audit", "prove", "--from", "\(size)").out), "--key", key)
        try lead(3)
        #expect(try binary.mustRun("audit", "records", "--section", "retention").out.contains("archived entries 0 to \(size - 1) by records-office"))
        #expect(try binary.run("audit", "records", "--section", "fairness").code == 2)
        #expect(try binary.mustRun("audit", "records", "--section", "changes", "--with-archive", archive).out.contains("logic version"))
        #expect(try binary.run("export", binary.root.appendingPathComponent("all.tar").path).code == 2)
        let all = binary.root.appendingPathComponent("all.tar").path
        try binary.mustRun("export", all, "--with-archive", archive)
        #expect(try binary.mustRun("audit", "check", all, "--key", key).out.hasSuffix("verified\n"))

        // Repeating it changes nothing; another archive in its place is refused.
        #expect(try binary.mustRun("archive", "--through", "\(size - 1)", "-o", archive).out.contains("left the journal"))
        let other = try binary.run("verify", "--with-archive", all)
        #expect(other.code == 1 && other.err.contains("digest"), "\(other.err)")
        #expect(try binary.run("archive", "--through", "\(size - 1)", "-o", all).code == 1)
        try Data("x".utf8).write(to: URL(fileURLWithPath: archive))
        #expect(try binary.run("explain", "lead-1", "--with-archive", archive).code != 0)
    }
}
