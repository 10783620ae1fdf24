public import LeadlineCore
import LeadlineSchemas

/// A link of a lead to another or to its company, or the end of one, as the journal records it: what was undone stays
/// in its history.
public struct RecordedLink: Sendable, Equatable {
    /// What a link rests on.
    public enum Ground: Sendable, Equatable {
        /// Both leads came with one person's address, from one company, within the days that the policy says.
        case sameAddress
        /// The same of two persons who are known to be one.
        case linkedPersons
        /// Somebody said so, by this id.
        case decided(by: String)
    }

    /// Position of the entry.
    public var position: UInt64
    public var stamp: Timestamp
    public var link: LeadLink
    /// The other lead; empty for a company of which none was named.
    public var otherLeadID: String
    /// True where the link was made, false where it was undone.
    public var isMade: Bool
    public var ground: Ground
    public init(
        position: UInt64, stamp: Timestamp, link: LeadLink, otherLeadID: String, isMade: Bool, ground: Ground
    ) {
        self.position = position
        self.stamp = stamp
        self.link = link
        self.otherLeadID = otherLeadID
        self.isMade = isMade
        self.ground = ground
    }
}

extension RecordedLink {
    /// The links of a lead that one of its entries made or undid.
    /// - Parameter person: whose another lead was when it came in; nil where that is not known.
    static func all(
        of lead: String, in entry: EntryRecord, person: (_ lead: String) throws -> Digest128?
    ) rethrows -> [RecordedLink] {
        let decider: String? = switch entry.input.fact {
        case .leadsLinked(let fact), .leadsUnlinked(let fact): fact.decidedBy
        default: nil
        }
        return try entry.events.compactMap { event -> RecordedLink? in
            switch event {
            // What somebody linked by hand has an event of its own before it is merged.
            case .leadMerged(let event) where event.leadID == lead && !event.sameID && decider == nil:
                let isOne = try entry.input.subject == person(event.intoLeadID)
                return RecordedLink(
                    position: entry.position, stamp: entry.stamp, link: .sameEnquiry, otherLeadID: event.intoLeadID,
                    isMade: true, ground: isOne ? .sameAddress : .linkedPersons)
            case .leadLinkChanged(let event) where event.leadID == lead:
                return RecordedLink(
                    position: entry.position, stamp: entry.stamp, link: event.link, otherLeadID: event.otherLeadID,
                    isMade: event.linked, ground: .decided(by: decider ?? ""))
            default: return nil
            }
        }
    }
}
