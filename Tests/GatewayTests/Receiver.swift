import Engine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Where webhooks go in a test: a server on a free port of 127.0.0.1 that keeps what it gets, by path.
final class Receiver: Sendable {
    struct Got: Sendable {
        var headers: [String: String]
        var body: String
        var id: String { headers["webhook-id"] ?? "" }
        var signatures: [String] { (headers["webhook-signature"] ?? "").components(separatedBy: " ") }
    }

    /// The status for the n-th request of a path, from 0, and headers.
    typealias Answering = @Sendable (_ path: String, _ number: Int) async throws -> (Int, [String: String])

    private let kept = Mutex<[String: [Got]]>([:])
    private let arrivals = CommitSignal()
    private let answering: Answering
    private let replying: @Sendable (Got) -> String
    private let reached = Mutex(0)
    var port: Int { reached.withLock { $0 } }

    private init(_ answering: @escaping Answering, _ replying: @escaping @Sendable (Got) -> String) {
        self.answering = answering
        self.replying = replying
    }

    /// Receives while `body` runs; whatever still hangs then is let go.
    /// - Parameter replying: what the body of the answer to a message is.
    static func receiving(
        tls: TLSConfiguration? = nil, replying: @escaping @Sendable (Got) -> String = { _ in "" },
        _ answering: @escaping Answering = { _, _ in (200, [:]) },
        _ body: @Sendable (Receiver) async throws -> Void
    ) async throws {
        let receiver = Receiver(answering, replying)
        let router = Router()
        router.post("/{path}") { request, context in
            let path = try context.parameters.require("path")
            let text = String(buffer: try await request.body.collect(upTo: 1_048_576))
            var headers = Dictionary(
                request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { $1 })
            headers["host"] = request.head.authority
            let got = Got(headers: headers, body: text)
            let number = receiver.keep(path, got)
            let (status, fields) = try await receiver.answering(path, number)
            var response = Response(status: .init(code: status), body: .init(byteBuffer: ByteBuffer(string: receiver.replying(got))))
            for (name, value) in fields { if let name = HTTPField.Name(name) { response.headers[name] = value } }
            return response
        }
        let (ports, ready) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, server: try tls.map { try .tls(.http1(configuration: .init()), tlsConfiguration: $0) } ?? .http1(configuration: .init()),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ready.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { do { try await application.run() } catch is CancellationError {} }
            for await port in ports {
                receiver.reached.withLock { $0 = port }
                break
            }
            defer { tasks.cancelAll() }
            try await body(receiver)
        }
    }

    private func keep(_ path: String, _ got: Got) -> Int {
        let count = kept.withLock { kept in
            kept[path, default: []].append(got)
            return kept[path]?.count ?? 0
        }
        arrivals.committed([path: UInt64(count)])
        return count - 1
    }

    /// What has come to a path by now.
    func all(_ path: String) -> [Got] { kept.withLock { $0[path] ?? [] } }

    /// What has come to a path, once it is so many.
    func got(_ path: String, _ count: Int) async throws -> [Got] {
        try await arrivals.entries(of: path, past: UInt64(count - 1))
        return all(path)
    }

    func url(_ path: String, host: String = "127.0.0.1") -> String { "http://\(host):\(port)/\(path)" }
}
