import Foundation
import Testing

/// Goal: claims are made, decided, listed and withdrawn from the command line, and an explanation names the one that decided.
@Suite struct ClaimsCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let policy = try leadline.file(
            "policy.yaml",
            "name: p\nsla: {first_response_minutes: 0}\nclaims: {protected_days: 90, approval: CLAIM_APPROVAL_BY_RULE}\nsame_person_days: 30\n")
        try leadline.mustRun("policy", "apply", "-f", policy)
        let partners = try leadline.file(
            "partners.yaml", "partners:\n- partner_id: p-a\n  countries: [IT]\n- partner_id: p-b\n  countries: [IT]\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    private func lead(_ id: String, _ domain: String) throws {
        let json = #"{"leadId":"\#(id)","country":"IT","accountDomain":"\#(domain)","contact":{"email":"ann@\#(domain)"}}"#
        try leadline.mustRun("produce", "leads", "--type", "leadline.v1.LeadSubmitted", "-", input: json + "\n")
        try leadline.mustRun("run", "--once", "-q")
    }

    private func ask(_ what: String, _ partner: String, _ claim: String, _ more: String...) throws -> String {
        let all = ["claims", what, "--partner", partner, "--claim", claim, "--by", "Marco Conti"] + more
        return try leadline.mustRun(all).out
    }

    private func list() throws -> [String] {
        try leadline.mustRun("claims", "list", "--json").objects().map {
            "\($0["partner"] as? String ?? "") \($0["claim"] as? String ?? "") \($0["status"] as? String ?? "")"
        }
    }

    @Test func aClaimsLife() throws {
        defer { _ = try? leadline.remove() }
        #expect(try ask("make", "p-b", "c1", "--domain", "customer.example", "--reason", "met in March").contains("in force"))
        try lead("l1", "customer.example")
        let told = try leadline.mustRun("explain", "l1").out
        #expect(told.contains("p-b") && told.contains("by its claim c1, which is in force"))
        #expect(try ask("make", "p-a", "c1", "--lead", "l1").contains("another partner has the account (p-b)"))
        #expect(try list() == ["p-b c1 approved", "p-a c1 conflicting"])
        #expect(try ask("approve", "p-a", "c1").contains("a claim of another partner was approved"))
        #expect(try list() == ["p-a c1 approved"])
        #expect(try leadline.mustRun("claims", "list").out.contains("account of l1"))
        #expect(try ask("refuse", "p-a", "c1").contains("a person decided"))
        #expect(try ask("withdraw", "p-a", "c1").contains("the partner has no such claim"))
        #expect(try list().isEmpty)
        // What partners and deciders say is sealed, and found for the person.
        let dossier = try leadline.mustRun("audit", "dossier", "--subject", "l1").out
        #expect(dossier.contains("leadline.v1.DealClaimed") && dossier.contains("Marco Conti"))
        let letter = try leadline.mustRun("audit", "dossier", "--subject", "l1", "--edition", "subject").out
        #expect(letter.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("claim of a sales partner"))
        #expect(try leadline.mustRun("audit", "verify").code == 0)
    }

    /// One person writes twice from one company: one enquiry, until a person tells them apart.
    @Test func aLinkIsUndoneAndMade() throws {
        defer { _ = try? leadline.remove() }
        try lead("l1", "customer.example")
        try lead("l2", "customer.example")
        #expect(try leadline.mustRun("explain", "l2").out.contains("linked to l1 as one enquiry: the same address and company"))
        let undone = try leadline.mustRun("leads", "unlink", "l2", "--from", "l1", "--by", "desk", "--reason", "two plants").out
        #expect(undone.contains("l2 told apart from l1: an enquiry of its own") && undone.contains("l2 assigned to p-"))
        #expect(try leadline.mustRun("explain", "l2").out.contains("link to l1 undone by desk"))
        #expect(try leadline.mustRun("leads", "show", "l2").out.contains("desk stated no link of l2 to l1"))
        // The other lead's story is its own: whoever may see that one hears nothing of this.
        #expect(try !leadline.mustRun("leads", "show", "l1").out.contains("l2"))
        let again = try leadline.mustRun("leads", "link", "l2", "--to", "l1", "--by", "desk").out
        #expect(again.contains("l2 taken for the same enquiry as l1") && again.contains("linked to another lead by a person"))
        #expect(try leadline.mustRun("leads", "unlink", "l1", "--company", "--by", "desk", "--json").out.contains("its company no longer"))
        #expect(try leadline.run("leads", "unlink", "l1", "--by", "desk").code == 2)
        #expect(try leadline.run("leads", "unlink", "l1", "--from", "l2", "--by", "Marco Conti").code == 2)
        // The reason is sealed with the person's data, and found for the person.
        #expect(try leadline.mustRun("audit", "dossier", "--subject", "l2").out.contains("two plants"))
        #expect(try leadline.mustRun("audit", "verify").code == 0)
    }

    @Test func aClaimNeedsALeadOrADomain() throws {
        defer { _ = try? leadline.remove() }
        #expect(try leadline.run("claims", "make", "--partner", "p-a", "--claim", "c", "--by", "x").code == 2)
        try leadline.mustRun(
            "produce", "outcomes", "--type", "leadline.v1.DealClaimed", "-", input: #"{"partnerId":"p-a","claimId":"c"}"# + "\n")
        try leadline.run("run", "--once", "-q")
        #expect(try leadline.mustRun("deadletter", "list").out.contains("lead_id or account_domain is required"))
    }
}
