import Engine
import HTTPTypes
import LeadlineSchemas
import Reports
import UseCases

/// CloudEvents over HTTP, in all three modes, by the decoder that reads them off a topic.
enum EventOperations {
    static let all = [send]

    static let structured = "application/cloudevents+json"
    static let batch = "application/cloudevents-batch+json"
    /// Events of a batch at most.
    static let batchMax = 1_000

    private static let send = Operation(
        id: "sendEvents", method: .post, path: "/v1/events", tag: "Events",
        summary: "Send CloudEvents: structured, batched, or binary with ce- headers",
        scope: .eventsSend, rate: .write, headers: EventSchemas.headers,
        payload: .init(
            types: [structured, batch, "application/json", "application/protobuf"], schema: .reference("CloudEvent"),
            example:
                #"{"specversion":"1.0","id":"web-1","source":"/web-form","type":"leadline.v1.LeadSubmitted","#
                + #""data":{"leadId":"lead-1","country":"IT"}}"#,
            takesOtherJSON: true),
        successes: [
            .init(
                status: 202, about: "All are durable; the decisions follow.", schema: .object([("accepted", .integer)]))
        ],
        work: .whole { call in
            let grant = try call.grant
            let events = try await events(of: call).map { try event($0.headers + call.traceHeaders, $0.value, grant) }
            try await append(events, BudgetGate(services: call.services, grant: grant))
            return .json(#"{"accepted":\#(events.count)}"#, status: 202, [(.cacheControl, "no-store")])
        })

    /// All of them or none: where one is past the sender's budgets, the others take nothing.
    private static func append(
        _ events: [(record: NewRecord, change: BudgetGate.Change)], _ gate: BudgetGate
    ) async throws {
        let leaves = try await gate.ask(events.map(\.change))
        for case .refused(let refusal) in leaves {
            try await gate.giveBack(leaves)
            throw refusal
        }
        do { _ = try await gate.services.inbox.append(events.map(\.record), isWatched: false) } catch {
            try await gate.giveBack(leaves, after: error)
            throw error
        }
    }

    private static func events(of call: Call) async throws -> [(headers: [RecordHeader], value: [UInt8])] {
        let type = call.headers[.contentType] ?? ""
        let structuredType = [RecordHeader("content-type", structured)]
        switch MediaType.bare(type) {
        case structured:
            try checkHeaders(call.headers)
            return [(structuredType, call.body)]
        case batch:
            try checkHeaders(call.headers)
            guard let parts = JSONElements.split(call.body, max: batchMax) else {
                throw Refusal(400, "malformed", "Not readable", "A batch is a JSON array of at most \(batchMax) events.")
            }
            return parts.map { (structuredType, Array($0)) }
        default: return [(try binaryHeaders(call.headers, type), call.body)]
        }
    }

    /// Where events stand in the body, `ce-` headers beside them say nothing (CloudEvents HTTP binding 1.0.2, section
    /// 3.2); one that is none is refused all the same, for its sender meant something by it.
    private static func checkHeaders(_ fields: HTTPFields) throws {
        for parameter in EventSchemas.headers {
            guard let name = HTTPField.Name(parameter.name), let value = fields[name] else { continue }
            guard let text = attribute(value), EventSchemas.allows(text, as: parameter.name) else {
                throw Refusal.invalid(
                    "It is not as the document has it. Where the event stands in the body, leave it out.",
                    field: parameter.name)
            }
        }
    }

    /// `ce-` headers as they stand on a topic (HTTP and Kafka protocol bindings).
    private static func binaryHeaders(_ fields: HTTPFields, _ type: String) throws -> [RecordHeader] {
        var headers = [RecordHeader("content-type", type)]
        for field in fields where field.name.canonicalName.utf8.starts(with: "ce-".utf8) {
            let name = field.name.canonicalName.unicodeScalars.dropFirst(3).map(String.init).joined()
            guard let text = attribute(field.value) else {
                throw Refusal(
                    400, "not-utf8", "Not readable", "The header, percent-decoded, is not UTF-8.",
                    field: field.name.rawName.utf8.count <= 128 ? field.name.rawName : "")
            }
            headers.append(RecordHeader("ce_" + name, text))
        }
        return headers
    }

    /// What a header's value says (CloudEvents HTTP binding 1.0.2, section 3.1.3.2): a quoted string is unquoted, and
    /// then percent-decoded once. A percent sign before anything but two digits stands for itself. Nil for what is no
    /// UTF-8.
    static func attribute(_ value: String) -> String? {
        let bytes = unquoted(Array(value.utf8))
        var (decoded, at): ([UInt8], Int) = ([], 0)
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = digit(bytes[at + 1]),
                let low = digit(bytes[at + 2])
            {
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(bytes[at])
                at += 1
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard bytes.count >= 2, bytes.first == quote, bytes.last == quote else { return bytes }
        var (text, isEscaped): ([UInt8], Bool) = ([], false)
        for byte in bytes.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                text.append(byte)
                isEscaped = false
            }
        }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// A record, if its sender may send it from there.
    private static func event(
        _ headers: [RecordHeader], _ value: [UInt8], _ grant: Grant
    ) throws -> (record: NewRecord, change: BudgetGate.Change) {
        let event = try EventAttributes(headers: headers, value: value)
        guard grant.maySend(from: event.source) else {
            throw Refusal(
                403, "forbidden-source", "Not allowed", "The key may not send from this source.", field: "source")
        }
        guard let kind = MessageKind(fullName: event.type), let topic = Topic(name: kind.topic) else {
            throw Refusal.invalid("There is no message of this type.", field: "type")
        }
        let scope = scope(for: kind)
        guard grant.allows(scope) else { throw Refusal.missing(scope) }
        try checkReason(event, kind, grant)
        // Only a budget asks what an event takes.
        let wish = grant.budgets.isEmpty ? BudgetWish() : BudgetWish(event, kind)
        let change: BudgetGate.Change = (event.source + " " + event.id, wish)
        guard let field = RecordedActor.field(of: kind) else {
            return (NewRecord(topic: topic, key: Array(grant.program.utf8), headers: headers, value: value), change)
        }
        let data = try RecordedActor.stating(grant.principal, in: event.data, isJSON: event.isJSON, field)
        let record = EventRecord.binary(
            topic: topic, program: grant.program, type: event.type, id: event.id, source: event.source, body: data,
            contentType: event.isJSON ? "application/json" : "application/protobuf", extraHeaders: optional(event))
        return (record, change)
    }

    private static func checkReason(_ event: EventAttributes, _ kind: MessageKind, _ grant: Grant) throws {
        guard kind == .offerAnswered, grant.partner != nil else { return }
        let answer: WireOfferAnswered
        // Of data that cannot be read intake says what is wrong with it.
        do { answer = try BudgetWish.read(WireOfferAnswered.self, event) } catch { return }
        try OfferOperations.checkReason(answer, grant)
    }

    private static func optional(_ event: EventAttributes) -> [RecordHeader] {
        let attributes = [("ce_time", event.time.map { TimeText.utc($0) }), ("ce_partitionkey", event.partitionKey),
            ("ce_traceparent", event.trace?.description)]
        return attributes.compactMap { name, value in value.map { RecordHeader(name, $0) } }
    }

    /// What one must be allowed to send an event of a kind. Each kind is named, so that a new one finds its scope before
    /// anybody can send it.
    static func scope(for kind: MessageKind) -> Scope {
        switch kind {
        case .leadSubmitted, .leadUpdated, .leadWithdrawn, .intentObserved, .firmographicsObserved,
            .technographicsObserved, .leadAccepted, .leadDeclined, .leadReturned, .firstResponseRecorded,
            .dealStageChanged, .dealWon, .dealLost, .dealClaimed, .claimWithdrawn:
            .eventsSend
        // An answer binds its partner to terms.
        case .offerAnswered: .leadsAnswer
        case .partnerUpserted, .partnerCapacitySet, .partnerPaused, .partnerResumed, .partnerRemoved,
            .partnerAbsenceSet, .partnerAbsenceCancelled, .partnerCommissionTermsSet, .commissionShared,
            .partnersMerged:
            .partnersWrite
        case .reviewRequested: .reviewsRequest
        case .humanDecisionRecorded, .claimDecided, .returnDecided, .leadsUnlinked, .leadsLinked: .decisionsOverride
        case .processingRestricted, .processingObjected, .processingResumed, .erasureRequested, .personsLinked,
            .personsUnlinked, .suppressionSet, .suppressionLifted, .rejectedRecordsErased:
            .rightsExercise
        case .policyPublished, .ratesPublished: .policiesPublish
        case .programRegistered, .programProfileSet, .logicVersionAdopted, .segmentArchived: .programsManage
        }
    }
}

/// Media types of headers.
enum MediaType {
    /// Without parameters, in lower case.
    static func bare(_ text: String) -> String {
        let bytes = text.utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != 0x20 && $0 != 0x09 }
        return String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// JSON looked at without reading it: what it nests, and where an array's elements lie. Strings are passed over, and
/// whatever is no JSON at all the reader of the parts refuses.
enum JSONElements {
    static let depthMax = 32

    /// True if the text nests no deeper than is read.
    static func isShallow(_ json: some Sequence<UInt8>) -> Bool {
        var walk = Walk()
        for byte in json {
            walk.take(byte)
            if walk.depth > depthMax { return false }
        }
        return true
    }

    /// Refuses null: a field without a value is left out, so that a document's reader and the schema agree.
    static func refuseNull(_ json: [UInt8]) throws(Refusal) {
        var walk = Walk()
        for byte in json {
            // Outside of strings the only word with an "n" at its beginning is null.
            if !walk.isInString, byte == UInt8(ascii: "n") {
                throw .invalid("A field is null; leave out what has no value.")
            }
            walk.take(byte)
        }
    }

    /// The elements of an array; nil for anything else, and for more than `max`.
    static func split(_ json: [UInt8], max: Int) -> [ArraySlice<UInt8>]? {
        guard let first = json.firstIndex(where: { !isSpace($0) }), json[first] == UInt8(ascii: "["),
            let last = json.lastIndex(where: { !isSpace($0) }), json[last] == UInt8(ascii: "]"), first < last
        else { return nil }
        var walk = Walk()
        var parts: [ArraySlice<UInt8>] = []
        var start = first + 1
        for index in (first + 1)..<last {
            if walk.depth == 0, !walk.isInString, json[index] == UInt8(ascii: ",") {
                parts.append(json[start..<index])
                start = index + 1
                if parts.count > max { return nil }
            } else {
                walk.take(json[index])
                if walk.depth < 0 || walk.depth > depthMax { return nil }
            }
        }
        parts.append(json[start..<last])
        guard walk.depth == 0, !walk.isInString, parts.count <= max,
            parts.allSatisfy({ !$0.allSatisfy(isSpace) })
        else { return nil }
        return parts
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private struct Walk {
        var depth = 0
        var isInString = false
        private var isEscaped = false

        mutating func take(_ byte: UInt8) {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                return
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
    }
}
