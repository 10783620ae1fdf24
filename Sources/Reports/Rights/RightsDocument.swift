public import Audit
import Engine
public import LeadlineCore

/// What came of a person's request, as JSON. Fields are added, never changed.
public struct RequestOutcomeDocument: Encodable, Sendable {
    public var program: String
    public var lead: String
    public var subjects: [String]
    public var position: UInt64
    /// What was decided, in words.
    public var events: [String]
    /// Partners who were told, each once.
    public var told: [String]
    public var suppressedAddresses: Int

    public init(
        program: String, lead: String, subjects: [String], position: UInt64, events: [Event], suppressed: Int,
        currency: String
    ) {
        self.program = program
        self.lead = lead
        self.subjects = subjects
        self.position = position
        let words = EventWords(currency: currency)
        self.events = events.map { words.sentence($0) }
        told = events.reduce(into: []) { told, event in
            if case .recipientInformed(let event) = event, !told.contains(event.partnerID) {
                told.append(event.partnerID)
            }
        }
        suppressedAddresses = suppressed
    }
}

/// What stands for a person, as JSON. Fields are added, never changed.
public struct PersonStandingDocument: Encodable, Sendable {
    public struct Link: Encodable, Sendable {
        public var subject: String
        public var other: String
        public var inferred: Bool
        public var position: UInt64
    }
    public struct Lead: Encodable, Sendable {
        public var lead: String
        public var status: String
        public var partner: String?
    }
    public var program: String
    public var subjects: [String]
    public var erased: Bool
    public var restricted: Bool
    public var objected: Bool
    public var links: [Link]
    public var formerHolders: Int
    public var leads: [Lead]

    public init(program: String, person: Person, standing: PersonInspection, isErased: Bool) {
        self.program = program
        subjects = person.subjects.map { "\($0)" }
        erased = isErased
        restricted = standing.isRestricted
        objected = standing.hasObjected
        links = person.links.map {
            Link(
                subject: "\($0.subject)", other: "\($0.other)", inferred: $0.isInferred, position: $0.position)
        }
        formerHolders = person.formerHolders
        leads = person.leads.map {
            Lead(lead: $0.leadID, status: $0.status, partner: $0.partnerID.isEmpty ? nil : $0.partnerID)
        }
    }
}

/// A suppressed address, as JSON. Fields are added, never changed.
public struct SuppressionDocument: Encodable, Sendable {
    public var address: String
    public var since: String
    public var leads: UInt64

    public init(_ suppression: SuppressionStanding) {
        address = suppression.address.description
        since = TimeText.utc(suppression.since)
        leads = suppression.leads
    }
}
