import Engine
import LeadlineCore
import LeadlineSchemas
import Vault

/// Opens what intake sealed, for people who asked for it.
struct SealedFields {
    /// What the vault says of an entry's sealed part.
    enum Answer {
        /// Nothing was sealed.
        case nothing
        /// The serialised message of the sealed fields.
        case opened([UInt8], MessageKind)
        /// The person was erased: it stays sealed for ever.
        case erased
    }

    let vault: Vault

    /// Opens the sealed part of an entry.
    func open(_ entry: EntryRecord, program: String) throws -> Answer {
        let bodyField = FactCodec.bodyField(of: entry.input.fact)
        guard !entry.sealed.isEmpty, let kind = MessageKind(bodyFieldNumber: bodyField),
            let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) }), let event = entry.input.eventDigest
        else { return .nothing }
        do {
            let context = SealingContext.bytes(program, kind, event.bytes)
            return .opened(try vault.open(entry.sealed, subject: subject, context: context), kind)
        } catch VaultError.erased {
            return .erased
        }
    }
}
