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
        #expect(erased.out.contains("key is destroyed"))
        #expect(try binary.mustRun("audit", "check", note, "--key", key).out.hasSuffix("verified\n"))
        #expect(try binary.run("audit", "dossier", "--subject", "kim@example.com").code == 2)
        let after = try binary.mustRun("audit", "dossier", "--subject", "lead-1").out
        #expect(!after.contains("Quandary") && after.contains("its key is destroyed"))
        try binary.mustRun("audit", "verify")
        #expect(try binary.mustRun("replay").out.contains("everything came out as recorded"))
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
