import Audit
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

/// Fields of entries by their names in the schema, as dossiers and certificates state them.
enum EntryFields {
    /// Names and values of a serialised message.
    static func leaves(_ bytes: [UInt8], _ kind: MessageKind) throws -> [Dossier.Field] {
        try SchemaJSON.leaves(bytes, as: kind).map { .init(name: $0.path, value: $0.value) }
    }

    /// All that intake sealed, the event's id as it was sent included.
    static func opened(_ bytes: [UInt8], _ kind: MessageKind) throws -> [Dossier.Field] {
        let id = try SentEventID.id(in: bytes).map { [Dossier.Field(name: "ce_id", value: $0)] } ?? []
        return try leaves(bytes, kind) + id
    }

    /// Opens what intake sealed; without the keyring nothing opens.
    /// - Parameters:
    ///   - noted: ids of those whose reading is noted already.
    ///   - note: notes the reading of anybody else, once, before anything of theirs is opened.
    static func opener(
        _ keyring: Keyring?, program: String, noted: [String] = [], noting note: @escaping (String) throws -> Void
    ) -> (EntryRecord) throws -> DossierBuilder.Opened {
        let fields = keyring.map { SealedFields(vault: $0.vault) }
        var noted = Set(noted)
        return { entry in
            guard let fields else { return entry.sealed.isEmpty ? .nothing : .unavailable }
            if !entry.sealed.isEmpty, let subject = entry.input.subject.flatMap({ SubjectID($0.bytes) })?.description,
                !noted.contains(subject)
            {
                try note(subject)
                noted.insert(subject)
            }
            do {
                switch try fields.open(entry, program: program) {
                case .nothing: return .nothing
                case .erased: return .erased
                case .opened(let bytes, let kind): return .fields(try opened(bytes, kind))
                }
            } catch VaultError.keyMissing { return .unavailable }
        }
    }
}
