import Foundation
import Testing

/// Goal: what a data subject and an auditor ask for comes by one command each. Method: the built program, one person from
/// the enquiry to the erasure.
@Suite struct DossierCommandTests {
    private static let lead = #"{"leadId":"lead-1","country":"IT","vertical":"manufacturing","dealValue":{"minorUnits":"8000000","currency":"EUR"},"contact":{"email":"kim@example.com","familyName":"Quandary"}}"#

    private func folder() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("init", binary.data, "--program", "demo", "--master-key-file", binary.key)
        try binary.mustRun("policy", "apply", "-f", binary.data + "/policy.yaml")
        try binary.mustRun("partners", "apply", "-f", binary.data + "/partners.yaml")
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("leads.jsonl", Self.lead + "\n"))
        try binary.mustRun("run", "--once", "--quiet")
        let review = #"{"leadId":"lead-1","requester":"Kim","note":"Why them?"}"#
        try binary.mustRun("produce", "controls", "--type", "leadline.v1.ReviewRequested", try binary.file("review.jsonl", review + "\n"))
        let human = #"{"leadId":"lead-1","uphold":true,"reviewer":"Ilse","note":"Looks right"}"#
        try binary.mustRun("produce", "controls", "--type", "leadline.v1.HumanDecisionRecorded", try binary.file("human.jsonl", human + "\n"))
        try binary.mustRun("run", "--once", "--quiet")
        return binary
    }

    @Test func fromTheQuestionToTheErasure() throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        let page = binary.root.appendingPathComponent("kim.html").path
        try binary.mustRun("audit", "dossier", "--subject", "KIM@example.com", "--html", page, "--reason", "Art. 15")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("Quandary") && html.contains("Looks right") && html.contains("Ilse") && !html.contains("<script"))
        let json = try binary.mustRun("audit", "dossier", "--subject", "lead-1", "--json", "-").out
        let dossier = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect((dossier["counterfactuals"] as? [Any])?.isEmpty == false)
        #expect((dossier["recipients"] as? [Any])?.count == 1)

        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let note = binary.root.appendingPathComponent("kim.note").path
        let erased = try binary.mustRun("audit", "erase", "--subject", "kim@example.com", "--requested-by", "the person", "-o", note)
        #expect(erased.out.contains("is not in this vault any more") && !erased.out.contains("in no copy"))
        #expect(try binary.mustRun("audit", "check", note, "--key", key).out.hasSuffix("verified\n"))
        #expect(try binary.run("audit", "dossier", "--subject", "kim@example.com").code == 2)
        let after = try binary.mustRun("audit", "dossier", "--subject", "lead-1").out
        #expect(!after.contains("Quandary") && after.contains("its key is destroyed"))
        try binary.mustRun("audit", "verify")
        #expect(try binary.mustRun("replay").out.contains("everything came out as recorded"))
    }

    /// Many at once, by address and by lead; who is not known is named by the line, and repeating it does no harm.
    @Test func manyAreErasedByAFile() throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        let leads = (2...6).map { #"{"leadId":"lead-\#($0)","country":"IT","contact":{"email":"p\#($0)@example.com","familyName":"Quandary"}}"# }
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", try binary.file("more.jsonl", leads.joined(separator: "\n") + "\n"))
        let refused = #"{"leadId":"","contact":{"email":"P2@example.com"}}"#
        try binary.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "--no-check", try binary.file("refused.jsonl", refused + "\n"))
        try binary.mustRun("run", "--once", "--quiet")
        try binary.mustRun("deadletter", "show", "0", "--unseal", "--reason", "a look")

        let list = try binary.file("erase.txt", "p2@example.com\n\nlead-3\nlead-2\nnobody@example.com\nP4@Example.com\n")
        let notes = binary.root.appendingPathComponent("notes").path
        let arguments = ["audit", "erase", "--subjects-file", list, "--requested-by", "letters", "-o", notes]
        let first = try binary.run(arguments)
        #expect(first.code == 2 && first.err.contains("line 5 ") && !first.err.contains("nobody@"), "\(first)")
        #expect(first.out.contains("3 people erased") && first.out.contains("1 rejected or waiting records emptied"), "\(first)")
        let key = try binary.file("demo.vkey", try binary.mustRun("audit", "checkpoint", "--key").out)
        let files = try FileManager.default.contentsOfDirectory(atPath: notes).map { notes + "/" + $0 }
        #expect(files.count == 3)
        #expect(try binary.mustRun(["audit", "check"] + files + ["--key", key]).out.hasSuffix("verified\n"))
        #expect(try binary.mustRun("deadletter", "show", "0", "--unseal").out.contains("erased"))
        #expect(try binary.mustRun("leads", "show", "lead-5", "--unseal").out.contains("p5@example.com"))
        #expect(try binary.mustRun("leads", "show", "lead-4", "--unseal").out.contains("the person was erased"))
        let access = try String(contentsOfFile: binary.data + "/access.jsonl", encoding: .utf8)
        #expect(access.contains("deadletter show") && access.contains("a look"))

        let again = try binary.run(["audit", "erase", "--subjects-file", try binary.file("again.txt", "lead-2\nlead-3\n"), "--requested-by", "letters", "-o", notes])
        #expect(again.code == 0 && again.out.contains("2 people erased"), "\(again)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: notes).count == 3)
        #expect(try binary.run(["audit", "erase", "--requested-by", "x"]).code == 2)
    }

    @Test func theRecordsAndTheAccessLog() throws {
        let binary = try folder()
        defer { _ = try? binary.remove() }
        try binary.mustRun("audit", "dossier", "--subject", "lead-1", "--reason", "Art. 15")
        try binary.mustRun("leads", "show", "lead-1", "--unseal")
        let records = try binary.mustRun("audit", "records").out
        #expect(records.contains("audit dossier") && records.contains("Art. 15") && records.contains("leads show"))
        #expect(records.contains("none left out") && records.contains("overridden".uppercased()))
        #expect(!records.contains("Quandary") && !records.contains("kim@"))

        let log = binary.data + "/access.jsonl"
        let text = try String(contentsOfFile: log, encoding: .utf8)
        try text.replacing("Art. 15", with: "Art. 16").write(toFile: log, atomically: true, encoding: .utf8)
        #expect(try binary.run("audit", "records", "--section", "access").code == 1)
    }
}
