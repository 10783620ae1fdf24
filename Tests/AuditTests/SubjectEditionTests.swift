import Audit
import Engine
import Foundation
import Journal
import Reports
import Testing

/// Goal: what a person was told can be checked years later from the file alone. Method: an edition under a real log's key, as
/// it was signed, altered in each of its lines, under another key, and with the checkpoint of other records.
@Suite struct SubjectEditionTests {
    private static func statement(size: UInt64, program: String = AuditFolder.program) -> SubjectEdition.Statement {
        SubjectEdition.Statement(
            program: program, language: "de", made: "2026-03-01T09:00:00Z", subjects: ["s"], leads: ["l-1"],
            profile: .init(version: "v", position: 2), streamSize: size, title: "Ihre Daten", introduction: ["Zeile\nzwei \u{2028}"],
            sections: [.init(id: "data", title: "Daten", parts: [.heading("h"), .paragraph("p"), .item("i"), .fact("Name", "Kim")])])
    }

    private static func signed() async throws -> (folder: AuditFolder, edition: SubjectEdition, key: VerifierKey) {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alfa")
        folder.lead(1, "l-1")
        try await folder.process(until: 2)
        let signer = try EditionSigner(folder.folder, program: AuditFolder.program)
        let edition = try signer.sign(statement(size: signer.checkpoint.size))
        return (folder, edition, try CheckpointSigner(folder.folder).verifierKey(AuditFolder.program))
    }

    private static func check(_ text: String, _ keys: [VerifierKey]) -> EvidenceReport {
        var check = EvidenceCheck(keys: keys, words: AuditWords())
        return check.run([.init(source: "letter.note", bytes: Array(text.utf8))])
    }

    @Test func anEditionIsCheckedFromItsFile() async throws {
        let (_, edition, key) = try await Self.signed()
        #expect(try SubjectEdition(SignedNote(Array(edition.text.utf8))).statement == edition.statement)
        let report = Self.check(edition.text, [key])
        let finding = try #require(report.findings.first)
        #expect(report.isGood && report.isAuthentic && finding.kind == "subject's edition")
        #expect(finding.checked.contains { $0.contains("signed by") } && finding.checked.contains { $0.contains("Name: Kim") })
        // Without a key nothing is wrong, and nothing is vouched for.
        let unkeyed = Self.check(edition.text, [])
        #expect(unkeyed.isGood && !unkeyed.isAuthentic && !unkeyed.isSigned)
    }

    @Test func everyAlterationShows() async throws {
        let (folder, edition, key) = try await Self.signed()
        let (_, _, foreign) = try await Self.signed()
        #expect(!Self.check(edition.text, [foreign]).isAuthentic)
        let lines = edition.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, from, to) in [(1, "demo", "dem0"), (2, "Kim", "Tim"), (2, "\"language\":\"de\"", "\"language\":\"fr\"")] {
            var altered = lines
            altered[index] = altered[index].replacing(from, with: to)
            #expect(altered[index] != lines[index])
            #expect(!Self.check(altered.joined(separator: "\n"), [key]).isGood, "line \(index), \(from)")
        }
        // A signature over a statement of other records than the checkpoint's.
        let signer = try EditionSigner(folder.folder, program: AuditFolder.program)
        let other = try signer.sign(Self.statement(size: signer.checkpoint.size + 1))
        #expect(Self.check(other.text, [key]).findings.first?.fault?.contains("entries") == true)
        let stranger = try signer.sign(Self.statement(size: signer.checkpoint.size, program: "other"))
        #expect(!Self.check(stranger.text, [key]).isGood)
        for text in ["leadline subject edition v1\n", lines.dropLast(3).joined(separator: "\n")] {
            #expect(!Self.check(text, [key]).isGood)
        }
    }
}
