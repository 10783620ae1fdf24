public import Audit
public import LeadlineCore
public import LeadlineSchemas

/// A dossier as the person gets it: a letter in plain language, from the same facts, without partners' records.
///
/// What the program's profile does not state is said to be not stated.
public struct SubjectLetter {
    /// What the letter is written from.
    public struct Facts: Sendable {
        /// The dossier.
        public var dossier: Dossier
        /// The program's profile; nil if it has none.
        public var profile: Profile?
        /// How long the policy in force keeps leads; nil if there is no policy.
        public var retention: RetentionRule?
        /// Names of partners who held a lead, by their ids, as far as they could be opened.
        public var partnerNames: [String: String]
        /// The log's origin.
        public var origin: String
        /// Entries that the checkpoint covers.
        public var streamSize: UInt64
        /// The checkpoint's root.
        public var root: String

        /// Facts from their parts.
        public init(
            dossier: Dossier, profile: Profile?, retention: RetentionRule?, partnerNames: [String: String],
            origin: String, streamSize: UInt64, root: String
        ) {
            self.dossier = dossier
            self.profile = profile
            self.retention = retention
            self.partnerNames = partnerNames
            self.origin = origin
            self.streamSize = streamSize
            self.root = root
        }
    }

    /// The program's profile in force.
    public struct Profile: Sendable {
        /// Its version.
        public var version: String
        /// Position of its entry.
        public var position: UInt64
        /// From when it has been in force, RFC 3339.
        public var from: String
        /// What it says.
        public var message: WireProgramProfileSet
        /// For a source of an entry, the source as the profile names it, where that is another: a keyed digest's.
        public var sourcesByToken: [String: String]

        /// A profile from its parts.
        public init(
            version: String, position: UInt64, from: String, message: WireProgramProfileSet,
            sourcesByToken: [String: String]
        ) {
            self.version = version
            self.position = position
            self.from = from
            self.message = message
            self.sourcesByToken = sourcesByToken
        }
    }

    typealias Part = SubjectEdition.Part

    let facts: Facts
    let words: EditionWords
    let partners: PartnerNaming

    /// A letter in a language.
    public init(_ facts: Facts, in language: EditionLanguage) {
        self.facts = facts
        words = EditionWords(language)
        partners = PartnerNaming(facts, words)
    }

    var dossier: Dossier { facts.dossier }
    var profile: WireProgramProfileSet { facts.profile?.message ?? WireProgramProfileSet() }

    /// What the letter says, ready to be signed.
    public var statement: SubjectEdition.Statement {
        SubjectEdition.Statement(
            program: dossier.program, language: words.language.rawValue, made: dossier.made,
            subjects: dossier.subjects, leads: dossier.leads.map(\.lead),
            profile: facts.profile.map { .init(version: $0.version, position: $0.position) },
            streamSize: facts.streamSize, title: words.text("title", ["program": .text(dossier.program)]),
            introduction: introduction,
            sections: [
                section("responsible", responsible), section("decisions", decisions), section("data", data),
                section("sources", sources), section("purposes", purposes), section("basis", basis),
                section("automated", automated), section("recipients", recipients), section("transfers", transfers),
                section("storage", storage), section("roles", roles), section("requests", requests), section("rights", rights),
                section("proof", proof),
            ])
    }

    private func section(_ id: String, _ parts: [Part]) -> SubjectEdition.Section {
        SubjectEdition.Section(id: id, title: words.text("section.\(id)"), parts: parts)
    }

    private var introduction: [String] {
        let origin =
            facts.profile.map {
                words.text(
                    "intro.profile",
                    [
                        "date": .text(words.date($0.from)),
                        "version": .text(String($0.version.unicodeScalars.prefix(12))),
                    ])
            } ?? words.text("intro.noProfile")
        return [
            words.text("made", ["date": .text(words.moment(dossier.made))]),
            words.text("intro.right", ["program": .text(dossier.program)]), origin,
        ] + (dossier.isErased ? [words.text("intro.erased")] : [])
    }

    /// What the vendor wrote, in the letter's language; in another one, and said so, where it has no other; nil where
    /// nothing is written.
    func written(_ wording: WireWording) -> String? {
        let texts: [(EditionLanguage, String)] = [
            (.en, wording.en), (.de, wording.de), (.fr, wording.fr), (.it, wording.it), (.es, wording.es),
        ]
        if let own = texts.first(where: { $0.0 == words.language && !$0.1.isEmpty }) { return own.1 }
        return texts.first { !$0.1.isEmpty }.map { language, text in
            words.text(
                "otherLanguage",
                ["text": .text(text), "language": .text(words.text("language.\(language.rawValue)"))])
        }
    }

    var notStated: String { words.text("notStated") }

    // MARK: Who is responsible

    private var responsible: [Part] {
        var parts: [Part] = [fact("contact.controller", contact(profile.controller))]
        if profile.hasRepresentative { parts.append(fact("contact.representative", contact(profile.representative))) }
        return parts + [fact("contact.officer", contact(profile.dataProtectionOfficer))]
    }

    func fact(_ name: String, _ text: String?) -> Part { .fact(words.text(name), text ?? notStated) }

    /// Name and ways to reach it in one line; nil where nothing is stated.
    func contact(_ contact: WireContactPoint) -> String? {
        let stated = [contact.name, contact.postalAddress, contact.email, contact.telephone, contact.website].filter {
            !$0.isEmpty
        }
        return stated.isEmpty ? nil : stated.joined(separator: ", ")
    }

    // MARK: Decisions

    private var decisions: [Part] {
        let parts = dossier.decisions.flatMap { decision -> [Part] in
            let values = ["date": EditionWords.Filling.text(words.moment(decision.time)), "lead": .text(decision.lead)]
            let used = FieldWords(words).used(decision.inputs, currency: dossier.currency)
            return [
                .heading(words.text("decision.heading", values)),
                .paragraph(words.paragraph(partners.named(decision.statements))),
            ] + (used.isEmpty ? [] : [.paragraph(words.text("decision.used", ["values": .text(used)]))])
                + counterfactuals(of: decision)
        }
        let opening = words.paragraph(dossier.opening)
        let humans = words.paragraph(dossier.closing.flatMap { $0 })
        let weighed = dossier.decisions.contains { !$0.candidates.isEmpty }
        return (opening.isEmpty ? [] : [.paragraph(opening)]) + parts
            + (humans.isEmpty ? [] : [.paragraph(humans)])
            + (weighed ? [.paragraph(words.text("decision.others"))] : []) + confirmation
    }

    private var confirmation: [Part] {
        let certificate = dossier.certificate
        let failed = certificate.decisions - certificate.reproduced
        return [("decision.confirmed", certificate.reproduced), ("decision.unconfirmed", failed)].compactMap {
            $0.1 > 0 ? .paragraph(words.text($0.0, ["count": .count($0.1)])) : nil
        }
    }

    // MARK: Data

    private var data: [Part] {
        let parts = dossier.sources.flatMap(FieldWords(words).parts)
        return parts.isEmpty ? [.paragraph(words.text("data.none"))] : parts
    }

    private var sources: [Part] {
        var counts: [(source: String, count: Int)] = []
        for source in dossier.sources where source.topic != nil {
            let said = describe(source.source)
            if let index = counts.firstIndex(where: { $0.source == said }) {
                counts[index].count += 1
            } else {
                counts.append((said, 1))
            }
        }
        return counts.map {
            .item(words.text("sources.item", ["source": .text($0.source), "count": .count($0.count)]))
        }
    }

    private func describe(_ source: String?) -> String {
        guard let source else { return words.text("sources.unrecorded") }
        let named = facts.profile?.sourcesByToken[source] ?? source
        let described = profile.sources.first { $0.source == named }.flatMap { written($0.description_p) }
        if let described {
            return words.text("sources.described", ["description": .text(described), "source": .text(source)])
        }
        let isKeyed = source.hasPrefix("keyed:")
        let name = isKeyed ? "sources.keyed" : source == "/leadline/cli" ? "sources.own" : "sources.undescribed"
        return words.text(name, ["source": .text(source)])
    }

    // MARK: Purposes and grounds

    private var purposes: [Part] {
        let stated = profile.purposes.compactMap(written)
        return stated.isEmpty ? [.paragraph(words.text("notStated.sentence"))] : stated.map { .item($0) }
    }

    private var basis: [Part] {
        let stated: String? =
            switch profile.lawfulBasis {
            case .consent: words.text("basis.consent")
            case .contract: words.text("basis.contract")
            case .legitimateInterest: words.text("basis.legitimateInterest")
            case .unspecified, .UNRECOGNIZED: nil
            }
        return [
            fact("basis.stated", stated), fact("basis.evidence", written(profile.lawfulBasisEvidence)),
        ] + recordedBases
    }

    /// What came with the person's leads, which need not be what the controller states in general.
    private var recordedBases: [Part] {
        var last: [(lead: String, basis: String)] = []
        for source in dossier.sources {
            guard let lead = source.clear.first(where: { $0.name == "lead_id" })?.value,
                let basis = source.clear.first(where: { $0.name == "lawful_basis" })?.value
            else { continue }
            last.removeAll { $0.lead == lead }
            last.append((lead, basis))
        }
        return last.map {
            .fact(
                words.text("basis.lead", ["lead": .text($0.lead)]),
                FieldWords(words).value("lawful_basis", $0.basis))
        }
    }

    private var automated: [Part] {
        let ground: String? =
            switch profile.automatedDecisionGround {
            case .contract: words.text("ground.contract")
            case .law: words.text("ground.law")
            case .explicitConsent: words.text("ground.explicitConsent")
            case .noSignificantEffect: words.text("ground.noSignificantEffect")
            case .unspecified, .UNRECOGNIZED: nil
            }
        return [
            .paragraph(words.text("automated.who")), fact("automated.ground", ground),
            fact("basis.evidence", written(profile.automatedDecisionEvidence)),
        ]
    }
}
