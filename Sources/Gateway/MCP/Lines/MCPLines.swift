import Synchronization

/// Who answers messages of the Model Context Protocol that come a line each.
public protocol MCPPeer: Sendable {
    /// The answer to a message; nil where nothing is answered. It never fails: what goes wrong is an answer, too.
    func answer(_ line: [UInt8]) async -> [UInt8]?
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
        let output = Output(write)
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await line in lines where !line.isEmpty {
                if running == atOnceMax { await group.next() } else { running += 1 }
                group.addTask {
                    guard let answer = await peer.answer(line) else { return }
                    output.put(answer)
                }
            }
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
