import Audit
import LeadlineCore
import LeadlineSchemas

// Who gets the data, and what the person may ask for.

extension SubjectLetter {
    var recipients: [Part] {
        let held = dossier.recipients.map { recipient -> Part in
            var values: [String: EditionWords.Filling] = [
                "partner": .text(partners.name(recipient.partner)), "lead": .text(recipient.lead),
                "from": .text(words.date(recipient.from)),
            ]
            guard let until = recipient.until else { return .item(words.text("recipients.since", values)) }
            values["until"] = .text(words.date(until))
            return .item(words.text("recipients.until", values))
        }
        let others = profile.recipients.map { recipient -> Part in
            guard let role = written(recipient.role) else { return .item(recipient.name) }
            return .item(words.text("recipients.other", ["name": .text(recipient.name), "role": .text(role)]))
        }
        return (held.isEmpty ? [.paragraph(words.text("recipients.noPartner"))] : held)
            + (held.isEmpty || profile.namesPartners ? [] : [.paragraph(words.text("recipients.unnamed"))])
            + (others.isEmpty ? [.paragraph(words.text("recipients.othersNotStated"))] : others)
    }

    var transfers: [Part] {
        if profile.noTransfers { return [.paragraph(words.text("transfers.none"))] }
        if profile.transfers.isEmpty { return [.paragraph(words.text("notStated.sentence"))] }
        return profile.transfers.flatMap { transfer -> [Part] in
            [
                .heading(words.country(transfer.country)),
                fact("transfers.recipient", transfer.recipient.isEmpty ? nil : transfer.recipient),
                fact("transfers.safeguard", safeguard(transfer.safeguard)),
                fact("transfers.copy", written(transfer.copy)),
            ]
        }
    }

    private func safeguard(_ safeguard: WireTransferSafeguard) -> String? {
        switch safeguard {
        case .adequacyDecision: words.text("safeguard.adequacyDecision")
        case .standardClauses: words.text("safeguard.standardClauses")
        case .bindingCorporateRules: words.text("safeguard.bindingCorporateRules")
        case .codeOrCertification: words.text("safeguard.codeOrCertification")
        case .derogation: words.text("safeguard.derogation")
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// What is held of the person as a partner's contact, and in records about others; those others stay out.
    var roles: [Part] {
        let partners = dossier.partners.map { Part.item(words.text("roles.partner", ["partner": .text($0)])) }
        let mentions = dossier.mentions.map { mention in
            let values: [String: EditionWords.Filling] = [
                "date": .text(words.date(mention.time)), "field": .text(mention.field),
            ]
            return Part.item(words.text(mention.isSealed ? "roles.sealed" : "roles.clear", values))
        }
        let found = partners + mentions
        let kept = found.isEmpty ? [] : found + [.paragraph(words.text("roles.kept"))]
        if !dossier.mentionsSearched { return kept + [.paragraph(words.text("roles.notSearched"))] }
        return kept.isEmpty ? [.paragraph(words.text("roles.none"))] : kept
    }

    var requests: [Part] {
        let asked = dossier.requests.compactMap { request -> (String, Part)? in
            guard words.label("request.\(request.kind)") != nil else { return nil }
            return (request.time, .item(requested("request.\(request.kind)", request.time, request.lead)))
        }
        let reviews = dossier.reviews.flatMap { review -> [(String, Part)] in
            [("request.review", review.requested), ("request.reviewed", review.decided)].compactMap { name, time in
                time.map { ($0, .item(requested(name, $0, review.lead))) }
            }
        }
        let all = (asked + reviews).sorted { $0.0 < $1.0 }.map(\.1)
        return all.isEmpty ? [.paragraph(words.text("requests.none"))] : all
    }

    private func requested(_ name: String, _ time: String, _ lead: String) -> String {
        words.text(name, ["date": .text(words.date(time)), "lead": .text(lead)])
    }

    var rights: [Part] {
        let names = ["access", "rectification", "erasure", "restriction", "portability", "objection"]
            + (restsOnConsent ? ["consent"] : []) + ["review", "complaint"]
        let address = contact(profile.dataProtectionOfficer) ?? contact(profile.controller)
        let how =
            address.map { words.text("rights.how", ["contact": .text($0)]) } ?? words.text("rights.howNotStated")
        return names.map { .item(words.text("rights.\($0)")) } + [
            .paragraph(how), fact("contact.authority", contact(profile.supervisoryAuthority)),
        ]
    }

    private var restsOnConsent: Bool {
        profile.lawfulBasis == .consent || profile.automatedDecisionGround == .explicitConsent
            || dossier.sources.contains { source in
                source.clear.contains { $0.name == "lawful_basis" && $0.value == "LAWFUL_BASIS_CONSENT" }
            }
    }

    var proof: [Part] {
        [
            .paragraph(
                words.text(
                    "proof.signed",
                    ["origin": .text(facts.origin), "command": .text("leadline audit check FILE --key KEY")])),
            .paragraph(
                words.text(
                    "proof.records", ["count": .count(Int(facts.streamSize)), "root": .text(facts.root)])),
        ]
    }
}

/// How partners are called in a letter: by name where the vendor allows it and the name is known, else by a number that
/// stands for the same partner all through the letter.
struct PartnerNaming {
    private let names: [String: String]
    private let words: EditionWords

    init(_ facts: SubjectLetter.Facts, _ words: EditionWords) {
        self.words = words
        let allowed = facts.profile?.message.namesPartners ?? false
        var names: [String: String] = [:]
        var number = 0
        let said = facts.dossier.decisions.lazy.flatMap(\.statements).compactMap { statement -> String? in
            guard case .text(let partner)? = statement.values[.partner] else { return nil }
            return partner
        }
        for partner in facts.dossier.recipients.map(\.partner) + said where names[partner] == nil {
            if allowed, let name = facts.partnerNames[partner], !name.isEmpty {
                names[partner] = name
            } else {
                number += 1
                names[partner] = words.text("partner.unnamed", ["number": .text(words.number(number))])
            }
        }
        self.names = names
    }

    /// What a partner is called.
    func name(_ partner: String) -> String { names[partner] ?? partner }

    /// Statements with partners as the letter calls them.
    func named(_ statements: [AccountStatement]) -> [AccountStatement] {
        statements.map { statement in
            guard case .text(let partner)? = statement.values[.partner] else { return statement }
            var statement = statement
            statement.values[.partner] = .text(name(partner))
            return statement
        }
    }
}
