import Audit
import Engine
import LeadlineSchemas
import Vault

/// Fields of entries by their names in the schema, as dossiers and certificates state them.
enum EntryFields {
    /// Names and values of a serialised message.
    static func leaves(_ bytes: [UInt8], _ kind: MessageKind) throws -> [Dossier.Field] {
        try SchemaJSON.leaves(bytes, as: kind).map { .init(name: $0.path, value: $0.value) }
    }

    /// Opens what intake sealed; without the keyring nothing opens.
    static func opener(_ keyring: Keyring?, program: String) -> (EntryRecord) throws -> DossierBuilder.Opened {
        let fields = keyring.map { SealedFields(vault: $0.vault) }
        return { entry in
            guard let fields else { return entry.sealed.isEmpty ? .nothing : .unavailable }
            do {
                switch try fields.open(entry, program: program) {
                case .nothing: return .nothing
                case .erased: return .erased
                case .opened(let bytes, let kind): return .fields(try leaves(bytes, kind))
                }
            } catch VaultError.keyMissing { return .unavailable }
        }
    }
}
