import LeadlineCore
public import LeadlineSchemas
import SwiftProtobuf
public import Vault

/// The address that a lead's message states, as it was sealed.
public enum StatedAddress {
    /// - Returns: nil if the entry states none, or cannot be opened any more.
    public static func of(_ entry: EntryRecord, program: String, _ vault: Vault) throws -> String? {
        guard !entry.sealed.isEmpty, let event = entry.input.eventDigest,
            let kind = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact)),
            let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) })
        else { return nil }
        let opened: [UInt8]
        do {
            opened = try vault.open(
                entry.sealed, subject: subject, context: SealingContext.bytes(program, kind, event.bytes))
        } catch VaultError.erased { return nil } catch VaultError.keyMissing { return nil }
        let email: String
        switch kind {
        case .leadSubmitted: email = try WireLeadSubmitted(serializedBytes: opened).contact.email
        case .leadUpdated: email = try WireLeadUpdated(serializedBytes: opened).contact.email
        default: return nil
        }
        return email.isEmpty ? nil : email
    }
}
