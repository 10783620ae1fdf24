import Foundation
import Testing

/// Goal: what a program tells people is applied, shown and versioned by one command each, and read by nobody unnoticed.
/// Method: the built program and the example that the documentation names.
@Suite struct ProgramCommandTests {
    private static let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("deploy/examples/program.yaml").path

    private func folder() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        return binary
    }

    @Test func aProfileIsAppliedShownAndVersioned() throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        let none = try binary.run("program", "show")
        #expect(none.code == 2 && none.err.contains("program apply -f"), "\(none)")
        let dry = try binary.mustRun("program", "apply", "-f", Self.example, "--dry-run")
        #expect(dry.out.contains("no profile in force") && dry.out.contains("+ controller.name: "))
        #expect(try binary.run("program", "show").code == 2)
        let first = try binary.mustRun("program", "apply", "-f", Self.example, "--json", "--reason", "first")
        let version = try #require(try first.objects().first?["version"] as? String)
        #expect(version.count == 32)
        #expect(try binary.mustRun("program", "apply", "-f", Self.example).out.contains("in force already"))

        let shown = try binary.mustRun("program", "show").out
        #expect(shown.contains("# Version \(version), position ") && shown.contains("lawful_basis: LAWFUL_BASIS_"))
        let again = try binary.file("again.yaml", shown)
        #expect(try binary.mustRun("program", "apply", "-f", again).out.contains("in force already"), "what is shown can be applied")

        let other = try binary.file("other.yaml", "controller: {name: Another Ltd}\n")
        let change = try binary.mustRun("program", "apply", "-f", other)
        #expect(change.out.contains("~ controller.name: ") && change.out.contains("- lawful_basis: "))
        #expect(try binary.mustRun("program", "show").out.contains("Another Ltd"))
        let older = try binary.mustRun("program", "show", "--version", String(version.prefix(12)), "--json", "--reason", "a complaint")
        let object = try #require(try older.objects().first)
        #expect(object["version"] as? String == version && (object["profile"] as? [String: Any])?["purposes"] != nil)
        #expect(try binary.run("program", "show", "--version", "ffff").code == 2)
        #expect(try binary.run("program", "show", "--version", "").code == 2)
        try binary.mustRun("verify")

        let access = try String(contentsOfFile: binary.data + "/access.jsonl", encoding: .utf8)
        #expect(access.contains("program show") && access.contains("a complaint") && !access.contains("Another"))
        let journal = try Data(contentsOf: URL(fileURLWithPath: binary.data + "/journal.db"))
        #expect(journal.range(of: Data("Another Ltd".utf8)) == nil)
    }

    @Test func whatIsWrongIsNamedByItsLine() throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        for (yaml, says) in [
            ("purposes:\n  - en: x\nstorage_period: 3\n", "wrong.yaml:3: storage_period"),
            ("controller:\n  name: x\n  mail: y\n", "wrong.yaml:3: controller.mail"),
            ("lawful_basis: BECAUSE\n", "wrong.yaml:1"), ("purposes:\n  - {}\n", "purposes"),
            ("no_transfers: true\ntransfers:\n  - country: US\n", "no_transfers"),
            ("controller:\n  name: |\n    two\n    lines\n", "one line"),
        ] {
            let result = try binary.run("program", "apply", "-f", try binary.file("wrong.yaml", yaml))
            #expect(result.code != 0 && result.err.contains(says), "\(yaml): \(result)")
        }
        #expect(try binary.run("program", "show").code == 2)
    }

    /// The letter to a person in every language, signed and checked offline; what is altered shows.
    @Test(arguments: ["en", "de", "fr", "it", "es"]) func aPersonGetsALetter(_ language: String) throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        let lead = #"{"leadId":"lead-1","country":"IT","vertical":"manufacturing","message":"Call <me> \"now\"","dealValue":{"minorUnits":"8000000","currency":"EUR"},"contact":{"email":"kim@example.com","familyName":"Quandary"}}"#
        try binary.mustRun(
            "produce", "leads", "--type", "leadline.v1.LeadSubmitted", "--source", "https://acme.example/contact",
            try binary.file("leads.jsonl", lead + "\n"))
        try binary.mustRun("run", "--once", "--quiet")

        func letter(_ arguments: String...) throws -> Binary.Result {
            try binary.mustRun(["audit", "dossier", "--subject", "kim@example.com", "--edition", "subject", "--language", language] + arguments)
        }
        let before = try letter().out
        #expect(before.contains("Quandary") && !before.contains("privacy@acme.example"))
        try binary.mustRun("program", "apply", "-f", Self.example)
        let (page, note) = (binary.root.appendingPathComponent("letter.html").path, binary.root.appendingPathComponent("letter.note").path)
        _ = try letter("--html", page, "--signed", note, "--reason", "Art. 15")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<html lang=\"\(language)\">") && html.contains("Quandary") && html.contains("privacy@acme.example"))
        #expect(html.contains("https://acme.example/contact") && html.contains("Call &lt;me&gt; &quot;now&quot;") && html.contains("Beispiel Hosting AG"))
        #expect(html.contains("&lt;i") == false && !html.contains("conversion of") && !html.contains("LAWFUL_BASIS"))

        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        #expect(try binary.mustRun("audit", "check", note, "--key", key).out.contains("Quandary"))
        #expect(try binary.run("audit", "check", note).code == 2)
        let text = try String(contentsOfFile: note, encoding: .utf8)
        let altered = try binary.file("altered.note", text.replacing("Quandary", with: "Quandery"))
        #expect(try binary.run("audit", "check", altered, "--key", key).code == 1)

        let json = try #require(try JSONSerialization.jsonObject(with: Data(try letter("--json", "-").out.utf8)) as? [String: Any])
        let statement = try #require(json["statement"] as? [String: Any])
        #expect(statement["language"] as? String == language && (statement["sections"] as? [Any])?.count == 14)
        let access = try String(contentsOfFile: binary.data + "/access.jsonl", encoding: .utf8)
        #expect(access.contains("Art. 15") && !access.contains("kim@"))
        #expect(try binary.run("audit", "dossier", "--subject", "lead-1", "--language", language).code == 2)
    }
}
