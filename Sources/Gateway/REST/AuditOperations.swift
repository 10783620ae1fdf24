import Audit
import Engine
import HTTPTypes
import Reports
import UseCases

/// The system's records, and evidence that nothing was changed or left out. No personal data is in any of it.
enum AuditOperations {
    static let all = [records, checkpoint, key, entry, inclusion, consistency, verify]

    /// Sections that are told at once; completeness is what a verification says.
    private static let sections = RecordsSection.allCases.filter { $0 != .completeness }

    private static let records = Operation(
        id: "getRecords", method: .get, path: "/v1/audit/records/{section}", tag: "Audit",
        summary: "A section of the system's records: \(sections.map(\.rawValue).joined(separator: ", "))",
        scope: .auditRead, rate: .heavy,
        successes: [.init(status: 200, about: "The section.", schema: .anyObject)],
        work: .whole { call in
            guard let section = RecordsSection(rawValue: try call.id("section")), sections.contains(section) else {
                throw Refusal.nothingHere
            }
            return .json(try await call.run(call.deployment) { try JSONText.line(try await $0.records([section])) })
        })

    private static let checkpoint = Operation(
        id: "getCheckpoint", method: .get, path: "/v1/audit/checkpoint", tag: "Audit",
        summary: "The newest signed checkpoint: keep it where nobody who can write here can", scope: .auditRead,
        rate: .heavy,
        successes: [.init(status: 200, about: "The checkpoint and its key.", schema: .reference("Checkpoint"))],
        work: .whole { call in
            let signed = try await call.read { try $0.signCheckpoint(all: false) }
            guard let newest = signed.checkpoints.last else { throw Refusal.nothingHere }
            return .json(try JSONText.line(newest))
        })

    private static let key = Operation(
        id: "getLogKey", method: .get, path: "/v1/audit/key", tag: "Audit",
        summary: "The key that verifies checkpoints, and the statement by which the key before names it",
        scope: .auditRead, rate: .read,
        successes: [
            .init(
                status: 200, about: "The key.", schema: .object([("verifierKey", .string), ("rotation?", .string)]))
        ],
        work: .whole { call in
            let key = try await call.read { try $0.logKey() }
            return .json(
                JSONText.object([
                    ("verifierKey", JSONText.quoted(key.verifierKey)), ("rotation", key.rotation.map(JSONText.quoted)),
                ]))
        })

    private static let proofs = [
        Operation.Success(
            status: 200, about: "The proof as a file, checked offline by 'leadline audit check'.", schema: .string,
            type: "text/plain; charset=utf-8")
    ]

    private static let inclusion = Operation(
        id: "proveEntry", method: .get, path: "/v1/audit/proofs/{position}", tag: "Audit",
        summary: "The proof that the entry at a position stands in the journal", scope: .auditRead, rate: .heavy,
        successes: proofs,
        work: .whole { call in
            // Without the entry's own bytes, which an operation of their own gives out.
            try await proof(.position(try position(call)), call)
        })

    private static let entry = Operation(
        id: "getEntry", method: .get, path: "/v1/audit/entries/{position}", tag: "Audit",
        summary: "An entry's bytes as the journal holds them, what is personal sealed: its leaf is made of these",
        scope: .auditRead, rate: .heavy,
        successes: [
            .init(
                status: 200, about: "The bytes: the leaf is SHA-256 of a zero byte and these (RFC 9162).",
                schema: Schema(json: #"{"type":"string","format":"binary"}"#), type: "application/octet-stream")
        ],
        work: .whole { call in
            let position = try position(call)
            let bytes = try await call.read { try $0.entryBytes(at: position) }
            guard let bytes else { throw Refusal.nothingHere }
            return Answer(status: 200, type: "application/octet-stream", body: bytes)
        })

    /// The path's position; a text that is none is the position of nothing.
    private static func position(_ call: Call) throws -> UInt64 {
        let text = try call.id("position")
        guard let position = UInt64(text), String(position) == text, position <= UInt64(Int64.max) else {
            throw Refusal.nothingHere
        }
        return position
    }

    private static let positions = 0...Int(Int32.max)

    private static let consistency = Operation(
        id: "proveConsistency", method: .get, path: "/v1/audit/consistency", tag: "Audit",
        summary: "The proof that nothing before a checkpoint was changed since", scope: .auditRead, rate: .heavy,
        query: [
            .init(name: "from", schema: .integer(positions), about: "Size of the older checkpoint.", isRequired: true),
            .init(name: "to", schema: .integer(positions), about: "Size of the newer one; the newest unless told."),
        ],
        successes: proofs,
        work: .whole { call in
            let from = try call.number("from", in: positions, otherwise: 0)
            let to = call.query["to"] == nil ? nil : try call.number("to", in: positions, otherwise: 0)
            let subject = ProofSubject.consistency(from: UInt64(from), to: to.map { UInt64($0) })
            do { return try await proof(subject, call) } catch let problem as Problem {
                // No checkpoint was signed over so many entries: what it would prove is not there.
                guard problem.kind == .invalid else { throw problem }
                throw Refusal.nothingHere
            }
        })

    private static func proof(_ subject: ProofSubject, _ call: Call) async throws -> Answer {
        let files = try await call.read { try $0.prove(subject, withEntry: false) }
        guard let file = files.first else { throw Refusal.nothingHere }
        return Answer(status: 200, type: "text/plain; charset=utf-8", body: Array(file.text.utf8))
    }

    private static let verify = Operation(
        id: "verify", method: .post, path: "/v1/audit/verifications", tag: "Audit",
        summary: "Verify that nothing was changed or left out, as a job; quick checks chains and order alone",
        scope: .auditRead, rate: .heavy,
        payload: .init(
            types: ["application/json"], schema: .request([("quick?", .boolean.saying("Chains and order alone."))]),
            example: #"{"quick":true}"#),
        payloadIsOptional: true, successes: JobOperations.begun, makes: "job",
        work: .whole { call in
            var body = try BodyFields(call)
            var request = VerificationRequest()
            request.isQuick = try body.flag("quick") ?? false
            try body.end()
            return try await JobOperations.begin(call, "verify", .auditRead) { [request] deployment in
                let report = try await deployment.verify(request)
                let text = JSONText.object([
                    ("good", report.isGood ? "true" : "false"), ("report", try JSONText.line(report.worded)),
                ])
                return .init(body: Array(text.utf8))
            }
        })
}
