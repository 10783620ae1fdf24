// What reports ask of a state, and how they ask "what if".

/// How many of the deals that are ever won, and of those ever lost, are so by an age.
public struct ClosingShare: Sendable, Equatable {
    /// Days from the award.
    public var days: Int
    /// Share of the wins that are in by then.
    public var wins: Double
    /// The same for losses.
    public var losses: Double
    public init(days: Int, wins: Double, losses: Double) {
        self.days = days
        self.wins = wins
        self.losses = losses
    }
}

extension State {
    /// The closing curve by the ends of its age bands; empty before the first lead has passed one.
    public var closingShares: [ClosingShare] {
        if model.curve.atRisk[0] == 0 { return [] }
        return (0..<model.curve.usedBands).map { band in
            ClosingShare(days: Int(ClosingCurve.ageEdges[band + 1]), wins: model.curve.wonBy[band], losses: model.curve.lostBy[band])
        }
    }

    /// The input that would change a partner's profile and leave its time zone as it is; nil for an unknown partner.
    public func changing(profileOf partnerID: String, _ change: (inout PartnerProfile) -> Void) -> Input? {
        guard let index = partners.index(of: partnerID) else { return nil }
        var profile = partners.profiles[index]
        change(&profile)
        return Input(.partnerUpserted(profile), timeZone: partners.timeZones[index])
    }
}
