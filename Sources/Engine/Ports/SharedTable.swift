/// Records that every gateway of a deployment has: of each key the newest value. What one puts there, all the others
/// have soon after.
public protocol SharedTable: Sendable {
    /// Makes values durable, nil for none any more, and returns once all of them have been taken here as well. If it
    /// throws, some may have been made durable.
    func put(_ records: [(key: String, value: [UInt8]?)]) async throws
    /// How long ago everything was here that anybody had put.
    var age: Duration { get }
}

extension SharedTable {
    /// Makes one value durable, nil for none any more, and returns once it has been taken here as well.
    public func put(_ key: String, _ value: [UInt8]?) async throws { try await put([(key, value)]) }
}
