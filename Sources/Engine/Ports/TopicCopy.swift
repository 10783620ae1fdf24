/// A topic that may hold a copy of erased data until retention or compaction ends it.
public struct TopicCopy: Sendable, Equatable {
    /// The topic.
    public var topic: Topic
    /// What stands on it, in words.
    public var holds: String
    /// Microseconds from the erasure until it has ended at the latest.
    public var micros: Int64

    /// A copy from its parts.
    public init(topic: Topic, holds: String, micros: Int64) {
        self.topic = topic
        self.holds = holds
        self.micros = micros
    }
}
