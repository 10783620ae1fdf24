import Foundation
import Testing

/// Goal: two partners become one from the command line, and whoever names the wrong ones is told what is wrong.
@Suite struct PartnersMergeCommandTests {
    private let leadline: Binary

    init() throws {
        leadline = try Binary()
        try leadline.mustRun("init", leadline.data, "--program", "acme", "--currency", "EUR", "--master-key-file", leadline.key)
        let partners = try leadline.file(
            "partners.yaml", "partners:\n- {partner_id: p-a, countries: [IT]}\n- {partner_id: p-b, countries: [IT]}\n")
        try leadline.mustRun("partners", "apply", "-f", partners)
    }

    @Test func oneHasWhatWasTheOthers() throws {
        defer { _ = try? leadline.remove() }
        let told = try leadline.mustRun(
            "partners", "merge", "p-b", "--into", "p-a", "--by", "channel-ops", "--why", "takeover", "--json").objects()
        #expect(told.first?["position"] is Int && (told.first?["events"] as? [Any])?.isEmpty == true, "\(told)")
        let listed = try leadline.mustRun("partners", "list", "--json").objects()
        let status = Dictionary(
            uniqueKeysWithValues: listed.compactMap { row in
                (row["partner"] as? String).map { ($0, row["status"] as? String ?? "") }
            })
        #expect(status["p-a"] == "active" && status["p-b"] != "active", "\(listed)")
        let again = try leadline.run("partners", "merge", "p-b", "--into", "p-a", "--by", "channel-ops")
        #expect((again.out + again.err).contains("p-b"), "\(again)")
    }

    @Test(arguments: [
        (["p-a", "--into", "p-a", "--by", "ops"], "the partner itself"), (["p a", "--into", "p-b", "--by", "ops"], "is an id"),
        (["p-a", "--into", "p-b", "--by", "Kim Doe"], "--by"), (["p-a", "--by", "ops"], "--into"),
        (["p-a", "--into", "p-b", "--by", "ops", "--why", "because"], "takeover"),
    ]) func whatIsWrongIsSaid(arguments: [String], word: String) throws {
        defer { _ = try? leadline.remove() }
        let refused = try leadline.run(["partners", "merge"] + arguments)
        #expect(refused.code == 2 && refused.err.contains(word), "\(refused)")
    }
}
