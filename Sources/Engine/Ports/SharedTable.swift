/// Records that every gateway of a deployment has: of each key the newest value. What one puts there, all the others
/// have soon after.
public protocol SharedTable: Sendable {
    /// Makes a value durable, nil for none any more, and returns once it has been taken here as well.
    func put(_ key: String, _ value: [UInt8]?) async throws
    /// How long ago everything was here that anybody had put.
    var age: Duration { get }
}
