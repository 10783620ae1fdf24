import Engine
import Foundation
import Journal
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Testing
import Vault

/// Goal: no personal data stands in clear anywhere on disk. Method: leads whose every sealed field holds a token that
/// occurs nowhere else; no file of the data folder may hold the token, in any spelling that the code could give it.
@Suite struct PrivacyTests {
    static let marker = "zqxmarkerqxz"
    static let leadCount = 10_000

    @Test func sealedFieldsOfTenThousandLeadsAreNowhereOnDisk() async throws {
        let folder = try TestFolder()
        var workload = Workload(program: "acme", seed: 7)
        workload.marker = Self.marker
        var records = try workload.setUp(at: TestFolder.start) + (try workload.partners(12, at: TestFolder.start))
        for index in 0..<Self.leadCount {
            records.append(try workload.lead(at: TestFolder.start.adding(micros: Int64(index + 1) * 1_000_000)))
        }
        // Some bad ones too: dead letters are sealed as well.
        records.append(binaryEvent(.leads, "leadline.v1.LeadSubmitted", Array("{\"accountName\":\"\(Self.marker)\"".utf8), id: "bad"))
        try folder.append(records)
        let report = try await folder.process()
        #expect(report.rejections == 1)
        #expect(try folder.state().openLeadCount > 0)

        for file in try folder.files() {
            for token in [Self.marker, Self.marker.uppercased(), Data(Self.marker.utf8).base64EncodedString()] {
                #expect(file.bytes.range(of: Data(token.utf8)) == nil, "\(file.name) holds the token")
            }
        }
        for entry in try folder.entries() {
            #expect(!String(describing: entry.input).contains(Self.marker))
            #expect(!String(describing: entry.events).contains(Self.marker))
        }
    }

    @Test func aSealedLeadOpensWithItsKeyAndNotAfterErasure() async throws {
        let folder = try TestFolder()
        var workload = Workload(program: "acme", seed: 8)
        workload.marker = Self.marker
        try folder.append(try workload.setUp(at: TestFolder.start) + (try workload.partners(3, at: TestFolder.start))
            + [try workload.lead(at: TestFolder.start.adding(micros: 5))])
        try await folder.process()
        let entry = try #require(try folder.entries().first { $0.origin?.topic == "leadline.leads" })
        let subject = try #require(entry.input.subject.flatMap { SubjectID($0.bytes) })
        let context = SealingContext.bytes("acme", .leadSubmitted, try #require(entry.input.eventDigest).bytes)
        let opened = try folder.folder.openVault().vault.open(entry.sealed, subject: subject, context: context)
        let sealedPart = try WireLeadSubmitted(serializedBytes: opened)
        #expect(sealedPart.contact.givenName == Self.marker + "-1")
        #expect(sealedPart.country.isEmpty)

        let before = try folder.state().canonicalBytes()
        #expect(!before.isEmpty)
        try folder.append([binaryEvent(
            .controls, "leadline.v1.ErasureRequested", Array(#"{"leadId":"lead-1"}"#.utf8), id: "erase", at: TestFolder.start.adding(micros: 10))])
        try await folder.process()
        #expect(throws: VaultError.self) { try folder.folder.openVault().vault.open(entry.sealed, subject: subject, context: context) }
        #expect(try folder.state().lead("lead-1")?.stage == .closed)
    }
}
