import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import Synchronization
import Testing
import UseCases

/// What any face asks of a deployment, without a command line.
@Suite struct DeploymentTests {
    private final class Place {
        let root = NSTemporaryDirectory() + "leadline-test-\(UUID().uuidString)"
        deinit { _ = try? FileManager.default.removeItem(atPath: root) }

        func found() async throws -> Founded {
            var request = FoundingRequest(path: root + "/data", program: "acme", currency: "EUR")
            request.masterKeyFile = root + "/master.key"
            request.keySeed = "test"
            request.files = [("note.txt", "as it was\n")]
            return try await Founding.found(request, cluster: nil, asker: Asker(actor: "tester"))
        }

        func deployment(_ asker: Asker = Asker(actor: "tester"), progress: @escaping WorkProgress.Handler = { _ in }) throws -> Deployment {
            try Deployment.open(root + "/data", asker: asker, progress: progress)
        }
    }

    private static let lead = #"{"leadId":"l-1","contact":{"givenName":"Marta","email":"marta@officine.example"},"country":"IT"}"#

    private func send(_ json: String, to place: Place) async throws {
        let record = EventRecord.binary(.leadSubmitted, program: "acme", json: json, id: "e1")
        try place.deployment().topicWriter().append([record])
        let processor = try Processor(place.deployment().folder)
        _ = try await processor.runUntilIdle(batchMax: 10)
        try await processor.settle()
    }

    @Test func aFolderIsFoundedOnceAndFinishedWhenAsked() async throws {
        let place = Place()
        #expect(try await place.found().making == .made)
        #expect(try await place.found().making == .complete)
        #expect(try place.deployment().registeredState().currency == "EUR")
        #expect(throws: Problem.self) { try place.deployment().asked(of: "other").registeredState() }
    }

    /// A read of personal data is noted with who asks, in which role and why, before it is shown.
    @Test func whoReadsAPersonIsNoted() async throws {
        let place = Place()
        _ = try await place.found()
        try await send(Self.lead, to: place)
        let asker = Asker(actor: "kim", role: "partner-manager", reason: "the person asked")
        let history = try place.deployment(asker).lead("l-1", unseals: true)
        let opened = history.steps.compactMap { step in
            if case .fields(let fields) = step.opened { return fields }
            return nil
        }
        #expect(opened.first?.contains { $0 == ("contact.email", "marta@officine.example") } == true)
        _ = try place.deployment(asker).dossier(of: "marta@officine.example")
        let log = try String(contentsOfFile: place.root + "/data/access.jsonl", encoding: .utf8)
        let records = try log.split(whereSeparator: \.isNewline).map { try JSONDecoder().decode(AccessRecord.self, from: Data($0.utf8)) }
        #expect(records.map(\.command) == ["leads show", "audit dossier"])
        #expect(records.allSatisfy { $0.user == "kim" && $0.role == "partner-manager" && $0.reason == "the person asked" })
        #expect(!log.contains("marta"))
        // Who only looks at the list reads nobody.
        _ = try place.deployment(asker).leads(status: nil, partnerID: nil, after: nil, limit: 10)
        _ = try place.deployment(asker).lead("l-1", unseals: false)
        #expect(try String(contentsOfFile: place.root + "/data/access.jsonl", encoding: .utf8) == log)
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        let place = Place()
        _ = try await place.found()
        try await send(Self.lead, to: place)
        let deployment = try place.deployment()
        let questions: [(String, () throws -> Void)] = [
            ("lead", { _ = try deployment.lead("l-9", unseals: false) }),
            ("page after", { _ = try deployment.leads(status: nil, partnerID: nil, after: "l-9", limit: 1) }),
            ("explanation", { _ = try deployment.explain("l-9", .latest) }),
            ("partner", { _ = try deployment.explain("l-1", .latest, partnerID: "nobody") }),
            ("position", { _ = try deployment.stream(at: 900) }),
            ("fold", { _ = try deployment.folded(through: 900) }),
            ("proof", { _ = try deployment.prove(.lead("l-9")) }),
            ("person", { _ = try deployment.dossier(of: "l-9") }),
            ("dead letter", { _ = try deployment.deadLetter(at: .init("7")!, unseals: false) }),
            ("pilot", { _ = try deployment.pilotReport("none", incumbent: nil) }),
        ]
        for (name, ask) in questions {
            let problem = #expect(throws: Problem.self, "\(name)") { try ask() }
            #expect(problem?.kind == .notFound, "\(name): \(problem.map { "\($0)" } ?? "nothing")")
        }
    }

    /// Every part of long work ends as it began, whatever came of it.
    @Test func progressComesToItsEnd() async throws {
        let place = Place()
        _ = try await place.found()
        try await send(Self.lead, to: place)
        let open = Mutex<[String: Bool]>([:])
        let deployment = try place.deployment { progress in open.withLock { $0[progress.label] = !progress.isFinished } }
        _ = try await deployment.verify(VerificationRequest())
        _ = try deployment.folded()
        _ = try? deployment.dossier(of: "l-9")
        let seen = open.withLock { $0 }
        #expect(Set(seen.keys).isSuperset(of: ["verifying", "reading the journal", "indexing"]))
        #expect(seen.values.allSatisfy { !$0 })
    }
}
