import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Serves `GET /metrics` on this machine alone, until there is a gateway that does.
public struct MetricsEndpoint: Sendable {
    /// Scrapers that may be connected at a time.
    static let connectionsMax = 16
    /// How long a connection may say nothing.
    static let idleSeconds: Int64 = 30

    private let channel: any Channel
    /// The port it listens on.
    public let port: Int

    /// Begins to listen on 127.0.0.1.
    /// - Parameter port: 0 takes a free one.
    /// - Throws: `IOError`, e.g. for a port that is taken.
    public static func start(port: Int, _ registry: PrometheusRegistry) async throws -> MetricsEndpoint {
        let connections = Connections()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.enter() else { throw ChannelError.connectPending }
                    channel.closeFuture.whenComplete { _ in connections.leave() }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(idleSeconds)))
                    try pipeline.addHandler(ScrapeHandler(registry))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return MetricsEndpoint(channel: channel, port: channel.localAddress?.port ?? port)
    }

    /// Ends listening; an answer under way is finished.
    public func stop() async throws { try await channel.close().get() }

    /// How many scrapers are connected.
    private final class Connections: Sendable {
        private let count = Mutex(0)

        func enter() -> Bool {
            count.withLock { count in
                if count >= MetricsEndpoint.connectionsMax { return false }
                count += 1
                return true
            }
        }

        func leave() { count.withLock { $0 -= 1 } }
    }
}

/// Answers one request after another. What a request carries in its body is not read.
private final class ScrapeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let registry: PrometheusRegistry
    private var head: HTTPRequestHead?

    init(_ registry: PrometheusRegistry) { self.registry = registry }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            if let head { answer(head, context) }
            head = nil
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        let (status, type, text): (HTTPResponseStatus, String, String) =
            if !path.elementsEqual("/metrics".utf8) {
                (.notFound, "text/plain; charset=utf-8", "Metrics are at /metrics\n")
            } else if request.method != .GET && request.method != .HEAD {
                (.methodNotAllowed, "text/plain; charset=utf-8", "GET /metrics\n")
            } else {
                (.ok, "text/plain; version=0.0.4; charset=utf-8", registry.text())
            }
        let body = context.channel.allocator.buffer(string: text)
        var headers: HTTPHeaders = [
            "content-type": type, "content-length": String(body.readableBytes), "cache-control": "no-store",
        ]
        if status == .methodNotAllowed { headers.add(name: "allow", value: "GET, HEAD") }
        if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))),
            promise: nil)
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let isLast = !request.isKeepAlive
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in if isLast { channel.close(promise: nil) }
        }
    }
}
