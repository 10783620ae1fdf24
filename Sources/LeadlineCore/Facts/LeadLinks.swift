// Links between leads that a person undoes or makes: what comes in, and what becomes of it. Since logic version 5.

/// Why two leads are linked. Raw values are the schema's.
public enum LeadLink: UInt8, Sendable, Equatable, CaseIterable {
    /// They are one enquiry: the newer one is merged into the other.
    case sameEnquiry = 1
    /// They are of one company: what is known of it, and who owns it, holds for both.
    case sameCompany
}

/// A person of the vendor's says that two leads are linked, or that they are not.
public struct LeadLinkStatement: Sendable, Equatable {
    /// The lead that is merged, or that is of the company or not.
    public var leadID: String
    /// The lead that it is merged into; of a company, another lead of it, or empty.
    public var otherLeadID: String
    public var link: LeadLink
    /// Who decided, by the id of a role or a key.
    public var decidedBy: String
    public init(leadID: String, otherLeadID: String = "", link: LeadLink, decidedBy: String) {
        self.leadID = leadID
        self.otherLeadID = otherLeadID
        self.link = link
        self.decidedBy = decidedBy
    }
}

/// A link of a lead was undone, or made by a person.
public struct LeadLinkChanged: Sendable, Equatable {
    public var leadID: String
    /// The lead that it was, or is, merged into; of a company, another lead of it, or empty.
    public var otherLeadID: String
    public var link: LeadLink
    /// True if they are linked from here on, false if they are no longer.
    public var linked: Bool
    public init(leadID: String, otherLeadID: String, link: LeadLink, linked: Bool) {
        self.leadID = leadID
        self.otherLeadID = otherLeadID
        self.link = link
        self.linked = linked
    }
}
