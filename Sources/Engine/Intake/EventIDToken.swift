import LeadlineCore
import LeadlineSchemas
import Vault

/// The CloudEvents id of an input as it stands in the journal in clear: as its producer sent it, if it is plain; else a
/// keyed digest of source and id. Producers take ids from message headers, cloud logs and forms, and such ids hold
/// addresses. Repeats are found by the digest of what was sent, whichever stands in clear.
enum EventIDToken {
    /// Longest id that is read, in characters as JSON Schema counts them.
    static let scalarsMax = 256

    /// The token of an id.
    /// - Parameter event: the digest by which repeats are found.
    static func of(_ id: String, _ event: Pseudonym) -> String {
        isClear(id) ? id : SourceToken.digestPrefix + event.description
    }

    /// True if an id may stand in clear.
    static func isClear(_ id: String) -> Bool {
        FieldRules.isID(id) && !id.utf8.starts(with: SourceToken.digestPrefix.utf8)
    }

    /// Refuses what is no id: CloudEvents 1.0.2, section 3.1, and the type system's section on strings.
    static func check(_ id: String) throws(Rejection) {
        if id.isEmpty {
            throw Rejection(
                .invalidEnvelope, "the CloudEvents attribute id is missing; it names the event for deduplication",
                field: "id")
        }
        if id.utf8.count > scalarsMax && id.unicodeScalars.count > scalarsMax {
            throw Rejection(
                .invalidEnvelope, "the CloudEvents id is longer than \(scalarsMax) characters", field: "id")
        }
        let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) }
        if id.unicodeScalars.contains(where: isControl) {
            throw Rejection(.invalidText, "the CloudEvents id holds a control character", field: "id")
        }
    }
}
