public import Audit

/// What `leadline audit records --json` prints. Field names are a contract.
public struct RecordsDocument: Encodable, Sendable {
    public var records: ProgramRecords
    /// The access log; nil where it was not asked for.
    public var access: [AccessRecord]?
    /// Number of the first line of the access log that does not follow from the one before.
    public var accessBrokenLine: Int?
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
    public static func lines(_ records: [AccessRecord], brokenLine: Int?) -> [String] {
        let verdict =
            brokenLine.map { "BROKEN: line \($0) does not follow from the one before it" }
            ?? "\(CountText.of(records.count, "read")); each line follows from the one before"
        return records.map {
            "\($0.time) \($0.user) \($0.command) \($0.program) \($0.subjects.joined(separator: ",")): \($0.reason)"
        } + [verdict]
    }
}
