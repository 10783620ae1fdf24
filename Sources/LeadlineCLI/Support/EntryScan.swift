import Audit
import Engine
import GRDB
import Journal
import LeadlineSchemas

/// A program's entries in order, from the first to the newest. The chain is checked on the way: of what was tampered with
/// no entry is handed out.
enum EntryScan {
    /// Hands out every entry with its position, under a progress bar.
    /// - Throws: `CommandFailure` for an unknown program or a broken journal; what `body` throws.
    static func run(_ data: DataFolderOptions, label: String = "reading the journal", _ body: (EntryRecord, UInt64) throws -> Void) throws {
        let folder = try data.folder()
        try run(folder, program: data.program(in: folder), label: label, body)
    }

    /// The same of a folder that is open already.
    /// - Parameter skipsArchived: entries that are archived and not at hand are passed over, where else they are asked for.
    static func run(
        _ folder: DataFolder, program: String, label: String = "reading the journal", skipsArchived: Bool = false, _ body: (EntryRecord, UInt64) throws -> Void
    ) throws {
        var bar = ProgressBar(label, unit: "entries")
        defer { bar.finish() }
        do {
            try folder.openJournalReadOnly().read { db in
                guard let head = try JournalReader().head(of: program, in: db) else { throw CommandFailure(unknownProgram: program, folder) }
                if !skipsArchived { try JournalReader().checkReadable(program: program, in: db) }
                let chain = try ChainVerifier().verifyLeaves(program: program, in: db, archived: { _, _ in }) { position, _, bytes in
                    let entry: EntryRecord
                    do { entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) } } catch {
                        throw AuditFault(.decoding, program: program, position: position, "the bytes are no entry: \(error)")
                    }
                    try body(entry, position)
                    bar.update(position + 1, of: head.size)
                }
                if let fault = chain.fault {
                    throw AuditFault.changed(program: program, position: fault.position)
                }
            }
        } catch { throw CommandFailure(ofAudit: error) }
    }
}
