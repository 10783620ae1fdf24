public import Audit
public import LeadlineCore

/// What links of a lead were made and undone, in words: who said so and when, from what was recorded.
public enum LinkText {
    /// One line a link, in their order.
    public static func lines(_ links: [RecordedLink], time: (Timestamp) -> String = { TimeText.utc($0) }) -> [String] {
        links.map { "\(sentence($0)), \(time($0.stamp)), entry \($0.position)" }
    }

    private static func sentence(_ link: RecordedLink) -> String {
        let what = link.link == .sameEnquiry ? link.otherLeadID : "its company"
        switch (link.isMade, link.ground) {
        case (true, .sameAddress): return "linked to \(what) as one enquiry: the same address and company"
        case (true, .linkedPersons):
            return "linked to \(what) as one enquiry: persons known to be one, the same company"
        case (true, .decided(let decider)): return "linked to \(what) by \(decider)"
        case (false, .decided(let decider)): return "link to \(what) undone by \(decider)"
        case (false, _): return "link to \(what) undone"
        }
    }
}

/// A link that was made or undone, as JSON. Fields are added, never changed.
public struct LinkDocument: Encodable, Sendable {
    public var position: UInt64
    public var time: String
    /// `sameEnquiry` or `sameCompany`.
    public var link: String
    public var otherLeadId: String?
    public var linked: Bool
    /// `sameAddress`, `linkedPersons` or `decided`.
    public var ground: String
    public var decidedBy: String?

    /// The document of a link.
    public init(_ link: RecordedLink) {
        position = link.position
        time = TimeText.utc(link.stamp)
        self.link = "\(link.link)"
        otherLeadId = link.otherLeadID.isEmpty ? nil : link.otherLeadID
        linked = link.isMade
        switch link.ground {
        case .sameAddress: ground = "sameAddress"
        case .linkedPersons: ground = "linkedPersons"
        case .decided(let decider):
            ground = "decided"
            decidedBy = decider
        }
    }
}
