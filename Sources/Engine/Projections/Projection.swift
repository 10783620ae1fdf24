public import GRDB
public import LeadlineCore
public import LeadlineSchemas

/// A table of a projection.
public struct ProjectionTable: Sendable {
    /// Its name.
    public var name: String
    /// Columns that put its rows in one order, comma separated: what two of them are compared by.
    public var order: String

    /// A table from its parts.
    public init(_ name: String, order: String) {
        self.name = name
        self.order = order
    }
}

/// Whose data an entry takes out of every projection.
public enum ErasedFrom: Sendable, Equatable {
    /// The person of this lead.
    case lead(String)
    /// This person.
    case subject(Digest128)

    /// What an entry erases, in order.
    public static func all(in entry: EntryRecord) -> [ErasedFrom] {
        var erased: [ErasedFrom] = []
        for case .rightRecorded(let event) in entry.events where event.right == .erasure {
            erased += event.subjects.map { .subject($0) }
        }
        // Before logic version 4 the entry says of the lead alone who was erased.
        if case .erasureRequested(let fact) = entry.input.fact, erased.isEmpty { erased.append(.lead(fact.leadID)) }
        erased += entry.input.erased.map { .subject($0) }
        for case .retentionApplied(let event) in entry.events {
            if let subject = event.subject { erased.append(.subject(subject)) }
        }
        return erased
    }
}

/// A read model: tables in `derived.db` that follow the journal entry by entry, and can be deleted and made again.
///
/// It says what its tables are and how an entry changes them. Where it stands, batches, starting over and comparing are
/// ``ProjectionFollower``'s, the same for every projection.
public protocol Projection: SendableMetatype {
    /// Names its cursor and its metrics; never changed.
    static var name: String { get }
    /// What it is called in messages, e.g. "the list of leads".
    static var title: String { get }
    /// Raised when what `fold` computes changes: then it is made anew from the journal.
    static var version: Int { get }
    /// Everything that it keeps.
    static var tables: [ProjectionTable] { get }
    /// Makes the tables and indexes that are not there.
    static func create(in db: Database) throws
    /// Takes one entry in. Entries come in the order of their commit, each once.
    static func fold(_ entry: EntryRecord, of program: String, in db: Database) throws
    /// Takes out what it says of a person. Called after `fold` for each erasure that the entry holds.
    static func erase(_ erased: ErasedFrom, by entry: EntryRecord, of program: String, in db: Database) throws
}

/// Every projection there is.
enum Projections {
    static let all: [any Projection.Type] = [
        LeadsTables.self, PartnerProfiles.self, PartnerProfileEntries.self,
    ]
}
