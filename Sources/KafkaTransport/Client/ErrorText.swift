/// Where librdkafka writes what it has to say about a refusal.
struct ErrorText {
    /// To be given to a call together with its count.
    var buffer = [CChar](repeating: 0, count: 512)

    /// What was written.
    var text: String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
