import Engine
import HTTPTypes
import LeadlineSchemas
import NIOCore

/// One client's stream of decisions. It holds a cursor and waits for the next commit, never a queue: a client that
/// reads slowly holds up nobody, and one that comes back goes on where it was. Rights are looked up at every delivery.
struct LiveFeed: AnswerStream {
    /// So often something is written, that both ends know of each other.
    private static let heartbeat = Duration.seconds(15)

    private let services: GatewayServices
    private let grant: Grant
    /// What the client is sent; nil for decisions as the API has them, whose encoding all clients share.
    private let form: SharedPages.Form?
    private let lead: String?
    private let type: String?
    private var cursor: DecisionCursor
    private var isGreeted = false

    /// - Parameters:
    ///   - form: what is sent of a decision; nil for the API's own.
    /// - Throws: `Refusal` for a cursor that is none.
    init(_ call: Call, as form: SharedPages.Form? = nil) async throws {
        self.form = form
        services = call.services
        grant = try call.grant
        lead = call.query["lead"]
        type = call.query["type"]
        if let lead, !FieldLimits.isID(lead) { throw Refusal.badQuery("lead", "It is the id of a lead.") }
        if let last = call.headers[.lastEventID] ?? call.query["after"] {
            cursor = try FeedCursor.cursor(last, grant)
        } else {
            cursor = try await services.decisions.end(of: grant.program)
        }
    }

    mutating func next() async throws -> ByteBuffer? {
        if !isGreeted {
            isGreeted = true
            return ByteBuffer(string: ": following\n\n")
        }
        while true {
            let page = try await services.pages.page(after: cursor)
            guard let current = try await StandingGrant(grant, services).now(), current.allows(.decisionsRead) else {
                return nil
            }
            let events = try form.map { try page.events(for: current, lead: lead, type: type, as: $0) }
                ?? page.events(for: current, lead: lead, type: type)
            cursor = page.decisions.next
            if events.readableBytes > 0 { return events }
            if !page.decisions.isEnd { continue }
            let wake = try await services.room.wait(
                forMoreThan: page.decisions.streamSize, of: cursor.program, under: grant, quietAfter: Self.heartbeat,
                services)
            switch wake {
            case .commit: continue
            case .quiet: return ByteBuffer(string: ": still here\n\n")
            case .end: return nil
            }
        }
    }
}

extension DecisionStream {
    /// After everything that a program has decided by now.
    func end(of program: String) async throws -> DecisionCursor {
        let known = commits.size(of: program)
        if known > 0 { return DecisionCursor(program: program, after: .init(position: known - 1)) }
        let page = try await read(after: DecisionCursor(program: program), limit: 1)
        guard page.streamSize > 0 else { return DecisionCursor(program: program) }
        return DecisionCursor(program: program, after: .init(position: page.streamSize - 1))
    }
}
