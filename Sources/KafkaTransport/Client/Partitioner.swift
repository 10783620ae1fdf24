import CRdKafka

/// Where a key belongs, as the default partitioner of Kafka's Java client says, and with it every other client that
/// is set to murmur2.
public enum Partitioner {
    public static func partition(of key: [UInt8], count: Int32) -> Int32 {
        unsafe key.withUnsafeBytes { bytes in
            unsafe rd_kafka_msg_partitioner_murmur2(nil, bytes.baseAddress, bytes.count, count, nil, nil)
        }
    }
}
