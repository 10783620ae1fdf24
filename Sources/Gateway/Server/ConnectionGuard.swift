import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// How long and how much one connection may take.
public struct ConnectionLimits: Sendable {
    /// A request must have come whole by then.
    public var requestTime = TimeAmount.seconds(30)
    /// Bytes a second that a body must come at, once it has begun.
    public var bodyBytesPerSecond = 1_024
    /// From when on the rate counts.
    public var bodyGrace = TimeAmount.seconds(5)
    /// A reader that takes nothing for so long is let go.
    public var writeStall = TimeAmount.seconds(20)
    /// TLS must have been agreed on by then.
    public var handshake = TimeAmount.seconds(10)
    /// A connection on which nothing is asked for is closed.
    public var idle = TimeAmount.seconds(60)
    /// All fields of a request's head together.
    public var headerBytes = 16_384
    /// Connections from one address, and from all.
    public var connectionsPerAddress = 256
    public var connections = 10_000

    /// The usual ones.
    public init() {}
}

/// One a connection, and with HTTP/2 one a stream: closes what the server leaves open. A request that does not come whole
/// in time, a body that drips, a reader that takes nothing, and whatever still comes after a request was answered.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    /// One request of HTTP/2, whose connection goes on when it ends.
    private var isStream = false
    private var isReading = false
    private var isClosing = false
    private var bodyBytes = 0
    /// True for a request whose end did not come with its head: most come whole, and cost no timer.
    private var isTimed = false
    private var deadline: Scheduled<Void>?
    private var rate: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ limits: ConnectionLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        // A connection is the listener's child, and a stream of HTTP/2 the connection's.
        isStream = context.channel.parent?.parent != nil
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for timer in [deadline, rate, stall] { timer?.cancel() }
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): began(head, context)
        case .body(let bytes): bodyBytes += bytes.readableBytes
        case .end: ended()
        }
        context.fireChannelRead(data)
    }

    private func began(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        isReading = true
        bodyBytes = 0
        isClosing = head.headerFields.contains { field in
            field.name == .connection && field.value.utf8.split(separator: UInt8(ascii: ",")).contains {
                MediaType.bare(String(decoding: Array($0), as: UTF8.self)) == "close"
            }
        }
        isTimed = false
        if let expect = head.headerFields[.expect], MediaType.bare(expect) == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isReading && !isTimed {
            isTimed = true
            deadline = timer(limits.requestTime, context) { $0.close(promise: nil) }
            rate = timer(limits.bodyGrace, context) { [weak self] in self?.checkRate($0) }
        }
        context.fireChannelReadComplete()
    }

    private func ended() {
        isReading = false
        if !isTimed { return }
        isTimed = false
        deadline?.cancel()
        rate?.cancel()
    }

    private func checkRate(_ context: ChannelHandlerContext) {
        guard isReading else { return }
        let seconds = max(1, limits.bodyGrace.nanoseconds / 1_000_000_000)
        if bodyBytes < limits.bodyBytesPerSecond * Int(seconds) { return context.close(promise: nil) }
        bodyBytes = 0
        rate = timer(limits.bodyGrace, context) { [weak self] in self?.checkRate($0) }
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if case .head(let head) = part, head.headerFields[.connection] == "close" { isClosing = true }
        let isLast = isReading || (isClosing && !isStream)
        switch part {
        // Fields about the connection are none of HTTP/2's.
        case .head(var head) where isStream:
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head(var head) where isLast && head.status.kind != .informational:
            head.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where isLast:
            // Answered before the request was read whole, or asked to close: nothing more is read.
            let written = promise ?? context.eventLoop.makePromise()
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
            context.writeAndFlush(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = context.channel.isWritable ? nil : timer(limits.writeStall, context) { $0.close(promise: nil) }
        context.fireChannelWritabilityChanged()
    }

    private func timer(
        _ time: TimeAmount, _ context: ChannelHandlerContext, _ work: @escaping (ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { work(context) }
    }
}
