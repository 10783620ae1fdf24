@testable import Audit
import Engine
import Foundation
import Journal
@testable import LeadlineCore
@testable import LeadlineSchemas
@testable import Reports
import SwiftProtobuf
import Testing


/// Goal: a person gets the same letter in every language, that says what is recorded and stated, no more, and nothing of
/// partners that is theirs. Method: the texts are held against each other and against the code that uses them; letters are
/// written from whole, empty and hostile facts in each language.
@Suite struct SubjectLetterTests {
    // MARK: Texts

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Reports/Dossier")

    @Test(arguments: EditionLanguage.allCases) func noTextIsMissingAndNoPlace(_ language: EditionLanguage) throws {
        let english = try EditionWords.read(.en)
        let texts = try EditionWords.read(language)
        for (name, text) in english {
            let own = try #require(texts[name], "\(language): \(name)")
            #expect(!own.isEmpty || text.isEmpty, "\(language): \(name)")
            #expect(TextTemplate.names(own).sorted() == TextTemplate.names(text).sorted(), "\(language): \(name)")
            // A count chooses between two words in every language or is a bare number in all.
            for text in [own, text] {
                for place in text.split(separator: "{").dropFirst() where place.prefix(while: { $0 != "}" }).contains("|") {
                    #expect(place.prefix { $0 != "}" }.split(separator: "|").count == 3, "\(language): \(name)")
                }
            }
        }
        #expect(Set(texts.keys) == Set(english.keys))
    }

    @Test func everyStatementHasATextOrIsLeftOutOnPurpose() throws {
        let texts = try EditionWords.read(.en)
        let said = AccountStatement.Kind.allCases.filter { !EditionWords.unsaid.contains($0) }
        for kind in said { #expect(texts["account.\(kind.rawValue)"] != nil, "\(kind)") }
        #expect(texts.keys.count { $0.hasPrefix("account.") } == said.count)
    }

    /// Every name in the code has a text, and every text is used: by its name, or as one of a family that follows the
    /// schemas.
    @Test func namesInTheCodeAndTextsAreTheSame() throws {
        let texts = Set(try EditionWords.read(.en).keys)
        let files = try FileManager.default.contentsOfDirectory(at: Self.sources, includingPropertiesForKeys: nil)
        let code = try files.filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        let used = Set(code.matches(of: /"([a-zA-Z]+(?:\.[a-zA-Z]+)*)"/).map { String($0.1) })
        let families = ["account.", "field.", "type.", "month.", "language.", "section.", "request.", "rights.", "counterfactual."]
        for name in texts where !families.contains(where: name.hasPrefix) { #expect(used.contains(name), "unused: \(name)") }
        for name in used where name.contains(".") && texts.contains(where: { $0.hasPrefix(name.prefix { $0 != "." } + ".") }) {
            #expect(texts.contains(name) || name == "rights.", "missing: \(name)")
        }
    }

    /// What is in letters to the person of the words of another language is a slip.
    @Test func noLanguageKeepsEnglishWords() throws {
        let english = try EditionWords.read(.en)
        for language in EditionLanguage.allCases where language != .en {
            let texts = try EditionWords.read(language)
            let same = english.filter { name, text in
                text.unicodeScalars.count(where: \.properties.isAlphabetic) > 12 && texts[name] == text
            }
            #expect(same.isEmpty, "\(language): \(same.keys.sorted())")
        }
    }

    // MARK: Numbers and dates

    @Test func eachLanguageWritesItsOwnDatesNumbersAndMoney() {
        let expected: [(EditionLanguage, String, String, String, String, String)] = [
            (.en, "1 March 2026", "28 November 2026 at 14:05 UTC", "1,234,567", "63.4%", "EUR\u{A0}80,000.50"),
            (.de, "1. März 2026", "28. November 2026, 14:05 Uhr (UTC)", "1.234.567", "63,4\u{A0}%", "80.000,50\u{A0}EUR"),
            (
                .fr, "1er mars 2026", "28 novembre 2026 à 14\u{A0}h\u{A0}05 UTC", "1\u{202F}234\u{202F}567", "63,4\u{202F}%",
                "80\u{202F}000,50\u{A0}EUR"
            ),
            (.it, "1º marzo 2026", "28 novembre 2026, ore 14:05 (UTC)", "1.234.567", "63,4\u{A0}%", "80.000,50\u{A0}EUR"),
            (.es, "1 de marzo de 2026", "28 de noviembre de 2026, 14:05 (UTC)", "1.234.567", "63,4\u{A0}%", "80.000,50\u{A0}EUR"),
        ]
        for (language, day, moment, number, share, money) in expected {
            let words = EditionWords(language)
            #expect(words.date("2026-03-01T23:59:59Z") == day)
            #expect(words.moment("2026-11-28T14:05:09.123456Z") == moment)
            #expect(words.number(1_234_567) == number)
            #expect(words.percent(0.634) == share)
            #expect(words.money(8_000_050, "EUR") == money)
            #expect(words.date("no moment") == "no moment")
        }
        #expect(EditionWords(.de).country("US") == "Vereinigte Staaten" && EditionWords(.fr).country("DE") == "Allemagne")
        #expect(EditionWords(.it).country("??") == "??")
    }

    @Test func valuesArePutInOnce() {
        #expect(TextTemplate.filled("a {x} b") { name, _ in "{\(name)}" } == "a {x} b")
        #expect(TextTemplate.filled("{n|one|many}") { _, forms in forms.joined(separator: "/") } == "one/many")
        #expect(TextTemplate.filled("{x}\u{301} {y") { _, _ in "v" } == "v\u{301} ")
    }

    // MARK: Letters

    static func profile(_ t: String) -> WireProgramProfileSet {
        let wording = WireWording.with { ($0.en, $0.de, $0.fr, $0.it, $0.es) = (t, t, t, t, t) }
        let contact = WireContactPoint.with {
            ($0.name, $0.postalAddress, $0.email, $0.telephone, $0.website) = (t, t, t, t, t)
        }
        return WireProgramProfileSet.with { profile in
            profile.controller = contact
            profile.representative = contact
            profile.dataProtectionOfficer = contact
            profile.supervisoryAuthority = contact
            profile.purposes = [wording]
            profile.lawfulBasis = .consent
            profile.lawfulBasisEvidence = wording
            profile.automatedDecisionGround = .explicitConsent
            profile.automatedDecisionEvidence = wording
            profile.namesPartners = true
            profile.recipients = [.with { ($0.name, $0.role) = (t, wording) }]
            profile.transfers = [.with { ($0.country, $0.recipient, $0.safeguard, $0.copy) = ("US", t, .standardClauses, wording) }]
            profile.sources = [.with { ($0.source, $0.description_p) = (t, wording) }]
        }
    }

    static func letter(
        _ dossier: Dossier, _ profile: WireProgramProfileSet?, in language: EditionLanguage, names: [String: String] = [:],
        retention: RetentionRule? = RetentionRule()
    ) -> SubjectEdition.Statement {
        SubjectLetter(
            .init(
                dossier: dossier,
                profile: profile.map {
                    .init(version: "0123456789abcdef", position: 3, from: "2026-03-01T09:00:00Z", message: $0, sourcesByToken: [:])
                }, retention: retention, partnerNames: names, origin: "log/demo", streamSize: 5, root: "root"),
            in: language
        ).statement
    }

    @Test(arguments: EditionLanguage.allCases) func everyFieldIsEscaped(_ language: EditionLanguage) throws {
        let t = MarkupTests.hostile
        let letter = Self.letter(Samples.dossier(t), Self.profile(t), in: language, names: [t: t])
        let page = SubjectLetterPage.page(letter).html()
        let bytes = Array(page.utf8)
        for text in ["<i", "\"\u{301}", "'\u{301}", "&\u{301}", "\r", "\u{2028}", "style=", "<script"] {
            #expect(bytes.firstRange(of: Array(text.utf8)) == nil, "\(language): \(text.debugDescription)")
        }
        #expect(page.contains("&lt;i") && page.contains("<html lang=\"\(language.rawValue)\">"))
        for line in letter.lines.map(Escaping.harmless) {
            #expect(!line.utf8.contains(0x0A) && !line.utf8.contains(0x0D))
        }
        let note = try SignedNote(text: "\(String(decoding: try JSONEncoder().encode(letter), as: UTF8.self))\n")
        #expect(note.text.lines.count == 2)
    }

    @Test(arguments: EditionLanguage.allCases) func whatIsNotStatedIsSaidToBeNotStated(_ language: EditionLanguage) {
        let words = EditionWords(language)
        let letter = Self.letter(Samples.dossier("x"), nil, in: language, retention: nil)
        func texts(_ id: String) -> [String] { letter.sections.first { $0.id == id }?.parts.map(\.text) ?? [] }
        #expect(letter.introduction.contains(words.text("intro.noProfile")) && letter.profile == nil)
        #expect(texts("responsible") == [words.text("notStated"), words.text("notStated")])
        #expect(texts("purposes") == [words.text("notStated.sentence")] && texts("transfers") == texts("purposes"))
        #expect(texts("basis").prefix(2) == [words.text("notStated"), words.text("notStated")])
        #expect(texts("automated").suffix(2) == [words.text("notStated"), words.text("notStated")])
        #expect(texts("storage") == [words.text("storage.noPolicy")])
        #expect(texts("recipients").contains(words.text("recipients.othersNotStated")))
        #expect(texts("rights").contains(words.text("rights.howNotStated")))
        // A profile that states nothing says no more than none.
        let empty = Self.letter(Samples.dossier("x"), WireProgramProfileSet(), in: language, retention: nil)
        #expect(empty.sections.map(\.parts) == letter.sections.map(\.parts))
        // No transfers are a statement of their own.
        let none = Self.letter(Samples.dossier("x"), .with { $0.noTransfers = true }, in: language)
        #expect(none.sections.first { $0.id == "transfers" }?.parts.map(\.text) == [words.text("transfers.none")])
    }

    @Test func storageFollowsThePolicy() {
        var rule = RetentionRule()
        (rule.closedDealDays, rule.otherLeadDays) = (730, 1)
        let letter = Self.letter(Samples.dossier("x"), nil, in: .en, retention: rule)
        let parts = letter.sections.first { $0.id == "storage" }?.parts.map(\.text) ?? []
        #expect(parts.prefix(3) == ["730 days after the enquiry was closed", "1 day after the enquiry was closed", "no period is set"])
        #expect(parts.last?.hasPrefix("When the period ends") == true)
    }

    /// Candidates, who was left out, what would have been and what partners wrote is theirs.
    @Test(arguments: EditionLanguage.allCases) func nothingOfOtherPartnersIsInIt(_ language: EditionLanguage) throws {
        var dossier = Samples.dossier("x")
        let theirs = "zqxtheirs"
        dossier.recipients = [
            .init(partner: "alfa", lead: "l-1", from: "2026-03-01T09:00:00Z", until: "2026-03-02T09:00:00Z", ended: theirs),
            .init(partner: "beta", lead: "l-1", from: "2026-03-02T09:00:00Z"),
        ]
        let share = AccountStatement.Value.share(0.5)
        dossier.decisions = dossier.decisions.map { decision in
            var decision = decision
            decision.candidates = [.init(partner: theirs, fit: 0.5, conversion: 0.5, score: 1, net: 1)]
            decision.excluded = [.init(partner: theirs, reason: theirs)]
            (decision.decided, decision.explanation) = (theirs, [theirs])
            decision.statements = AccountStatement.Kind.allCases.map { kind in
                let isTheirs = EditionWords.unsaid.contains(kind) || [.suggested, .wouldAssign].contains(kind)
                return AccountStatement(kind, [
                    .partner: .text(isTheirs ? theirs : "alfa"), .partners: .list([theirs, "alfa"]), .count: .count(2), .lead: .text("l-1"),
                    .fit: share, .conversion: share, .share: share, .rule: .text("r"), .rules: .list(["r", "s"]), .attempt: .count(1),
                ])
            }
            return decision
        }
        let partnersOwn: [Counterfactual.Kind] = [.partnerAway, .partnerUncapped, .partnerResumed]
        dossier.counterfactuals = Counterfactual.Kind.allCases.flatMap { kind in
            Counterfactual.Result.allCases.map { result in
                .init(
                    decision: dossier.decisions[0].id, subject: .lead, kind: kind,
                    value: partnersOwn.contains(kind) ? theirs : kind == .lawfulBasis ? "consent" : "DE",
                    amountMinorUnits: 1_000_000, currency: "EUR", change: theirs, outcome: theirs, first: theirs, second: theirs,
                    result: result, differs: result != .same)
            }
        }
        dossier.sources = [
            .init(
                position: 1, time: "2026-03-01T09:00:00Z", type: "leadline.v1.DealLost", topic: "leadline.outcomes", partition: 0, offset: 0,
                eventID: "e", isAboutAccount: false, clear: [.init(name: "partner_id", value: theirs)], sealedState: "opened",
                sealed: [.init(name: "note", value: theirs)])
        ]
        var profile = WireProgramProfileSet()
        let unnamed = Self.letter(dossier, profile, in: language, names: ["alfa": "Alfa Srl", "beta": "Beta SA"])
        profile.namesPartners = true
        let named = Self.letter(dossier, profile, in: language, names: ["alfa": "Alfa Srl"])
        for letter in [unnamed, named] {
            let text = String(decoding: try JSONEncoder().encode(letter), as: UTF8.self)
            #expect(!text.contains(theirs))
            for line in letter.lines { #expect(!line.contains("{") && !line.contains("}"), "\(line)") }
        }
        let words = EditionWords(language)
        let answers = Set(unnamed.sections.flatMap(\.parts).filter { $0.kind == .fact }.map { [$0.name ?? "", $0.text] })
        let asked = Counterfactual.Kind.allCases.count * Counterfactual.Result.allCases.count
        let results = Set(Counterfactual.Result.allCases.map { words.text("counterfactual.result.\($0.rawValue)") })
        #expect(results.count == Counterfactual.Result.allCases.count)
        #expect(answers.count { results.contains($0[1]) } == asked, "each change by a name of its own, with each result")
        let first = words.text("partner.unnamed", ["number": .text("1")]), second = words.text("partner.unnamed", ["number": .text("2")])
        func recipients(_ letter: SubjectEdition.Statement) -> String {
            letter.sections.first { $0.id == "recipients" }?.parts.map(\.text).joined(separator: "\n") ?? ""
        }
        #expect(recipients(unnamed).contains(first) && recipients(unnamed).contains(second))
        #expect(!recipients(unnamed).contains("Alfa") && recipients(unnamed).contains(words.text("recipients.unnamed")))
        // One whose name is not known has a number all the same.
        #expect(recipients(named).contains("Alfa Srl") && recipients(named).contains(first) && !recipients(named).contains("beta"))
        let decisions = named.sections.first { $0.id == "decisions" }?.parts.map(\.text).joined() ?? ""
        #expect(decisions.contains("Alfa Srl") && !decisions.contains("alfa"))
    }

    @Test func aTextInAnotherLanguageIsSaidToBeInIt() {
        let profile = WireProgramProfileSet.with { $0.purposes = [.with { $0.de = "Zweck" }] }
        let letter = Self.letter(Samples.dossier("x"), profile, in: .fr)
        #expect(letter.sections.first { $0.id == "purposes" }?.parts.map(\.text) == ["Zweck (indiqué uniquement en allemand)"])
    }
}
