public import GRDB
public import Journal
public import LeadlineSchemas

/// A program's entries in order, each held against the chain before it is handed out: of what was tampered with none is.
public enum VerifiedEntries {
    /// - Parameters:
    ///   - known: the stream as it was walked before; only what came since is handed out, and must lead from there to
    ///     the head. Nil for the whole.
    /// - Throws: `AuditFault` for an entry that was changed or is none; what `body` throws.
    public static func forEach(
        of program: String, after known: StreamHead? = nil, in db: Database,
        _ body: (_ entry: EntryRecord, _ position: UInt64) throws -> Void
    ) throws {
        let chain = try ChainVerifier().verifyLeaves(program: program, after: known, in: db, archived: { _, _ in }) {
            position, _, bytes in
            let entry: EntryRecord
            do { entry = unsafe try bytes.withUnsafeBytes { unsafe try EntryCodec.decode($0) } } catch {
                throw AuditFault(
                    .decoding, program: program, position: position, "the bytes are no entry: \(error)")
            }
            try body(entry, position)
        }
        if let fault = chain.fault { throw AuditFault.changed(program: program, position: fault.position) }
    }
}
