import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Testing
import Vault

/// Goal: what a program tells people is an input that every logic version takes and none decides on, and nothing that is
/// written in it stands in clear. Method: profiles among leads, with and without; one profile for each rule that it breaks.
@Suite struct ProfileTests {
    static let marker = "zqxprofileqxz"
    static var whole: WireProgramProfileSet {
        let wording = WireWording.with {
            ($0.en, $0.de, $0.fr, $0.it, $0.es) = (marker, marker, marker, marker, marker)
        }
        let contact = WireContactPoint.with {
            ($0.name, $0.postalAddress, $0.email) = (marker, marker, marker + "@acme.example")
            ($0.telephone, $0.website) = (marker, marker)
        }
        return WireProgramProfileSet.with { profile in
            profile.controller = contact
            profile.representative = contact
            profile.dataProtectionOfficer = contact
            profile.supervisoryAuthority = contact
            profile.purposes = [wording, wording]
            profile.lawfulBasis = .consent
            profile.lawfulBasisEvidence = wording
            profile.automatedDecisionGround = .explicitConsent
            profile.automatedDecisionEvidence = wording
            profile.namesPartners = true
            profile.recipients = [.with { ($0.name, $0.role) = (marker, wording) }]
            profile.transfers = [.with { ($0.country, $0.recipient, $0.safeguard, $0.copy) = ("US", marker, .standardClauses, wording) }]
            profile.sources = [.with { ($0.source, $0.description_p) = (marker, wording) }]
            profile.approvedBy = "dpo"
        }
    }

    static func record(_ profile: WireProgramProfileSet, id: String = "p", at: Timestamp = TestFolder.start) throws -> NewRecord {
        binaryEvent(.controls, "leadline.v1.ProgramProfileSet", Array(try profile.jsonString().utf8), id: id, at: at)
    }

    @Test func everythingWrittenIsSealedAndOpensAgain() async throws {
        let folder = try TestFolder()
        let workload = Workload(program: "acme", seed: 3)
        try folder.append(try workload.setUp(at: TestFolder.start) + [try Self.record(Self.whole)])
        #expect(try await folder.process().rejections == 0)
        for file in try folder.files() {
            #expect(file.bytes.range(of: Data(Self.marker.utf8)) == nil, "\(file.name) holds what was written")
        }
        let entry = try #require(try folder.entries().last { if case .programProfileSet = $0.input.fact { true } else { false } })
        #expect(entry.events.isEmpty)
        let subject = try #require(entry.input.subject.flatMap { SubjectID($0.bytes) })
        let context = SealingContext.bytes("acme", .programProfileSet, try #require(entry.input.eventDigest).bytes)
        let sealed = try folder.folder.openVault().vault.open(entry.sealed, subject: subject, context: context)
        let opened = try WireProgramProfileSet(serializedBytes: FactCodec.encode(entry.input.fact).bytes + sealed)
        #expect(opened == Self.whole)
        #expect(try ProfileVersion.of(opened) == ProfileVersion.of(Self.whole))
        let positions = try { try $0.catchUp(); return try $0.profiles(program: "acme") }(LeadsProjection(folder.folder))
        #expect(positions == [entry.position])
    }

    /// The state is that of the same stream without it, but for how far the stream has come.
    @Test func noLogicVersionDecidesOnIt() throws {
        for version in Logic.oldest...Logic.newest {
            var state = State()
            state.fold(Input(.programRegistered(ProgramRegistered(currency: "EUR", logicVersion: version))), [], at: TestFolder.start)
            var other = state
            let input = Input(.programProfileSet(ProgramProfileSet(lawfulBasis: .consent, namesPartners: true)))
            #expect(state.admission(of: input, at: TestFolder.start) == .accept)
            #expect(Decider.decide(input, at: TestFolder.start, in: state).isEmpty)
            state.fold(input, [], at: TestFolder.start)
            other.fold(Input(.duplicateReceived), [], at: TestFolder.start)
            #expect(state.canonicalBytes() == other.canonicalBytes(), "logic version \(version)")
        }
    }

    struct Breach: Sendable {
        var field: String
        var profile: WireProgramProfileSet
        init(_ field: String, _ change: (inout WireProgramProfileSet) -> Void) {
            self.field = field
            profile = ProfileTests.whole
            change(&profile)
        }
    }

    static let breaches: [Breach] = [
        Breach("purposes") { $0.purposes.append(WireWording()) },
        Breach("purposes") { $0.purposes = Array(repeating: $0.purposes[0], count: 201) },
        Breach("purposes.fr") { $0.purposes[1].fr = "a\nb" },
        Breach("controller.name") { $0.controller.name = "a\u{2028}b" },
        Breach("data_protection_officer.email") { $0.dataProtectionOfficer.email = String(repeating: "a", count: 2_001) },
        Breach("supervisory_authority.website") { $0.supervisoryAuthority.website = "\u{1B}[31m" },
        Breach("representative.telephone") { $0.representative.telephone = "\r" },
        Breach("lawful_basis_evidence.en") { $0.lawfulBasisEvidence.en = "\u{7F}" },
        Breach("automated_decision_evidence.es") { $0.automatedDecisionEvidence.es = "\u{85}" },
        Breach("recipients.name") { $0.recipients[0].name = "" },
        Breach("recipients.role.it") { $0.recipients[0].role.it = "\t" },
        Breach("transfers.country") { $0.transfers[0].country = "usa" },
        Breach("transfers.copy.de") { $0.transfers[0].copy.de = "\n" },
        Breach("no_transfers") { $0.noTransfers = true },
        Breach("sources.source") { $0.sources[0].source = "" },
        Breach("sources.description") { $0.sources[0].description_p = WireWording() },
        Breach("approved_by") { $0.approvedBy = "Ada Lovelace" },
    ]

    @Test(arguments: breaches.indices) func whatBreaksARuleIsRefusedByName(_ index: Int) throws {
        let breach = Self.breaches[index]
        #expect {
            _ = try Validation.fact(Array(try breach.profile.jsonString().utf8), as: .programProfileSet, at: TestFolder.start)
        } throws: { error in
            let rejection = error as? Rejection
            return rejection?.field == breach.field && rejection?.detail.contains(Self.marker) == false
        }
    }
}
