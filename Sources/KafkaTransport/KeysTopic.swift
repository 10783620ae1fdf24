import Engine
import LeadlineSchemas
import SwiftProtobuf
public import Vault

/// What stands on `leadline.keys` of how people's keys are wrapped.
public enum KeysTopic {
    /// How many keys that are in force stand there wrapped under another master key than this one.
    public static func notUnder(_ master: MasterKey, _ cluster: KafkaSettings) throws -> Int {
        let reader = try TopicReader(cluster, .keys, partitionCount: Topics.partitionCount(ClusterAdmin(cluster)))
        var others: Set<SubjectID> = []
        try reader.readAll { record in
            guard let subject = record.key.flatMap({ SubjectID($0) }) else { return }
            guard let value = record.value else {
                others.remove(subject)
                return
            }
            let message = try WireSubjectKey(serializedBytes: value)
            if master.wraps(Array(message.wrappedKey), of: subject) {
                others.remove(subject)
            } else {
                others.insert(subject)
            }
        }
        return others.count
    }
}
