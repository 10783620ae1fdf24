import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

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

/// A connection of whatever protocol, behind a gate: so many there may be, and TLS must have been agreed on in time.
struct GatedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let limits: ConnectionLimits
    let counts: ConnectionCounts

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let limits = limits
        do { try channel.pipeline.syncOperations.addHandler(ConnectionGate(limits, counts)) } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // A connection without TLS has nothing to agree on.
            let pipeline = channel.pipeline.syncOperations
            do {
                let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
                try pipeline.addHandler(HandshakeDeadline(limits.handshake), position: .after(tls))
            } catch ChannelPipelineError.notFound {}
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// The first handler of a connection: counts it in, or closes it.
final class ConnectionGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let limits: ConnectionLimits
    private let counts: ConnectionCounts
    /// What was counted in.
    private var address: String?

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
        if let address { counts.leave(address) }
        address = nil
    }
}

/// Closes a connection on which TLS is not agreed on in time.
final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let time: TimeAmount
    private var deadline: Scheduled<Void>?

    init(_ time: TimeAmount) { self.time = time }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { deadline?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }
}
