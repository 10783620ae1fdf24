import LeadlineSchemas
import SwiftProtobuf

extension WireEvent.OneOf_Body {
    /// The body that stands in a field of `Event`, from its stored bytes.
    ///
    /// There is no table of fields to keep: the bytes are read as an `Event` of that one field, so that the schemas
    /// alone say which kinds there are.
    /// - Throws: `WireError` of kind `unknownBody` for a field that no event has; what reading the bytes throws.
    init(field: Int, _ bytes: some Collection<UInt8>) throws {
        var whole: [UInt8] = []
        whole.reserveCapacity(bytes.count + 8)
        Self.append(UInt64(field) << 3 | 2, to: &whole)
        Self.append(UInt64(bytes.count), to: &whole)
        whole.append(contentsOf: bytes)
        guard let body = try WireEvent(serializedBytes: whole).body else {
            throw WireError(.unknownBody, field: "events.body")
        }
        self = body
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Full name of the message, which is also the CloudEvents type, e.g. "leadline.v1.LeadAssigned".
    var typeName: String { type(of: content.message).protoMessageName }

    /// The message, and the lead that it is about; empty where it is about none. The compiler refuses a kind that is
    /// not here.
    var content: (message: any SwiftProtobuf.Message, leadID: String) {
        switch self {
        case .leadAssigned(let message): (message, message.leadID)
        case .shadowDecided(let message): (message, message.leadID)
        case .assignmentExpired(let message): (message, message.leadID)
        case .assignmentEnded(let message): (message, message.leadID)
        case .firstResponseMet(let message): (message, message.leadID)
        case .leadEscalated(let message): (message, message.leadID)
        case .leadClosed(let message): (message, message.leadID)
        case .leadMerged(let message): (message, message.leadID)
        case .outcomeWaiting(let message): (message, message.leadID)
        case .outcomeUnmatched(let message): (message, message.leadID)
        case .inputDisregarded(let message): (message, "")
        case .reviewOpened(let message): (message, message.leadID)
        case .reviewResolved(let message): (message, message.leadID)
        case .commissionAccrued(let message): (message, message.leadID)
        case .reminderDue(let message): (message, message.leadID)
        case .retentionApplied(let message): (message, message.leadID)
        case .rightRecorded(let message): (message, message.leadID)
        case .recipientInformed(let message): (message, message.leadID)
        case .personLinkChanged(let message): (message, message.leadID)
        case .claimChanged(let message): (message, message.leadID)
        case .leadLinkChanged(let message): (message, message.leadID)
        case .partnerSuspended(let message): (message, "")
        case .partnerReinstated(let message): (message, "")
        case .returnChanged(let message): (message, message.leadID)
        case .offerMade(let message): (message, message.leadID)
        case .offerClosed(let message): (message, message.leadID)
        case .commissionReversed(let message): (message, message.leadID)
        case .answerCredited(let message): (message, message.leadID)
        case .starvationAnnounced(let message): (message, "")
        case .holderIneligible(let message): (message, message.leadID)
        }
    }
}

extension EventKind {
    /// Name of the event's message without its package, e.g. "LeadAssigned".
    var name: String { fullName.split(separator: ".").last.map(String.init) ?? fullName }
}
