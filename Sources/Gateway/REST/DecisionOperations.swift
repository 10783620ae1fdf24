import Engine
import HTTPTypes
import NIOCore
import Reports

/// What was decided, a page at a time or as it comes.
enum DecisionOperations {
    static let all = [list, feed]

    private static let list = Operation(
        id: "listDecisions", method: .get, path: "/v1/decisions", tag: "Decisions",
        summary: "Decisions after a cursor, oldest first", scope: .decisionsRead, rate: .read,
        query: [
            .init(
                name: "after", schema: .cursor, about: "Id of the last decision read; from the beginning unless told."),
            .init(name: "limit", schema: .integer(1...500), about: "At most so many are looked at; 100 unless told."),
        ],
        successes: [.init(status: 200, about: "One page.", schema: .reference("DecisionPage"), headers: [.link])],
        work: .whole { call in
            let grant = try call.grant
            let limit = try call.number("limit", in: 1...500, otherwise: 100)
            let cursor = try FeedCursor.cursor(call.query["after"], grant)
            let page = try await call.services.decisions.read(after: cursor, limit: limit)
            let shown = try page.decisions.compactMap { try Edition.decision($0, for: grant) }
            let next = page.next.description
            return .json(
                JSONText.object([
                    ("decisions", "[" + shown.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"),
                    ("next", JSONText.quoted(next)), ("end", page.isEnd ? "true" : "false"),
                ]),
                page.isEnd ? [] : [(.link, "</v1/decisions?limit=\(limit)&after=\(next)>; rel=\"next\"")])
        })

    private static let feed = Operation(
        id: "followDecisions", method: .get, path: "/v1/feed", tag: "Decisions",
        summary: "Decisions as they are made (server-sent events); resumes after Last-Event-ID",
        scope: .decisionsRead, rate: .stream,
        query: [
            .init(
                name: "after", schema: .cursor, about: "Where to begin, if no Last-Event-ID is sent; now unless told."),
            .init(name: "lead", schema: .id, about: "Only about this lead."),
            .init(name: "type", schema: .string, about: "Only of this type, e.g. leadline.v1.LeadAssigned."),
        ],
        successes: [
            .init(
                status: 200, about: "One event a decision, its id the cursor.", schema: .string,
                type: "text/event-stream")
        ],
        work: .stream { call in try await LiveFeed(call) })
}

/// Cursors as clients hold them.
enum FeedCursor {
    /// The cursor a client names; one of another program, or of none, is no cursor.
    static func cursor(_ text: String?, _ grant: Grant) throws -> DecisionCursor {
        guard let text else { return DecisionCursor(program: grant.program) }
        guard let cursor = DecisionCursor(text) else {
            throw Refusal.badQuery("after", "It is the id of a decision, or the cursor of a page.")
        }
        guard cursor.program == grant.program else { throw Refusal.nothingHere }
        return cursor
    }
}
