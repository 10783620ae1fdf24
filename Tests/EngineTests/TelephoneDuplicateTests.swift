import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Testing
import Vault

/// Goal: who comes again with the same telephone number is known by it, a company's number makes nobody another, and of
/// the number nothing is left once the person is erased.
@Suite struct TelephoneDuplicateTests {
    private static let number = "+39 049 555 0142"

    private static func lead(_ id: String, _ contact: String, minute: Int64, more: String = "") -> NewRecord {
        record(.leads, "LeadSubmitted", "{\"leadId\":\"\(id)\",\"country\":\"IT\"\(more),\"contact\":{\(contact)}}", id: id, minute)
    }

    private static func record(_ topic: Topic, _ type: String, _ text: String, id: String, _ minute: Int64) -> NewRecord {
        binaryEvent(
            topic, "leadline.v1.\(type)", Array(text.utf8), id: id,
            at: TestFolder.start.adding(micros: minute * Timestamp.microsPerMinute))
    }

    private static func opening() -> [NewRecord] {
        [
            record(.controls, "ProgramRegistered", #"{"currency":"EUR","name":"p"}"#, id: "program", 0),
            record(
                .controls, "PolicyPublished", #"{"policy":{"name":"p","samePersonDays":30,"attemptsMax":3}}"#, id: "policy", 0),
            record(.partners, "PartnerUpserted", #"{"partnerId":"alpha","countries":["IT"]}"#, id: "alpha", 0),
        ]
    }

    private static func merged(_ folder: TestFolder) throws -> [String] {
        try folder.entries().flatMap(\.events).compactMap { event in
            if case .leadMerged(let merged) = event { return "\(merged.leadID) into \(merged.intoLeadID)" }
            return nil
        }
    }

    /// What the first lead states of its person, what the second does, and whether they are one.
    @Test(arguments: [
        (#""phone":"+39 049 555 0142""#, #""phone":"0039-049-5550142""#, true),
        (#""phone":"+39 049 555 0142""#, #""phone":"049 5550142""#, true),
        (#""phone":"+39 049 555 0142","givenName":"Kim","familyName":"Doe""#, #""phone":"049/5550142","givenName":"kim","familyName":" DOE""#, true),
        (#""phone":"+39 049 555 0142","givenName":"Kim","email":"k@a.example""#, #""phone":"049/5550142","givenName":"Kim","email":"kim@b.example""#, true),
        (#""phone":"+39 049 555 0142","givenName":"Kim","email":"k@a.example""#, #""phone":"049/5550142""#, true),
        (#""phone":"+39 049 555 0142","givenName":"Kim","email":"k@a.example""#, #""phone":"049/5550142","givenName":"Kim","email":"info@b.example""#, true),
        (#""phone":"+39 049 555 0142","email":"k@a.example""#, #""phone":"049/5550142","email":"kim@b.example""#, false),
        (#""phone":"+39 049 555 0142","givenName":"Kim""#, #""phone":"049/5550142","givenName":"Jo""#, false),
        (#""phone":"+39 049 555 0142 ext. 1""#, #""phone":"+39 049 555 0142 ext. 2""#, false),
        (#""phone":"+39 049 555 0142""#, #""phone":"+39 049 555 0143""#, false),
        (#""phone":"0142""#, #""phone":"0142""#, false), (#""phone":"n/a""#, #""phone":"n/a""#, false),
    ]) func oneOrTwo(first: String, second: String, isOne: Bool) async throws {
        let folder = try TestFolder()
        try folder.append(Self.opening() + [Self.lead("l1", first, minute: 1), Self.lead("l2", second, minute: 2)])
        try await folder.process()
        #expect(try Self.merged(folder) == (isOne ? ["l2 into l1"] : []))
    }

    /// Two people are reached by a number: one that states nothing but the number is neither's.
    @Test func aCompanysNumberMakesNobodyAnother() async throws {
        let folder = try TestFolder()
        let people = ["Kim", "Jo", "Ada"].enumerated().map { index, name in
            Self.lead("l\(index)", "\"phone\":\"\(Self.number)\",\"givenName\":\"\(name)\"", minute: Int64(index + 1))
        }
        try folder.append(Self.opening() + people + [Self.lead("l9", "\"phone\":\"\(Self.number)\"", minute: 9)])
        try await folder.process()
        #expect(try Self.merged(folder) == [])
        let leads = try folder.entries().filter { $0.input.fact.leadID != nil }
        #expect(leads.count == 4 && Set(leads.compactMap(\.input.subject)).count == 4)
        #expect(leads.allSatisfy { $0.input.linkedSubject == nil })
    }

    /// Two accounts are two enquiries, of one person: a link says so, and a person may undo it.
    @Test func anotherCompanyIsAnotherEnquiry() async throws {
        let folder = try TestFolder()
        let contact = "\"phone\":\"\(Self.number)\",\"givenName\":\"Kim\""
        let leads = ["a", "b"].enumerated().map { index, account in
            Self.lead("l\(index)", contact, minute: Int64(index + 1), more: ",\"accountDomain\":\"\(account).example\"")
        }
        try folder.append(Self.opening() + leads)
        try await folder.process()
        #expect(try Self.merged(folder) == [])
        let links = try folder.entries().flatMap(\.events).filter {
            if case .personLinkChanged(let change) = $0 { change.isInferred && change.isLinked } else { false }
        }
        #expect(links.count == 1)
    }

    /// The number's digits stand in no file in clear, and the look-ups go with the person.
    @Test func erasureTakesTheNumberAlong() async throws {
        let folder = try TestFolder()
        let contact = "\"phone\":\"\(Self.number)\",\"givenName\":\"Kim\""
        try folder.append(Self.opening() + [Self.lead("l1", contact, minute: 1)])
        try await folder.process()
        let keyring = try folder.folder.openVault()
        let pseudonyms = Pseudonyms(masterKey: keyring.masterKey, program: "acme")
        let lookups = [
            pseudonyms.lookup(kind: .telephone, value: "+390495550142"),
            pseudonyms.lookup(telephone: "+390495550142", name: " KIM"),
        ]
        for lookup in lookups { #expect(try keyring.vault.allSubjects(lookup).count == 1) }
        try folder.append([Self.record(.controls, "ErasureRequested", #"{"leadId":"l1"}"#, id: "e", 2)])
        try await folder.process()
        let after = try folder.folder.openVault()
        for lookup in lookups { #expect(try after.vault.allSubjects(lookup).isEmpty) }
        for name in ["journal.db", "vault.db"] {
            let bytes = try Data(contentsOf: URL(filePath: folder.root + "/data/" + name))
            for text in ["5550142", "049 555"] { #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name): \(text)") }
        }
    }
}
