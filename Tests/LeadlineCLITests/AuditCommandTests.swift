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
        #expect(checked.out.contains("lead lead-1 assigned to") && checked.out.hasSuffix("verified\n"))
        #expect(try binary.run("audit", "check", proof).code == 2)
        let changed = try binary.file("changed", String(contentsOfFile: proof, encoding: .utf8).replacing("index ", with: "index 1"))
        #expect(try binary.run("audit", "check", changed, "--key", key).code == 1)

        let archive = binary.root.appendingPathComponent("demo.tar").path
        try binary.mustRun("export", archive)
        #expect(try binary.mustRun("audit", "check", archive, "--key", key).out.hasSuffix("verified\n"))
        try binary.mustRun("audit", "verify", "--archive", archive, "--key", key, "--checkpoint", held)
        #expect(try binary.mustRun("replay", "--archive", archive).out.contains("everything came out as recorded"))
        #expect(try binary.mustRun("explain", "lead-1", "--archive", archive).out.contains("Recomputed"))
        let report = try binary.mustRun("audit", "verify", "--key", key, "--checkpoint", held, "--json").objects()[0]
        #expect((report["programs"] as? [[String: Any]])?.first?["checkpoints"] as? Int == 3)
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
}
