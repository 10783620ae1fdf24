import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

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

/// Who is connected.
final class ConnectionCounts: Sendable {
    private struct State {
        var byAddress: [String: Int] = [:]
        var all = 0
    }

    private let state = Mutex(State())

    /// Counts a connection in; false if there are too many.
    func enter(_ address: String, _ limits: ConnectionLimits) -> Bool {
        state.withLock { state in
            guard state.all < limits.connections, state.byAddress[address, default: 0] < limits.connectionsPerAddress
            else { return false }
            state.all += 1
            state.byAddress[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: String) {
        state.withLock { state in
            state.all -= 1
            let left = state.byAddress[address, default: 1] - 1
            state.byAddress[address] = left == 0 ? nil : left
        }
    }
}

/// One a connection: closes what the server leaves open. A request that does not come whole in time, a body that drips,
/// a reader that takes nothing, and whatever still comes after a request was answered.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let counts: ConnectionCounts
    /// What was counted in.
    private var address: String?
    private var isReading = false
    private var isClosing = false
    private var bodyBytes = 0
    private var deadline: Scheduled<Void>?
    private var rate: Scheduled<Void>?
    private var stall: Scheduled<Void>?

    init(_ limits: ConnectionLimits, _ counts: ConnectionCounts) {
        self.limits = limits
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let address = context.channel.remoteAddress?.ipAddress ?? ""
        if counts.enter(address, limits) {
            self.address = address
        } else {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for timer in [deadline, rate, stall] { timer?.cancel() }
        if let address { counts.leave(address) }
        address = nil
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
        isClosing = head.headerFields[values: .connection].contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains {
                MediaType.bare(String(decoding: Array($0), as: UTF8.self)) == "close"
            }
        }
        deadline = timer(limits.requestTime, context) { $0.close(promise: nil) }
        rate = timer(limits.bodyGrace, context) { [weak self] in self?.checkRate($0) }
        if let expect = head.headerFields[.expect], MediaType.bare(expect) == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
    }

    private func ended() {
        isReading = false
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
        let isLast = isReading || isClosing
        switch part {
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
