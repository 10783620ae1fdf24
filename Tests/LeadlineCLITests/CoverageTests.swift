import Foundation
import Testing

/// Goal: what is missing, older or another's stops with what to do, and "verified" says what it covers. Method: the built
/// program in a folder of its own, whose files are taken away, put back from a copy, or changed.
@Suite struct CoverageTests {
    private static func lead(_ number: Int) -> String {
        #"{"leadId":"lead-\#(number)","country":"IT","contact":{"givenName":"N\#(number)","email":"p\#(number)@people.example"}}"#
    }

    /// A program with two leads, everything signed.
    private static func folder() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        try submit(1, to: binary)
        try submit(2, to: binary)
        return binary
    }

    private static func submit(_ number: Int, to binary: Binary) throws {
        let file = try binary.file("lead.jsonl", lead(number) + "\n")
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", file)
        try binary.mustRun("run", "--once", "--quiet")
    }

    private static func replace(_ path: String, with other: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        try FileManager.default.copyItem(atPath: other, toPath: path)
    }

    @Test func aMissingVaultStopsEveryCommandAndIsNotMadeAnew() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let vault = binary.data + "/vault.db"
        let saved = binary.root.appendingPathComponent("saved").path
        try FileManager.default.moveItem(atPath: vault, toPath: saved)
        for command in [
            ["run", "--once", "--quiet"], ["leads", "list"], ["leads", "show", "lead-1", "--unseal"], ["verify"], ["export", "x.tar"],
            ["audit", "dossier", "--subject", "lead-1"], ["audit", "erase", "--subject", "lead-1", "--requested-by", "x"],
            ["deadletter", "list"], ["partners", "apply", "-f", binary.data + "/partners.yaml"], ["audit", "records"],
            ["init", binary.data, "--program", "demo", "--master-key-file", binary.key],
        ] {
            let result = try binary.run(command)
            #expect(result.code == 3 && result.err.contains("vault.db") && result.err.contains("backup"), "\(command): \(result.err)")
            #expect(!FileManager.default.fileExists(atPath: vault), "\(command)")
        }
        try FileManager.default.moveItem(atPath: saved, toPath: vault)
        try binary.mustRun("verify")
    }

    @Test func aMissingKeyFileIsNotMadeAnew() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let logKey = binary.root.appendingPathComponent("master.log.key").path
        try FileManager.default.removeItem(atPath: logKey)
        for name in ["checkpoints.db", "tree.db"] { try FileManager.default.removeItem(atPath: binary.data + "/" + name) }
        let again = ["init", binary.data, "--program", "demo", "--master-key-file", binary.key]
        for command in [["audit", "checkpoint"], ["run", "--once"], ["audit", "rotate-key"], again] {
            let result = try binary.run(command)
            #expect(result.code == 3 && result.err.contains("no log key"), "\(command): \(result.err)")
            #expect(!FileManager.default.fileExists(atPath: logKey))
        }
        try FileManager.default.removeItem(atPath: binary.key)
        for command in [["run", "--once"], ["leads", "show", "lead-1", "--unseal"], again] {
            let result = try binary.run(command)
            #expect(result.code == 3 && result.err.contains("no master key"), "\(command): \(result.err)")
            #expect(!FileManager.default.fileExists(atPath: binary.key))
        }
    }

    @Test func anotherLogsKeyIsNeitherRotatedNorUsed() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let other = try Binary()
        defer { _ = try? other.remove() }
        try other.mustRun("init", other.data, "--program", "demo", "--master-key-file", other.key)
        let path = binary.root.appendingPathComponent("master.log.key").path
        try Self.replace(path, with: other.root.appendingPathComponent("master.log.key").path)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for command in [["audit", "rotate-key"], ["audit", "checkpoint"]] {
            let result = try binary.run(command)
            #expect(result.code == 3 && result.err.contains("not the one that this folder's checkpoints"), "\(result.err)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func anOlderJournalIsNotDecidedOn() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let copy = binary.root.appendingPathComponent("journal.copy").path
        try FileManager.default.copyItem(atPath: binary.data + "/journal.db", toPath: copy)
        try Self.submit(3, to: binary)
        try Self.replace(binary.data + "/journal.db", with: copy)
        let lead = try binary.file("lead.jsonl", Self.lead(4) + "\n")
        let produce = ["produce", "leads", "--type", "leadline.v1.LeadSubmitted", lead]
        for command in [["run", "--once"], produce, ["policy", "apply", "-f", binary.data + "/policy.yaml"], ["leads", "list"]] {
            let result = try binary.run(command)
            if command.first == "policy" && result.code == 0 { continue } // Nothing changed, so nothing was sent.
            #expect(result.code == 1 && result.err.contains("older than"), "\(command): \(result.code) \(result.err)")
        }
        // Without checkpoints the list of leads remembers how much there was.
        for name in ["checkpoints.db", "tree.db"] { try FileManager.default.removeItem(atPath: binary.data + "/" + name) }
        #expect(try binary.run("run", "--once").code == 1)
    }

    @Test func aFolderGivenForAFileIsNamed() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let held = try binary.file("held", try binary.mustRun("audit", "checkpoint").out)
        let folder = binary.data
        for command in [
            ["audit", "check", folder], ["audit", "check", held, "--key", folder], ["audit", "verify", "--checkpoint", folder],
            ["produce", "leads", "--type", "leadline.v1.LeadSubmitted", folder], ["policy", "apply", "-f", folder],
            ["partners", "apply", "-f", folder], ["audit", "erase", "--subjects-file", folder, "--requested-by", "x"],
            ["explain", "lead-1", "--archive", folder], ["replay", "--policy", folder],
        ] {
            let result = try binary.run(command)
            #expect(result.code == 2 && result.err.contains("folder"), "\(command): \(result.code) \(result.err)")
            #expect(!result.err.contains("NSCocoa"))
        }
    }

    @Test func whatNoCheckpointCoversIsSaid() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        try binary.mustRun("audit", "checkpoint")
        let all = try binary.mustRun("verify", "--key", key)
        #expect(all.out.contains("covered: every entry") && !all.out.contains("NOT COVERED"))
        let policy = try String(contentsOfFile: binary.data + "/policy.yaml", encoding: .utf8)
        try binary.mustRun("policy", "apply", "-f", try binary.file("next.yaml", policy.replacing("name: ", with: "name: next ", maxReplacements: 1)))
        let plain = try binary.mustRun("verify")
        #expect(plain.out.contains("NOT COVERED: entries"))
        let pinned = try binary.run("verify", "--key", key)
        #expect(pinned.code == 1 && pinned.out.contains("coverage") && pinned.out.contains("--allow-uncovered"))
        try binary.mustRun("verify", "--key", key, "--allow-uncovered")
        let report = try #require(try binary.run("verify", "--key", key, "--json").objects()[0]["programs"] as? [[String: Any]])
        #expect(report[0]["notCovered"] as? Int == 1)
        try binary.mustRun("audit", "checkpoint")
        try binary.mustRun("verify", "--key", key)
    }

    @Test func afterARotationOldAndNewKeysVerifyAndArchivesAreWritten() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let first = try binary.file("first.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let size = try binary.mustRun("audit", "checkpoint").out.split(separator: "\n")[1]
        try binary.mustRun("audit", "rotate-key")
        let newest = try binary.file("newest.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let report = try binary.mustRun("verify", "--key", newest)
        #expect(report.out.contains("not checked under this key"))
        try binary.mustRun("verify", "--key", first)
        try Self.submit(3, to: binary)
        let archive = binary.root.appendingPathComponent("old.tar").path
        try binary.mustRun("archive", "--through", "\(try #require(Int(size)) - 1)", "-o", archive)
        try binary.mustRun("audit", "check", archive, "--key", first)
        try binary.mustRun("verify", "--key", newest, "--with-archive", archive)
        let all = binary.root.appendingPathComponent("all.tar").path
        try binary.mustRun("export", all, "--with-archive", archive)
        for key in [first, newest] { try binary.mustRun("audit", "check", all, "--key", key) }
    }

    /// Lines of another hand, lines that are gone, and a write that was cut short.
    @Test func theAccessLogIsHeldAgainstKeyAndCheckpoints() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let log = binary.data + "/access.jsonl"
        for lead in ["lead-1", "lead-2"] { try binary.mustRun("leads", "show", lead, "--unseal", "--reason", "test") }
        try binary.mustRun("verify")
        let whole = try String(contentsOfFile: log, encoding: .utf8)
        func damaged(_ text: String) throws -> String {
            try Data(text.utf8).write(to: URL(fileURLWithPath: log))
            defer { _ = try? Data(whole.utf8).write(to: URL(fileURLWithPath: log)) }
            let result = try binary.run("verify")
            #expect(result.code == 1)
            #expect(try binary.run("audit", "records", "--section", "access").code == 1)
            return result.out
        }
        let lines = whole.split(separator: "\n").map(String.init)
        #expect(try damaged(lines.dropLast().joined(separator: "\n") + "\n").contains("its tail was cut off"))
        #expect(try damaged("").contains("its tail was cut off"))
        #expect(try damaged(whole.replacing("\"test\"", with: "\"tost\"")).contains("access log"))
        // The half of a line does not swallow the next, and nothing was shown for it.
        try Data((whole + #"{"command":"leads sh"#).utf8).write(to: URL(fileURLWithPath: log))
        try binary.mustRun("leads", "show", "lead-1", "--unseal", "--reason", "after")
        let verified = try binary.mustRun("verify")
        #expect(verified.out.contains("1 write cut short"))
        #expect(try binary.mustRun("audit", "records", "--section", "access").out.contains("after"))
        // Where it cannot be written, nothing is shown.
        try FileManager.default.removeItem(atPath: log)
        try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: false)
        for command in [["leads", "show", "lead-1", "--unseal"], ["audit", "dossier", "--subject", "lead-1"]] {
            let result = try binary.run(command)
            #expect(result.code == 3 && !result.out.contains("@people.example"), "\(result.out)")
        }
    }

    @Test func theMasterKeyIsReplacedAndEverybodyIsFoundAsBefore() throws {
        let binary = try Self.folder()
        defer { _ = try? binary.remove() }
        let before = try String(contentsOfFile: binary.key, encoding: .utf8)
        let old = binary.root.appendingPathComponent("old.vault").path
        try FileManager.default.copyItem(atPath: binary.data + "/vault.db", toPath: old)
        #expect(try binary.mustRun("keys", "rotate").out.contains("does not undo"))
        let after = try String(contentsOfFile: binary.key, encoding: .utf8)
        #expect(after.split(separator: "\n")[0] != before.split(separator: "\n")[0] && after.contains("old "))
        try Self.submit(3, to: binary)
        // The same person under another lead is one person; the old lead's address opens.
        let again = Self.lead(1).replacing("lead-1", with: "lead-9")
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("again.jsonl", again + "\n"))
        try binary.mustRun("run", "--once", "--quiet")
        for _ in 1...2 {
            let dossier = try binary.mustRun("audit", "dossier", "--subject", "p1@people.example").out
            #expect(dossier.contains("lead-1") && dossier.contains("lead-9") && dossier.contains("p1@people.example"))
            try binary.mustRun("audit", "dossier", "--subject", "p3@people.example")
            #expect(try binary.mustRun("verify").out.contains("opened by the master key"))
            // The second time without the old key.
            _ = try binary.mustRun("keys", "retire")
        }
        #expect(try binary.mustRun("keys", "status").out.contains("nothing to retire"))
        #expect(try !String(contentsOfFile: binary.key, encoding: .utf8).contains("old "))
        try Self.replace(binary.data + "/vault.db", with: old)
        let refused = try binary.run("leads", "show", "lead-1", "--unseal")
        #expect(refused.code == 3 && refused.err.contains("retired"))
    }
}
