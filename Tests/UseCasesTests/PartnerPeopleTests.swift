import Audit
import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing
import UseCases
import Vault

/// Goal: partners' contacts, reviewers and other actors are found by an address or an id, and what is sealed for them
/// ends with an erasure. Method: one record for every field that names such a person, a dossier, an erasure, and the raw
/// bytes of every file.
@Suite struct PartnerPeopleTests {
    final class Place {
        let root = NSTemporaryDirectory() + "leadline-test-\(UUID().uuidString)"
        deinit { _ = try? FileManager.default.removeItem(atPath: root) }
        /// The time of day; nil is the real one.
        var clock: FixedClock?

        var deployment: Deployment {
            get throws {
                var folder = try DataFolder(path: root + "/data")
                if let clock { folder.machine.clock = clock }
                return Deployment(folder, namedProgram: nil, asker: Asker(actor: "tester"))
            }
        }

        init() async throws {
            var request = FoundingRequest(path: root + "/data", program: "acme", currency: "EUR")
            request.masterKeyFile = root + "/master.key"
            _ = try await Founding.found(request, cluster: nil, asker: Asker(actor: "tester"))
        }

        func send(_ inputs: [(MessageKind, String)], _ series: String) async throws {
            try deployment.topicWriter().append(inputs.enumerated().map { index, input in
                EventRecord.binary(input.0, program: "acme", json: input.1, id: "\(series)\(index)")
            })
            let processor = try Processor(deployment.folder)
            let report = try await processor.runUntilIdle(batchMax: 100)
            try await processor.settle()
            #expect(report.rejections == 0)
        }

        func erase(_ name: String) async throws -> ErasureCertificate.Statement? {
            var statement: ErasureCertificate.Statement?
            _ = try await deployment.erase([name], order: ErasureOrder(requester: "a letter")) { statement = $0.statement }
            return statement
        }

        /// Names of files that hold a text in any case.
        func files(holding text: String) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: root + "/data").filter { name in
                guard let bytes = FileManager.default.contents(atPath: root + "/data/" + name) else { return false }
                return String(decoding: bytes, as: UTF8.self).lowercased().contains(text.lowercased())
            }
        }
    }

    private static let contact = "Berta.Markerpartner@ditta.example"
    private static let rita = "rita.markerstaff@vendor.example"

    private static func profile(_ id: String, contact: String, name: String = "Ditta Markerpartner") -> (MessageKind, String) {
        (.partnerUpserted, #"{"partnerId":"\#(id)","name":"\#(name)","contactEmail":"\#(contact)","countries":["IT"],"capacity":{"openLeadsMax":9,"leadsPerPeriodMax":9}}"#)
    }

    /// Every field that names somebody at work, with an input that says it.
    private static let named: [(field: String, kind: MessageKind, json: String)] = [
        ("requester", .reviewRequested, #"{"leadId":"l-1","requester":"\#(rita)"}"#),
        ("reviewer", .humanDecisionRecorded, #"{"leadId":"l-1","uphold":true,"reviewer":"\#(rita)"}"#),
        ("requester", .processingRestricted, #"{"leadId":"l-1","requester":"\#(rita)"}"#),
        ("requester", .processingResumed, #"{"leadId":"l-1","requester":"\#(rita)"}"#),
        ("actor", .leadAccepted, #"{"leadId":"l-1","partnerId":"alpha","actor":"\#(rita)"}"#),
        ("actor", .firstResponseRecorded, #"{"leadId":"l-1","partnerId":"alpha","actor":"\#(rita)"}"#),
        ("actor", .dealStageChanged, #"{"leadId":"l-1","partnerId":"alpha","stage":"offer","actor":"\#(rita)"}"#),
        ("actor", .dealWon, #"{"leadId":"l-1","partnerId":"alpha","actor":"\#(rita)"}"#),
        ("requester", .processingObjected, #"{"leadId":"l-2","requester":"\#(rita)"}"#),
    ]

    private static func place() async throws -> Place {
        let place = try await Place()
        let lead = #""country":"IT","contact":{"email":"ann@people.example"}"#
        try await place.send([
            profile("alpha", contact: contact), profile("beta", contact: "other@ditta.example", name: "Another"),
            (.leadSubmitted, #"{"leadId":"l-1",\#(lead)}"#), (.leadSubmitted, #"{"leadId":"l-2",\#(lead)}"#),
        ], "a")
        return place
    }

    @Test(arguments: [contact, "berta.markerpartner@DITTA.example", "alpha"])
    func aPartnersContactIsFoundAndErased(name: String) async throws {
        let place = try await Self.place()
        let dossier = try place.deployment.dossier(of: name)
        #expect(dossier.partners == ["alpha"] && dossier.leads.isEmpty && !dossier.isErased)
        #expect(dossier.sources.flatMap(\.sealed).contains { $0.name == "contact_email" && $0.value == Self.contact })
        #expect(DossierText(dossier).lines.contains { $0.contains("Name and contact of the partner alpha") })
        for language in EditionLanguage.allCases {
            let edition = try place.deployment.subjectEdition(of: name, in: language).edition.statement
            #expect(edition.sections.first { $0.id == "roles" }?.parts.first?.text.contains("alpha") == true, "\(language)")
        }

        let statement = try #require(try await place.erase(name))
        #expect(statement.partners == ["alpha"] && statement.leads.isEmpty && statement.keyDestroyed)
        #expect(statement.subjects == dossier.subjects)
        #expect(statement.residualFields.contains("PartnerUpserted.partner_id"))
        #expect(!statement.residualFields.contains { $0.contains("contact_email") || $0.hasSuffix(".name") })
        #expect(statement.lines.contains { $0.contains("must stay accountable") })
        #expect(try place.files(holding: "markerpartner") == [])
        let after = try place.deployment.dossier(of: "alpha")
        #expect(after.isErased && after.sources.allSatisfy { $0.sealed.isEmpty })
        #expect(try place.deployment.dossier(of: "beta").sources.contains { !$0.sealed.isEmpty })
        if name != "alpha" { #expect(throws: Problem.self) { try place.deployment.dossier(of: name) } }
        // Certified again, and erased again with what came since.
        #expect(try await place.erase("alpha")?.partners == ["alpha"])
        try await place.send([Self.profile("alpha", contact: Self.contact)], "b")
        #expect(try place.deployment.dossier(of: Self.contact).partners == ["alpha"])
        #expect(try await place.erase("alpha")?.subjects.count == 2)
        #expect(throws: Problem.self) { try place.deployment.dossier(of: Self.contact) }
        let folder = try place.deployment.folder
        let report = try await Verifier(folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(try await Replayer(folder).run().isEqual)
    }

    /// The contact of two partners is one person; a lead of the same address is sealed apart, and found with them.
    @Test func theContactOfTwoPartnersWhoIsALeadToo() async throws {
        let place = try await Self.place()
        try await place.send([
            Self.profile("gamma", contact: Self.contact),
            (.leadSubmitted, #"{"leadId":"l-3","country":"IT","contact":{"email":"\#(Self.contact)"}}"#),
        ], "c")
        let dossier = try place.deployment.dossier(of: Self.contact)
        #expect(dossier.partners == ["alpha", "gamma"] && dossier.leads.map(\.lead) == ["l-3"] && dossier.subjects.count == 3)
        let statement = try #require(try await place.erase(Self.contact))
        #expect(statement.partners == ["alpha", "gamma"] && statement.leads == ["l-3"] && statement.subjects.count == 3)
        #expect(try place.files(holding: "markerpartner") == [])
        #expect(try place.deployment.dossier(of: "alpha").isErased)
    }

    /// Who is named in the records of others is told where; those records end with whom they are about.
    @Test func whoIsNamedInRecordsOfOthersIsFound() async throws {
        let place = try await Self.place()
        try await place.send(Self.named.map { ($0.kind, $0.json) }, "n")
        try await place.send([
            (.policyPublished, #"{"policy":{"name":"p","approvedBy":"rita-id","attemptsMax":3}}"#)
        ], "p")
        let dossier = try place.deployment.dossier(of: Self.rita)
        #expect(dossier.mentions.map(\.field) == Self.named.map(\.field))
        #expect(dossier.mentions.map(\.type) == Self.named.map { $0.kind.fullName })
        #expect(dossier.mentions.allSatisfy(\.isSealed) && dossier.sources.isEmpty)
        #expect(try place.files(holding: "markerstaff") == [])
        let approver = try place.deployment.dossier(of: "rita-id").mentions
        #expect(approver.map(\.field) == ["policy.approved_by"] && approver.allSatisfy { !$0.isSealed })
        // Who reads is in the access log.
        #expect(try place.deployment.dossier(of: "tester").mentions.contains { $0.type == "access log" })
        for language in EditionLanguage.allCases {
            let edition = try place.deployment.subjectEdition(of: Self.rita, in: language).edition.statement
            #expect(edition.sections.first { $0.id == "roles" }?.parts.count == Self.named.count + 1, "\(language)")
        }
        // A contact who is named as well learns from the certificate what stays.
        try await place.send([Self.profile("delta", contact: Self.rita, name: "Rita")], "d")
        let statement = try #require(try await place.erase(Self.rita))
        #expect(statement.partners == ["delta"] && statement.namedElsewhere == Self.named.count)
        #expect(statement.lines.contains { $0.contains("records of others name the person") })
        // The records end with the person whom they are about.
        _ = try await place.erase("l-1")
        #expect(throws: Problem.self) { try place.deployment.dossier(of: Self.rita) }
    }

    /// Whoever has leads is looked for in the records of others where that is asked for, by every address of theirs.
    @Test(arguments: [rita, "l-9"])
    func whoHasLeadsIsLookedForInRecordsOfOthersOnRequest(name: String) async throws {
        let place = try await Self.place()
        try await place.send(Self.named.map { ($0.kind, $0.json) }, "n")
        try await place.send([
            (.leadSubmitted, #"{"leadId":"l-9","country":"IT","contact":{"email":"\#(Self.rita)"}}"#),
            (.reviewRequested, #"{"leadId":"l-9","requester":"\#(Self.rita)"}"#),
        ], "o")
        let unasked = try place.deployment.dossier(of: name)
        #expect(unasked.leads.map(\.lead) == ["l-9"] && unasked.mentions.isEmpty && !unasked.mentionsSearched)
        #expect(DossierText(unasked).lines.contains { $0.contains("named by others") })
        let dossier = try place.deployment.dossier(of: name, searchesOthers: true)
        #expect(dossier.mentionsSearched && dossier.sources.map(\.type) == unasked.sources.map(\.type))
        // What the person asked for in a lead of their own stands among the sources.
        #expect(dossier.mentions.map(\.field) == Self.named.map(\.field))
        #expect(!DossierText(dossier).lines.contains { $0.contains("named by others") })
        for (searchesOthers, count) in [(false, 1), (true, Self.named.count + 1)] {
            let letter = try place.deployment.subjectEdition(of: name, in: .en, searchesOthers: searchesOthers)
            #expect(letter.edition.statement.sections.first { $0.id == "roles" }?.parts.count == count)
        }
    }
}

/// Goal: whoever asks to be erased after their time was over gets a certificate all the same.
@Suite struct ErasureAfterRetentionTests {
    @Test func whoseKeyEndedWithItsTimeIsCertified() async throws {
        let place = try await PartnerPeopleTests.Place()
        try await place.send([
            (.policyPublished, #"{"policy":{"name":"brief","retention":{"closedDealDays":1,"otherLeadDays":1},"attemptsMax":3}}"#),
            (.partnerUpserted, #"{"partnerId":"alpha","countries":["IT"],"capacity":{"openLeadsMax":9,"leadsPerPeriodMax":9}}"#),
            (.leadSubmitted, #"{"leadId":"l-1","country":"IT","contact":{"email":"ann.markerone@people.example"}}"#),
            (.leadSubmitted, #"{"leadId":"l-2","country":"IT","contact":{"email":"bob.markertwo@people.example"}}"#),
            (.dealWon, #"{"leadId":"l-1","partnerId":"alpha"}"#),
        ], "a")
        place.clock = FixedClock(try place.deployment.folder.now().adding(micros: 2 * Timestamp.microsPerDay))
        let folder = try place.deployment.folder
        try await process(folder)
        let isGone = try {
            let keyring = try folder.openVault()
            let person = try #require(try PersonFinder(folder, program: "acme", keyring: keyring).find("l-1"))
            return person.subjects.allSatisfy(keyring.vault.isErased) && !person.subjects.isEmpty
        }()
        #expect(isGone)

        let statement = try #require(try await place.erase("l-1"))
        #expect(statement.leads == ["l-1"] && statement.keyDestroyed)
        let size = try place.deployment.stream().state.nextPosition
        #expect(try await place.erase("l-1")?.position == statement.position, "nothing is erased twice")
        #expect(try place.deployment.stream().state.nextPosition == size)
        // What was rejected since is all that the address leads to.
        try place.deployment.topicWriter().append([
            EventRecord.binary(.leadSubmitted, program: "acme", json: #"{"leadId":"","contact":{"email":"ann.markerone@people.example"}}"#, id: "r")
        ])
        try await process(folder)
        #expect(try await place.erase("ann.markerone@people.example")?.deadLettersEmptied == 1)
        await #expect(throws: Problem.self) { try await place.erase("ann.markerone@people.example") }
        // Who is still there is erased as ever.
        #expect(try await place.erase("bob.markertwo@people.example")?.leads == ["l-2"])
        for marker in ["markerone", "markertwo"] { #expect(try place.files(holding: marker) == []) }
        let report = try await Verifier(folder).run()
        #expect(report.isGood, "\(report.faults)")
        #expect(try await Replayer(folder).run().isEqual)
    }

    /// The folder's processor comes and goes, and its lock with it.
    private func process(_ folder: DataFolder) async throws {
        let processor = try Processor(folder)
        _ = try await processor.runUntilIdle(batchMax: 100)
        try await processor.settle()
    }
}
