import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import UseCases

/// A change on its way into the journal: checked by intake's own rules, durable before it is answered, and decided
/// while the caller waits if it wants to.
struct Submission: Sendable {
    /// How long a repeat may take to be told apart from a first, where the caller names no time.
    static let repeatPatience = Duration.seconds(2)

    let call: Call
    let grant: Grant
    let eventID: String
    let isRepeatable: Bool

    /// - Parameter operation: whose idempotency keys these are.
    init(_ call: Call, _ operation: String) throws {
        self.call = call
        grant = try call.grant
        if let key = try Self.idempotencyKey(call.headers) {
            eventID = call.services.identities.eventID(grant, operation: operation, key: key)
            isRepeatable = true
        } else {
            eventID = call.services.folder.machine.newID()
            isRepeatable = false
        }
    }

    /// A change that names itself, whoever sends it and however often.
    init(_ call: Call, by grant: Grant, eventID: String) {
        self.call = call
        self.grant = grant
        self.eventID = eventID
        isRepeatable = true
    }

    /// Longest Idempotency-Key.
    static let keyBytesMax = 200

    /// What a key may be, as the document says it: not nothing between quotes.
    static let keyPattern = #"^(?!""$)[!-~]{1,\#(keyBytesMax)}$"#

    /// The key. One that stands in quotes, as structured fields have it (RFC 9651), is the same without them.
    private static func idempotencyKey(_ headers: HTTPFields) throws -> String? {
        let values = headers[values: .idempotencyKey]
        guard let value = values.first else { return nil }
        var bytes = Array(value.utf8)
        let isWithin = (1...keyBytesMax).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        if bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") {
            bytes = Array(bytes.dropFirst().dropLast())
        }
        guard values.count == 1, isWithin, !bytes.isEmpty else {
            throw Refusal(
                400, "bad-header", "A header is not valid",
                "Idempotency-Key has from 1 to \(keyBytesMax) visible ASCII characters, quotes around it included.",
                field: "Idempotency-Key")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the body as a message of a kind; an empty body is the empty message.
    func message<Body: SwiftProtobuf.Message>(_: Body.Type, _ kind: MessageKind) throws -> Body {
        if call.body.isEmpty { return Body() }
        try JSONElements.refuseNull(call.body)
        try ValueForms.of(kind).check(call.body)
        do { return try Body(jsonUTF8Bytes: call.body) } catch {
            // Intake says what is wrong in a producer's words. It passes over fields of a later schema, which a
            // producer on a topic may be ahead with; here a field that nothing is done with is most likely misspelt.
            try Validation.readable(call.body, as: kind)
            throw Refusal.unknownField(error)
        }
    }

    /// A change as a record, with what it takes of its sender's budgets.
    struct Change: Sendable {
        var record: NewRecord
        var wish: BudgetWish
    }

    /// A lead as a change, and its id. A form without ids of its own: a repeat under the same key makes the same id.
    func submitted(_ message: WireLeadSubmitted) throws -> (lead: String, change: Change) {
        var message = message
        if message.leadID.isEmpty { message.leadID = "lead-" + eventID }
        return (message.leadID, try change(message, .leadSubmitted))
    }

    private func change(_ message: some SwiftProtobuf.Message, _ kind: MessageKind) throws -> Change {
        Change(record: try record(message, kind), wish: BudgetWish(message))
    }

    private func record(_ message: some SwiftProtobuf.Message, _ kind: MessageKind) throws -> NewRecord {
        guard let topic = Topic(name: kind.topic) else {
            preconditionFailure("\(kind.topic) is a topic of the schemas")
        }
        var (body, type) = (try message.serializedBytes() as [UInt8], "application/protobuf")
        // A message that states nothing has no bytes, by which a topic says that there is no message.
        if body.isEmpty { (body, type) = (Array("{}".utf8), "application/json") }
        return EventRecord.binary(
            topic: topic, program: grant.program, type: kind.fullName, id: eventID, source: grant.ownSource,
            body: body, contentType: type, extraHeaders: call.traceHeaders)
    }

    /// Appends a message and answers what became of it.
    func send(_ message: some SwiftProtobuf.Message, _ kind: MessageKind, lead: String? = nil) async throws -> Answer {
        try await send(change(message, kind), lead: lead)
    }

    /// Appends a change and answers what became of it.
    func send(_ change: Change, lead: String?) async throws -> Answer {
        let patience = call.wait ?? (isRepeatable ? Self.repeatPatience : .zero)
        let appended = try await BudgetGate(services: call.services, grant: grant).append(
            change.record, (eventID, change.wish), isWatched: patience > .zero)
        let fate = patience == .zero ? nil : try await Self.fate(of: appended, within: patience, grant, call.services)
        return try answer(try await firstAnswer(fate, lead), lead: lead)
    }

    /// A repeat is answered as the first was: with the entry that the event made, and what was decided then.
    private func firstAnswer(_ fate: RecordFate?, _ lead: String?) async throws -> RecordFate? {
        guard case .decided(let program, _, isRepeat: true, _) = fate, let lead else { return fate }
        let first = try await call.read { [eventID] in try $0.firstDecisions(ofEvent: eventID, aboutLead: lead) }
        return first.map { .decided(program: program, position: $0.position, isRepeat: true, $0.decisions) } ?? fate
    }

    /// How long a use case waits for its input to be decided.
    private static let useCasePatience = Duration.seconds(20)

    /// The way by which a use case puts its records on the topics: the inbox, and then their entries.
    var submitting: Submitting {
        let (call, grant) = (call, grant)
        return Submitting(source: grant.ownSource, eventID: isRepeatable ? eventID : nil) { records in
            var positions: [UInt64] = []
            for appended in try await call.services.inbox.append(records) {
                let fate = try await Self.fate(
                    of: appended, within: Self.useCasePatience, grant, call.services)
                switch fate {
                case .decided(_, let position, _, _): positions.append(position)
                case .rejected(let rejection): throw rejection
                case .accepted, nil:
                    throw Problem(
                        .unavailable, "the request is durable, but not decided yet", remedy: "Ask again shortly")
                }
            }
            return positions
        }
    }

    /// What became of a record, nil if that is not known in time. Waiting ends with the right to wait.
    static func fate(
        of record: AppendedRecord, within patience: Duration, _ grant: Grant, _ services: GatewayServices
    ) async throws -> RecordFate? {
        try await fates(of: [record], within: patience, grant, services)[0]
    }

    /// What became of records, in their order; nil for each of which that is not known in time.
    static func fates(
        of records: [AppendedRecord], within patience: Duration, _ grant: Grant, _ services: GatewayServices
    ) async throws -> [RecordFate?] {
        let known = KnownFates(count: records.count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for (index, record) in records.enumerated() { known.set(try await record.fate(), at: index) }
            }
            group.addTask { try await Task.sleep(for: patience) }
            group.addTask {
                try await StandingGrant(grant, services).awaitEnd()
                throw Refusal.noKey
            }
            group.addTask { try await gracefulShutdown() }
            defer { group.cancelAll() }
            try await group.next()
        }
        return known.all
    }

    private final class KnownFates: Sendable {
        private let fates: Mutex<[RecordFate?]>

        init(count: Int) { fates = Mutex(Array(repeating: nil, count: count)) }

        func set(_ fate: RecordFate, at index: Int) { fates.withLock { $0[index] = fate } }

        var all: [RecordFate?] { fates.withLock { $0 } }
    }

    private func answer(_ fate: RecordFate?, lead: String?) throws -> Answer {
        var fields: [(name: String, json: String?)] = [
            ("event", JSONText.quoted(eventID)), ("lead", lead.map(JSONText.quoted)),
        ]
        var headers: [(HTTPField.Name, String)] = [(.cacheControl, "no-store")]
        if let wait = call.wait { headers.append((.preferenceApplied, "wait=\(wait.components.seconds)")) }
        switch fate {
        case .rejected(let rejection): throw Refusal.rejected(rejection)
        case .decided(_, let position, let isRepeat, let decisions):
            let shown = try decisions.compactMap { try Edition.decision($0, for: grant) }
            let list = shown.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
            fields += [
                ("status", #""decided""#), ("repeated", isRepeat ? "true" : "false"),
                ("position", grant.partner == nil && grant.role != .producer ? "\(position)" : nil),
                ("decisions", "[\(list)]"), ("disregarded", try disregarded(decisions)),
            ]
            return .json(JSONText.object(fields), status: 200, headers)
        case .accepted, nil:
            fields.append(("status", #""accepted""#))
            return .json(JSONText.object(fields), status: 202, headers)
        }
    }
}

extension Submission {
    /// Why the change was taken down and changed nothing, for whoever sent it: it came too late, or again, or things
    /// had moved on. A producer is told that it was taken, and no more.
    private func disregarded(_ decisions: [PublishedDecision]) throws -> String? {
        if grant.role == .producer { return nil }
        for decision in decisions {
            guard case .inputDisregarded(let event) = try decision.event() else { continue }
            return JSONText.object([
                ("reason", JSONText.quoted("\(event.reason)")),
                ("detail", JSONText.quoted(DecisionReasonWords.disregard(event.reason))),
            ])
        }
        return nil
    }
}

extension Refusal {
    /// What intake says of an event whose id came before with other content, in the words of whoever sent the key that
    /// the id was made of.
    func ofKey(_ headers: HTTPFields) -> Refusal {
        guard status == 422, field == "id", headers[.idempotencyKey] != nil else { return self }
        return Refusal(
            422, "event-id-conflict", "Not acceptable as it is",
            "The same key came before with other content; send another change under another key.",
            field: "Idempotency-Key")
    }
}
