import LeadlineSchemas

/// Events in one JSON array (CloudEvents JSON format 1.0.2, section 4: batched mode). A batch is sent as its events, one
/// record each: Kafka's binding has no batched mode.
public enum EventBatch {
    /// The content type of a batch.
    public static let contentType = "application/cloudevents-batch+json"

    /// True if bytes look like a batch: their first sign is a square bracket.
    public static func isBatch(_ bytes: [UInt8]) -> Bool {
        bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
    }

    /// The events, each as it stands there.
    /// - Throws: what is wrong with the JSON.
    public static func events(_ json: [UInt8]) throws(Rejection) -> [[UInt8]] {
        let elements: [Range<Int>]
        do { elements = try JSONScan(array: json).elements } catch {
            switch error {
            case .malformed(let at): throw Rejection(.malformed, "not a JSON array, or cut off, at byte \(at) of \(json.count)")
            case .tooDeep(let at): throw Rejection(.tooDeep, "the JSON nests too deep at byte \(at)")
            case .containsNUL(let at): throw Rejection(.invalidText, "the JSON holds a NUL at byte \(at)")
            }
        }
        return elements.map { Array(json[$0]) }
    }
}
