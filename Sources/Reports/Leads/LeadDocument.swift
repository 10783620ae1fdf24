public import Engine
import LeadlineCore

/// A lead as JSON. Fields are added, never changed.
public struct LeadDocument: Encodable, Sendable {
    public var program: String
    public var lead: String
    public var status: String
    public var partner: String?
    public var attempt: Int
    public var valueMinorUnits: Int64?
    public var currency: String?
    public var country: String?
    public var vertical: String?
    public var submitted: String
    public var changed: String
    public var respondBy: String?

    /// The document of a row of the list of leads.
    public init(_ row: LeadRow) {
        program = row.program
        lead = row.leadID
        status = row.status
        partner = row.partnerID.isEmpty ? nil : row.partnerID
        attempt = row.attempt
        valueMinorUnits = row.currency.isEmpty ? nil : row.valueMinorUnits
        currency = row.currency.isEmpty ? nil : row.currency
        country = row.country.isEmpty ? nil : row.country
        vertical = row.vertical.isEmpty ? nil : row.vertical
        submitted = TimeText.utc(row.submittedAt)
        changed = TimeText.utc(row.changedAt)
        respondBy = row.respondBy.map(TimeText.utc)
    }
}

/// What an entry says of a lead, as JSON. Fields are added, never changed.
public struct LeadStepDocument: Encodable, Sendable {
    public var position: UInt64
    public var at: String
    /// The input, and what Leadline did, in words.
    public var input: String
    public var events: [String]
    /// Sealed fields by their names, where they were opened.
    public var sealed: [String: String]?
    /// True where the person was erased.
    public var erased: Bool?

    /// A step from its parts.
    public init(
        position: UInt64, at: String, input: String, events: [String], sealed: [String: String]? = nil,
        erased: Bool? = nil
    ) {
        self.position = position
        self.at = at
        self.input = input
        self.events = events
        self.sealed = sealed
        self.erased = erased
    }
}
