import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import NIOCore
import ServiceLifecycle

/// One client's stream of decisions. It holds a cursor and waits for the next commit, never a queue: a client that
/// reads slowly holds up nobody, and one that comes back goes on where it was. Rights are looked up at every delivery.
struct LiveFeed: AnswerStream {
    /// So often something is written, that both ends know of each other.
    private static let heartbeat = Duration.seconds(15)
    /// Decisions looked at in one go.
    private static let page = 200

    private let services: GatewayServices
    private let grant: Grant
    /// What the client is sent of a decision; nil for nothing.
    typealias Form = @Sendable (PublishedDecision, Grant) throws -> [UInt8]?
    private let form: Form
    /// The events' name; nil for the decision's type.
    private let name: String?
    private let lead: String?
    private let type: String?
    private var cursor: DecisionCursor
    private var isGreeted = false

    /// - Parameters:
    ///   - name: of the events; nil for the decision's type.
    ///   - form: what is sent of a decision, on one line.
    /// - Throws: `Refusal` for a cursor that is none.
    init(_ call: Call, as name: String? = nil, form: @escaping Form = { try Edition.decision($0, for: $1) }) async throws {
        self.name = name
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
            let page = try await services.decisions.read(after: cursor, limit: Self.page)
            guard let current = try await StandingGrant(grant, services).now(), current.allows(.decisionsRead) else {
                return nil
            }
            let events = try page.decisions.compactMap { try event($0, current) }
            cursor = page.next
            if !events.isEmpty { return ByteBuffer(bytes: Array(events.joined())) }
            if !page.isEnd { continue }
            switch try await wait(past: page.streamSize) {
            case .commit: continue
            case .quiet: return ByteBuffer(string: ": still here\n\n")
            case .end: return nil
            }
        }
    }

    private enum Wake: Sendable { case commit, quiet, end }

    /// Until there is more, the right ends, the server stops, or it was quiet for long.
    private func wait(past size: UInt64) async throws -> Wake {
        try await withThrowingTaskGroup(of: Wake.self) { group in
            group.addTask {
                try await services.decisions.commits.entries(of: cursor.program, past: size)
                return .commit
            }
            group.addTask {
                try await services.folder.machine.passingTime.sleep(for: Self.heartbeat)
                return .quiet
            }
            group.addTask {
                try await StandingGrant(grant, services).awaitEnd()
                return .end
            }
            group.addTask {
                try await gracefulShutdown()
                return .end
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .end
        }
    }

    /// One server-sent event; nil for what the client may not see or did not ask for.
    private func event(_ decision: PublishedDecision, _ grant: Grant) throws -> [UInt8]? {
        if let lead, decision.subject != lead { return nil }
        if let type, decision.type != type { return nil }
        // The JSON is one line: control characters in it are escaped.
        guard let data = try form(decision, grant) else { return nil }
        return Array("id: \(decision.id)\nevent: \(name ?? decision.type)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}

extension DecisionStream {
    /// After everything that a program has decided by now.
    func end(of program: String) async throws -> DecisionCursor {
        let page = try await read(after: DecisionCursor(program: program), limit: 1)
        guard page.streamSize > 0 else { return DecisionCursor(program: program) }
        return DecisionCursor(program: program, after: .init(position: page.streamSize - 1))
    }
}
