import DequeModule
import Engine
import NIOCore
import Synchronization

/// Pages of decisions for many clients of a feed: those that stand at one place share one read of the journal, and those
/// that are shown the same one encoding of it.
final class SharedPages: Sendable {
    /// Decisions looked at in one go.
    private static let decisionsMax = 200
    /// Pages kept. Clients that keep up stand at one place; those that catch up come to it.
    private static let pagesMax = 8

    private struct State {
        var pages: [DecisionCursor: Task<Page, any Error>] = [:]
        var order = Deque<DecisionCursor>()
    }

    private let decisions: any DecisionStream
    private let state = Mutex(State())

    init(_ decisions: any DecisionStream) { self.decisions = decisions }

    /// The page after a cursor.
    func page(after cursor: DecisionCursor) async throws -> Page {
        let known = state.withLock { $0.pages[cursor] }
        if let known, let page = try? await known.value, isStill(page, cursor.program) { return page }
        return try await read(after: cursor, insteadOf: known).value
    }

    /// A page that ended with the stream, and held nothing, is read again once there is more.
    private func isStill(_ page: Page, _ program: String) -> Bool {
        !page.decisions.decisions.isEmpty || page.decisions.streamSize >= decisions.commits.size(of: program)
    }

    /// Begins to read, unless somebody else has done so meanwhile.
    private func read(after cursor: DecisionCursor, insteadOf old: Task<Page, any Error>?) -> Task<Page, any Error> {
        state.withLock { state in
            if let other = state.pages[cursor], other != old { return other }
            let reading = Task { [decisions] in
                Page(try await decisions.read(after: cursor, limit: Self.decisionsMax))
            }
            if state.pages.updateValue(reading, forKey: cursor) == nil { state.order.append(cursor) }
            if state.order.count > Self.pagesMax, let oldest = state.order.popFirst() { state.pages[oldest] = nil }
            return reading
        }
    }

    /// What of a page somebody is shown.
    struct View: Hashable {
        /// The bearer's partner; nil for those who are shown all.
        var partner: String?
        var isProducer: Bool
        /// Only about this lead.
        var lead: String?
        /// Only of this type.
        var type: String?

        init(_ grant: Grant, lead: String?, type: String?) {
            (partner, isProducer, self.lead, self.type) = (grant.partner, grant.role == .producer, lead, type)
        }
    }

    /// Another form than the API's: how its events are called, and their data, on one line; nil for nothing.
    struct Form: Sendable {
        let name: String
        let data: @Sendable (PublishedDecision, Grant) throws -> [UInt8]?
    }

    /// Decisions, and the events that are made of them.
    final class Page: Sendable {
        /// Views of one page that are kept encoded.
        private static let viewsMax = 256

        let decisions: DecisionPage
        private let encoded = Mutex<[View: ByteBuffer]>([:])

        init(_ decisions: DecisionPage) { self.decisions = decisions }

        /// What a client is sent of it; empty for what it may not see or did not ask for. The bytes are the same for all
        /// who are shown the same, and copied for none.
        func events(for grant: Grant, lead: String?, type: String?) throws -> ByteBuffer {
            let view = View(grant, lead: lead, type: type)
            if let known = encoded.withLock({ $0[view] }) { return known }
            var bytes = ByteBuffer()
            for decision in decisions.decisions { try Self.write(decision, view, grant, to: &bytes) }
            return encoded.withLock { [bytes] encoded in
                if encoded.count < Self.viewsMax { encoded[view] = bytes }
                return bytes
            }
        }

        /// The same in another form, made for this client.
        func events(for grant: Grant, lead: String?, type: String?, as form: Form) throws -> ByteBuffer {
            let view = View(grant, lead: lead, type: type)
            var bytes = ByteBuffer()
            for decision in decisions.decisions { try Self.write(decision, view, grant, as: form, to: &bytes) }
            return bytes
        }

        /// One server-sent event.
        private static func write(
            _ decision: PublishedDecision, _ view: View, _ grant: Grant, as form: Form? = nil, to bytes: inout ByteBuffer
        ) throws {
            if let lead = view.lead, decision.subject != lead { return }
            if let type = view.type, decision.type != type { return }
            // The JSON is one line: control characters in it are escaped.
            guard let data = try form.map({ try $0.data(decision, grant) }) ?? Edition.decision(decision, for: grant) else {
                return
            }
            bytes.writeString("id: \(decision.id)\nevent: \(form?.name ?? decision.type)\ndata: ")
            bytes.writeBytes(data)
            bytes.writeString("\n\n")
        }
    }
}
