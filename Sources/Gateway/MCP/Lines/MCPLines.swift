import Reports
import Synchronization

/// Who answers messages of the Model Context Protocol that come a line each.
public protocol MCPPeer: Sendable {
    /// The answer to a message; nil where nothing is answered, or all of it was told. It never fails: what goes wrong
    /// is an answer, too.
    /// - Parameter tell: takes news that comes before the answer, or the answer itself.
    func answer(_ line: [UInt8], tell: @escaping @Sendable ([UInt8]) -> Void) async -> [UInt8]?
}

/// The Model Context Protocol over standard input and output: a message a line, each answered as soon as it can be.
public enum MCPLines {
    /// Messages that are worked on at a time; those after them wait.
    private static let atOnceMax = 16

    /// Answers until the lines end.
    /// - Parameter write: takes one answer, without a line's end; called by one task at a time.
    public static func serve(
        _ lines: some AsyncSequence<[UInt8], Never> & Sendable, _ peer: some MCPPeer,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) async {
        let (output, underWay) = (Output(write), UnderWay())
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await line in lines where !line.isEmpty {
                let message = Self.message(line)
                // Read as it comes: what it calls back may be all that there is room for.
                if let message, message.id == nil { underWay.heed(message) }
                if running == atOnceMax { await group.next() } else { running += 1 }
                let work = Task { await peer.answer(line) { output.put($0) } }
                let id = message?.id
                if let id { underWay.enter(id, work) }
                group.addTask {
                    let answer = await withTaskCancellationHandler { await work.value } onCancel: { work.cancel() }
                    if let id { underWay.leave(id) }
                    // What the client has called back it waits for no longer.
                    guard let answer, !work.isCancelled else { return }
                    output.put(answer)
                }
            }
        }
    }

    private static func message(_ line: [UInt8]) -> JSONRPCMessage? {
        guard line.count <= RequestLimits.bodyBytesMax, JSONElements.isShallow(line) else { return nil }
        do throws(JSONRPCMessage.Unreadable) { return try JSONRPCMessage(line) } catch { return nil }
    }

    /// Requests that are worked on, by their ids.
    private final class UnderWay: Sendable {
        private let works = Mutex<[String: Task<[UInt8]?, Never>]>([:])

        func enter(_ id: String, _ work: Task<[UInt8]?, Never>) { works.withLock { $0[id] = work } }

        func leave(_ id: String) { works.withLock { $0[id] = nil } }

        /// Calls a request back, where that is what a notification says.
        func heed(_ message: JSONRPCMessage) {
            guard message.method == "notifications/cancelled",
                let id = message.params["requestId"].flatMap(JSONRPCMessage.id)
            else { return }
            works.withLock { $0[id] }?.cancel()
        }
    }

    /// Where answers go, one after the other.
    private final class Output: Sendable {
        private let turn = Mutex(())
        private let write: @Sendable ([UInt8]) -> Void

        init(_ write: @escaping @Sendable ([UInt8]) -> Void) { self.write = write }

        func put(_ answer: [UInt8]) { turn.withLock { _ in write(answer) } }
    }

    /// The error for a message that nobody could be asked about.
    static func failure(_ words: String, to line: [UInt8]) -> [UInt8]? {
        let message: JSONRPCMessage
        do throws(JSONRPCMessage.Unreadable) { message = try JSONRPCMessage(line) } catch {
            return Array(MCPError(error).json(id: nil).utf8)
        }
        guard let id = message.id else { return nil }
        return Array(MCPError(code: .inner, words: words).json(id: id).utf8)
    }
}
