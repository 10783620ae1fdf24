import Foundation
import Reports
import Testing

@testable import Dashboard

/// Goal: whoever reads a page reads it in one language, whole. Method: the texts are held against each other and against
/// the code that uses them.
@Suite struct TextsTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Dashboard")

    @Test(arguments: EditionLanguage.allCases) func noTextIsMissingAndNoPlace(_ language: EditionLanguage) throws {
        let english = try Texts.read(.en), texts = try Texts.read(language)
        #expect(Set(texts.keys) == Set(english.keys))
        for (name, text) in english {
            let own = try #require(texts[name], "\(language): \(name)")
            #expect(!own.isEmpty, "\(language): \(name)")
            #expect(TextTemplate.names(own).sorted() == TextTemplate.names(text).sorted(), "\(language): \(name)")
            // A count chooses between two words in every language or is a bare number in all.
            for place in own.split(separator: "{").dropFirst() where place.prefix(while: { $0 != "}" }).contains("|") {
                #expect(place.prefix { $0 != "}" }.split(separator: "|").count == 3, "\(language): \(name)")
            }
        }
    }

    /// Names that the code makes of words from elsewhere, by what they begin with.
    private static let families = [
        "month.", "role.", "nav.", "status.", "column.", "figure.", "theme.", "decision.", "said.", "refused.", "proof.kind.", "proof.status.",
        "number.", "act.", "learning.model.", "pilot.verdict.", "rules.tab.", "rules.verdict.", "bulk.act.", "tour.",
    ]

    @Test func namesInTheCodeAndTextsAreTheSame() throws {
        let texts = try Texts.read(.en)
        let files = FileManager.default.enumerator(atPath: Self.sources.path)?.compactMap { $0 as? String } ?? []
        let code = try files.filter { $0.hasSuffix(".swift") }.map { try String(contentsOf: Self.sources.appendingPathComponent($0), encoding: .utf8) }
            .joined()
        let literals = Set(code.matches(of: /"([a-zA-Z]+(?:\.[a-zA-Z]+)*)"/).map { String($0.1) })
        for name in texts.keys where !Self.families.contains(where: name.hasPrefix) { #expect(literals.contains(name), "unused: \(name)") }
        let heads = Set(texts.keys.map { String($0.prefix { $0 != "." }) })
        for name in literals where name.contains(".") && heads.contains(String(name.prefix { $0 != "." })) {
            let isFamily = texts.keys.contains { $0.hasPrefix(name + ".") }
            #expect(texts[name] != nil || isFamily || ["app.js", "style.css", "icon.svg"].contains(name), "missing: \(name)")
        }
    }

    @Test func everyStatusRoleAndSectionHasAName() throws {
        let texts = try Texts.read(.en)
        for status in LeadsText.statuses + ["active", "paused", "suspended", "removed", "elsewhere", "accepted", "closed"] {
            #expect(texts["status.\(status)"] != nil, "\(status)")
        }
        for section in Section.allCases { #expect(texts["nav.\(section.rawValue)"] != nil) }
        for month in 1...12 { #expect(texts["month.\(month)"] != nil) }
        for said in Said.allCases { #expect(texts["said.\(said.rawValue)"] != nil, "\(said)") }
        #expect(texts.keys.count { $0.hasPrefix("said.") } == Said.allCases.count)
        for act in LeadPage.Act.allCases { #expect(texts["act.\(act.rawValue)"] != nil) }
        for act in AllLeadsPage.Act.allCases { #expect(texts["bulk.act.\(act.rawValue)"] != nil) }
        for verdict in PilotsPage.Verdict.allCases { #expect(texts["pilot.verdict.\(verdict.rawValue)"] != nil) }
        for verdict in RulesEffectPage.Verdict.allCases { #expect(texts["rules.verdict.\(verdict.rawValue)"] != nil) }
        for tab in RulesTabs.allCases { #expect(texts["rules.tab.\(tab.rawValue)"] != nil) }
        for stop in Tour.Stop.allCases {
            #expect(texts["tour.\(stop.rawValue)"] != nil && texts["tour.\(stop.rawValue).title"] != nil)
        }
        for list in EnablementPage.lists { #expect(texts["column.\(list)"] != nil) }
        for model in ["leadline", "base-rate", "partner-rate"] { #expect(texts["learning.model.\(model)"] != nil) }
    }

    @Test func numbersAreWrittenAsTheLanguageDoes() {
        #expect(Texts.of(.en).number(1_234_567) == "1,234,567" && Texts.of(.de).number(1_234_567) == "1.234.567")
        #expect(Texts.of(.fr).percent(0.125) == "12,5 %" && Texts.of(.de).money(11_800_050, "EUR") == "EUR 118.000,50")
        #expect(Texts.of(.en)("today.needed", ["count": .count(1)]) == "1 waits for a person.")
        #expect(Texts.of(.fr)("tile.ofWhich", ["reviews": .count(0)]) == "dont 0 revue")
        #expect(Texts.of(.en)("tile.ofWhich", ["reviews": .count(0)]) == "of which 0 reviews")
        #expect(Texts.of(.es)("system.failing", ["count": .count(1)]) == "1 falla o está apagado")
        #expect(Texts.of(.it)("system.failing", ["count": .count(1)]) == "1 fallisce o è fermo")
        #expect(Texts.of(.es)("system.webhook.on", ["count": .count(1)]) == "activo, 1 fallo seguido")
        // What is put in is never read again.
        #expect(Texts.of(.en)("due.with", ["partner": .text("{count}")]) == "with {count}")
    }
}
