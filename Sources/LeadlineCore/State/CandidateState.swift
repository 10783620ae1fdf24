// What reports ask of a state, and how they ask "what if".

extension State {
    /// The input that would change a partner's profile and leave its time zone as it is; nil for an unknown partner.
    public func changing(profileOf partnerID: String, _ change: (inout PartnerProfile) -> Void) -> Input? {
        guard let index = partners.index(of: partnerID) else { return nil }
        var profile = partners.profiles[index]
        change(&profile)
        return Input(.partnerUpserted(profile), timeZone: partners.timeZones[index])
    }

    /// Leaves it aside who owns accounts, for a lead that came once already. Nothing else changes, no counter and no
    /// period.
    public mutating func leaveOwnersAside() { policy?.ownerFirst = false }
}
