/// What stops an instance until somebody has mended it.
public enum KafkaTransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The topics are not as they must be.
    case topics(String)
    /// The group's offsets are not the journal's.
    case offsetsDiffer(topic: String, partition: Int32, journal: Int64, group: Int64)
    /// This machine's clock is not the broker's.
    case clockOff(seconds: Int64)
    /// A record does not carry the broker's time.
    case notAppendTime(topic: String)
    /// The journal topic holds what no processor writes.
    case journalBroken(partition: Int32, offset: Int64, String)
    /// The journal is not the one that a published checkpoint was signed over.
    case notWhatWasSigned(partition: Int32, String)
    /// No token to authenticate with.
    case token(String)
    /// The deployment's keys are wrapped under another master key than this instance's.
    case masterKey(partition: Int32)
    /// Another processor has this one's place.
    case fenced(String)

    public var description: String {
        switch self {
        case .topics(let detail):
            "the topics cannot be worked with: \(detail). Run 'leadline topics check', or 'leadline topics create'"
        case .offsetsDiffer(let topic, let partition, let journal, let group):
            "the journal says that partition \(partition) of \(topic) is consumed up to offset \(journal), the consumer group says \(group). "
                + "Somebody reset the group's offsets, or this is another group's journal. Use the group of this journal, or set the offset back"
        case .clockOff(let seconds):
            "this machine's clock is \(seconds) s off the broker's. Set the clocks, then start again"
        case .notAppendTime(let topic):
            "\(topic) does not carry the broker's append time. Set message.timestamp.type=LogAppendTime on it, then start again"
        case .journalBroken(let partition, let offset, let detail):
            "partition \(partition) of leadline.journal is broken at offset \(offset): \(detail). Restore the topic from an archive"
        case .notWhatWasSigned(let partition, let detail):
            "partition \(partition) of leadline.journal is not what leadline.checkpoints vouches for, so nothing is decided on it: \(detail)"
        case .token(let detail):
            "the token for SASL/OAUTHBEARER cannot be used: \(detail). It must be a JSON Web Token with the claims exp and sub"
        case .masterKey(let partition):
            "the keys on partition \(partition) of leadline.keys are wrapped under another master key than this data folder's. "
                + "All instances of a deployment share one: make the folder with 'leadline init --master-key-file'"
        case .fenced(let detail):
            "another processor has taken this one's place (\(detail)). If that was not meant, look for two processors with one --instance-id"
        }
    }
}
