public import Audit

/// What `leadline audit records --json` prints. Field names are a contract.
public struct RecordsDocument: Encodable, Sendable {
    public var records: ProgramRecords
    /// The access log; nil where it was not asked for.
    public var access: [AccessRecord]?
    /// Number of the first line of the access log that does not follow from the one before.
    public var accessBrokenLine: Int?
    /// What a checkpoint says of the access log and the log does not hold, in words.
    public var accessMissing: String?
    /// The verification; nil where it was not asked for.
    public var completeness: VerificationReport?
    /// The newest signed checkpoint.
    public var checkpoint: String?

    /// A document of a program's records.
    public init(records: ProgramRecords) { self.records = records }
}

/// The access log for people.
public enum AccessText {
    /// One line a read, and whether the log is whole.
    public static func lines(_ document: RecordsDocument) -> [String] {
        let records = document.access ?? []
        let verdict =
            document.accessBrokenLine.map {
                "BROKEN at line \($0): it was changed, put in, or follows a line that is gone"
            } ?? document.accessMissing.map { "BROKEN: \($0)" }
            ?? "\(CountText.of(records.count, "read")); each line follows from the one before"
        return records.map {
            "\($0.time) \($0.user) \($0.command) \($0.program) \($0.subjects.joined(separator: ",")): \($0.reason)"
        } + [verdict]
    }
}
