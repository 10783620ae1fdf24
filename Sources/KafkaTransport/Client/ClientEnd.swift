import CRdKafka
import Dispatch

/// The ends of clients. librdkafka waits there for its own threads, for seconds where a broker is away, so it is done
/// on threads apart: a shard that starts over, or a process that stops with dozens of clients, does not wait for one
/// after the other.
enum ClientEnd {
    private static let queue = DispatchQueue(label: "leadline.kafka.end", attributes: .concurrent)
    private static let pending = DispatchGroup()

    /// Ends a client that nobody else uses any more.
    ///
    /// Who is to leave its group has left by now. A member that is dropped does not wait for a rebalance that nobody
    /// would answer: its partitions fall to others once its session is over.
    static func destroy(_ client: OpaquePointer) {
        let address = UInt(bitPattern: client)
        queue.async(group: pending) {
            guard let client = unsafe OpaquePointer(bitPattern: address) else { return }
            unsafe rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        }
    }

    /// Waits until all clients have ended, but no longer than this.
    static func wait(_ patience: Duration) async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "leadline.kafka.end.wait").async {
                _ = pending.wait(timeout: .now() + .milliseconds(Int(patience.micros / 1_000)))
                continuation.resume()
            }
        }
    }
}
