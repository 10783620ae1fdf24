import Engine
import HTTPTypes
import Reports
import UseCases

/// Records that intake refused: why, what they hold, and sending them again.
enum DeadLetterOperations {
    static let all = [list, show, record, resubmit]

    private static let offsets = 0...Int(Int32.max)

    private static let list = Operation(
        id: "listDeadLetters", method: .get, path: "/v1/dead-letters", tag: "Dead letters",
        summary: "Rejected records, the oldest first, without their contents", scope: .deadLettersRead, rate: .heavy,
        query: [
            .init(
                name: "reason", schema: Schema(json: #"{"type":"string","pattern":"^[a-z-]{1,64}$"}"#),
                about: "Those of this reason alone, e.g. unknown-lead."),
            .init(
                name: "after", schema: .integer(offsets),
                about: "Go on after this offset, the last of the page before."),
            .init(name: "limit", schema: .integer(1...200), about: "At most so many; 50 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("DeadLetterPage"), headers: [.link])],
        work: .whole { call in
            let limit = try call.number("limit", in: 1...200, otherwise: 50)
            let from = call.query["after"] == nil ? 0 : try call.number("after", in: offsets, otherwise: 0) + 1
            let reason = try call.query["reason"].map { reason in
                guard (1...64).contains(reason.utf8.count), reason.utf8.allSatisfy(isReasonByte) else {
                    throw Refusal.badQuery("reason", "It is the word of a reason, e.g. unknown-lead.")
                }
                return reason
            }
            let letters = try await call.read { deployment in
                try deployment.deadLetters(reason: reason, from: Int64(from), limit: limit)
            }
            var headers: [(HTTPField.Name, String)] = []
            if letters.count == limit, let last = letters.last {
                let next = "/v1/dead-letters?limit=\(limit)&after=\(last.place.offset)"
                headers.append((.link, "<\(next)\(reason.map { "&reason=\($0)" } ?? "")>; rel=\"next\""))
            }
            return .json("{\"deadLetters\":[\(letters.map { $0.json(nil) }.joined(separator: ","))]}", headers)
        })

    private static func isReasonByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
    }

    private static let show = Operation(
        id: "getDeadLetter", method: .get, path: "/v1/dead-letters/{letter}", tag: "Dead letters",
        summary: "A rejected record: why, and where it came from", scope: .deadLettersRead, rate: .read,
        successes: [.init(status: 200, about: "Without its contents.", schema: .reference("DeadLetter"))],
        work: .whole { call in
            let place = try place(call)
            return .json(try await call.read { try $0.deadLetter(at: place, unseals: false).letter }.json(nil))
        })

    private static let record = Operation(
        id: "openDeadLetter", method: .get, path: "/v1/dead-letters/{letter}/record", tag: "Dead letters",
        summary: "A rejected record with its contents, personal data included; the read is noted",
        scope: .deadLettersReadContact, rate: .read, reason: .required,
        successes: [.init(status: 200, about: "What was refused.", schema: .reference("DeadLetter"))],
        work: .whole { call in
            let place = try place(call)
            let (letter, record) = try await call.read { try $0.deadLetter(at: place, unseals: true) }
            return .json(letter.json(record), [(.cacheControl, "no-store")])
        })

    private static let resubmit = Operation(
        id: "resubmitDeadLetter", method: .post, path: "/v1/dead-letters/{letter}/resubmit", tag: "Dead letters",
        summary: "Send a rejected record again, as it was; 422 says why where it is refused again", scope: .deadLettersResubmit, rate: .write,
        successes: [
            .init(status: 200, about: "It was decided.", schema: .object([("sent", .integer), ("letter", .string)]))
        ],
        work: .whole { call in
            let place = try place(call)
            let deployment = try call.asked(submitting: try Submission(call, "resubmitDeadLetter").submitting)
            let outcome = try await call.run(deployment) { try await $0.resubmit(.places([place]), isDry: false) }
            if let failure = outcome.failures.first { throw failure }
            return .json(
                JSONText.object([("sent", "\(outcome.sent)"), ("letter", JSONText.quoted("\(place)"))]),
                [(.cacheControl, "no-store")])
        })

    /// The path's place. One that cannot be a place is the place of nothing.
    private static func place(_ call: Call) throws -> DeadLetterPlace {
        guard let place = DeadLetterPlace(try call.id("letter")) else { throw Refusal.nothingHere }
        return place
    }
}
