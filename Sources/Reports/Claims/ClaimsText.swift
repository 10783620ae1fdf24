public import LeadlineCore

/// Claims that wait or are in force, for people.
public enum ClaimsText {
    /// One line a claim.
    public static func table(_ claims: [ClaimStanding], _ style: TextStyle) -> String {
        var table = TextTable([("PARTNER", .left), ("CLAIM", .left), ("ON", .left), ("STATE", .left), ("UNTIL", .left)])
        for claim in claims {
            let lead = claim.leadID.isEmpty ? "an account" : claim.isOnAccount ? "account of \(claim.leadID)" : claim.leadID
            table.add([
                claim.partnerID, claim.claimID, lead, DecisionReasonWords.claim(claim.status), style.time(claim.until),
            ])
        }
        return table.text(style)
    }
}

/// A claim as JSON.
public struct ClaimDocument: Encodable, Sendable {
    private let partner: String
    private let claim: String
    private let lead: String?
    private let onAccount: Bool
    private let status: String
    private let until: String

    public init(_ claim: ClaimStanding) {
        partner = claim.partnerID
        self.claim = claim.claimID
        lead = claim.leadID.isEmpty ? nil : claim.leadID
        onAccount = claim.isOnAccount
        status = "\(claim.status)"
        until = TimeText.utc(claim.until)
    }
}

/// What came of a statement about a claim or a return, as JSON.
public struct StatementOutcomeDocument: Encodable, Sendable {
    private let position: UInt64
    private let events: [String]

    /// - Parameter position: of the entry that records it.
    public init(position: UInt64, events: [Event], currency: String) {
        self.position = position
        let words = EventWords(currency: currency)
        self.events = events.map { words.sentence($0) }
    }
}
