import ChildPrograms
import Foundation
import Testing

/// Goal: what an auditor gets verifies in a program that is not ours, and what was changed does not. Method: checkpoints,
/// proofs, an archive and the access log of a small program, given to a Python program that needs no library, as they are
/// and then with one thing changed in each.
@Suite struct IndependentVerifierTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "JournalTests/Independent/verify.py").path

    private static let isPythonThere: Bool = {
        (try? run(["-c", "pass"]))?.ending == .exited(0)
    }()

    private static func run(_ arguments: [String]) throws -> (ending: ChildProgram.Ending, output: String) {
        try ChildProgram("/usr/bin/env", ["python3", "-B"] + arguments).read(withErrors: true)
    }

    @Test func theProgramIsShortEnoughToBeRead() throws {
        let text = try String(contentsOfFile: Self.script, encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    }

    @Test(.enabled(if: isPythonThere)) func whatAnAuditorGetsVerifies() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        let first = try binary.mustRun("audit", "checkpoint").out
        for number in 1...3 {
            let lead = #"{"leadId":"lead-\#(number)","country":"IT","contact":{"email":"p\#(number)@people.example"}}"#
            try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("lead.jsonl", lead + "\n"))
            try binary.mustRun("run", "--once", "--quiet")
            try binary.mustRun("leads", "show", "lead-\(number)", "--unseal", "--reason", "test")
        }
        let proof = try binary.file("lead.tlog-proof", try binary.mustRun("audit", "prove", "--lead", "lead-2").out)
        let size = String(first.split(separator: "\n")[1])
        let later = try binary.file("later.proof", try binary.mustRun("audit", "prove", "--from", size).out)
        let archive = binary.root.appendingPathComponent("archive").path
        try binary.mustRun("export", archive)
        let held = try binary.file("held", try binary.mustRun("audit", "checkpoint").out)
        let access = binary.data + "/access.jsonl"
        let files = [held, proof, later, archive, access]
        let all = try Self.run([Self.script, key] + files)
        #expect(all.ending == .exited(0) && all.output.split(separator: "\n").count == files.count, "\(all.output)")

        let changes: [(file: String, from: String, to: String)] = [
            (held, "demo\n", "demo\n1"), (proof, "index ", "index 1"), (later, "\n--\n", "\n--\n\n"), (access, "lead", "laed"),
            (access, "\n{", "\n\n{"), (archive + "/README.txt", "Leadline", "Leadlime"), (archive + "/keys.txt", "demo", "dema"),
        ]
        for change in changes {
            let text = try String(contentsOfFile: change.file, encoding: .utf8)
            let changed = text.replacing(change.from, with: change.to, maxReplacements: 1)
            #expect(changed != text, "\(change.file)")
            try Data(changed.utf8).write(to: URL(fileURLWithPath: change.file))
            let result = try Self.run([Self.script, key] + files)
            #expect(result.ending == .exited(1) && result.output.contains("NOT VERIFIED"), "\(change): \(result.output)")
            try Data(text.utf8).write(to: URL(fileURLWithPath: change.file))
        }
        // The tail of the access log.
        let lines = try String(contentsOfFile: access, encoding: .utf8).split(separator: "\n")
        try Data((lines.dropLast().joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: access))
        #expect(try Self.run([Self.script, key, held, access]).ending == .exited(1))
    }
}
