/// How large a request may be.
enum RequestLimits {
    /// Bytes of a body.
    static let bodyBytesMax = 1_048_576
    /// Bytes of a bulk's body.
    static let bulkBytesMax = 8_388_608
}
