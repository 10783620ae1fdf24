public import LeadlineCore

/// A partner as it stands, as JSON. Fields are added, never changed.
public struct PartnerDocument: Encodable, Sendable {
    public var partner: String
    public var status: String
    public var tier: UInt32
    public var openLeads: UInt32
    public var openLeadsMax: UInt32?
    public var leadsPerPeriodMax: UInt32?
    public var assignments: UInt64
    public var won: UInt32
    public var lost: UInt32
    public var countries: [String]
    public var commissionBasisPoints: UInt32
    /// Until when it gets no leads for having missed deadlines; nil where it is not suspended.
    public var suspendedUntil: String?
    /// Returns for bad data that the policy credited it in the period that runs.
    public var creditedReturns: UInt32
    /// The partner into which it was merged, for which its id stands; nil where it was not.
    public var mergedInto: String?

    /// The document of a partner.
    public init(_ standing: PartnerStanding) {
        partner = standing.profile.partnerID
        status = standing.status
        tier = standing.profile.tier
        openLeads = standing.openLeads
        openLeadsMax = standing.profile.capacity.openLeadsMax
        leadsPerPeriodMax = standing.profile.capacity.leadsPerPeriodMax
        assignments = standing.assignments
        won = standing.won
        lost = standing.lost
        countries = standing.profile.countries
        commissionBasisPoints = standing.commissionBasisPoints
        suspendedUntil = standing.suspendedUntil.map { TimeText.utc($0) }
        creditedReturns = standing.creditedReturns
        mergedInto = standing.mergedIntoPartnerID.isEmpty ? nil : standing.mergedIntoPartnerID
    }
}

/// Partners for people.
public enum PartnersText {
    /// A table of partners as they stand.
    public static func table(_ rows: [PartnerDocument], _ style: TextStyle) -> String {
        func cap(_ cap: UInt32?) -> String { cap.map(String.init) ?? "-" }
        var table = TextTable([
            ("PARTNER", .left), ("STATUS", .left), ("TIER", .right), ("OPEN", .right), ("CAP", .right),
            ("PER PERIOD", .right),
            ("RECEIVED", .right), ("WON", .right), ("LOST", .right), ("COUNTRIES", .left)
        ])
        for row in rows {
            table.add([
                row.partner, row.suspendedUntil != nil && row.status == "active" ? "suspended" : row.status, "\(row.tier)", "\(row.openLeads)", cap(row.openLeadsMax),
                cap(row.leadsPerPeriodMax),
                "\(row.assignments)", "\(row.won)", "\(row.lost)", row.countries.joined(separator: " ")
            ])
        }
        return table.text(style)
    }
}

/// What applying a file does to one partner, as JSON. Fields are added, never changed.
public struct PartnerChangeDocument: Encodable, Sendable {
    /// What happens.
    public enum Kind: String, Encodable, Sendable { case added, changed, unchanged, notInFile, keptOut }

    public var partner: String
    public var kind: Kind
    public var differences: [FieldDiff]

    /// A change from its parts.
    public init(partner: String, kind: Kind, differences: [FieldDiff] = []) {
        self.partner = partner
        self.kind = kind
        self.differences = differences
    }
}
