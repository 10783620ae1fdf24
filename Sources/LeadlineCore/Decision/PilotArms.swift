/// Which arm of a pilot a lead falls to.
enum PilotArms {
    /// The first arm whose condition the lead meets, else the arm that its account's share falls to; nil without a
    /// pilot.
    ///
    /// An account, or a lead without one, stays in its arm as long as the pilot keeps its name: the share is read off a
    /// hash of both. A condition that speaks of partners holds if any partner meets it.
    static func arm(_ lead: LeadView, leadID: String, _ policy: Policy, _ state: State) -> PilotArm? {
        if policy.pilot.arms.isEmpty { return nil }
        for (index, rule) in state.armRules.enumerated() {
            guard let rule else { continue }
            let isMet = state.partners.profiles.indices.contains { HardRules.holds(rule, lead, $0, state.partners) }
            if isMet { return policy.pilot.arms[index] }
        }
        var left = share(lead, leadID, policy.pilot.name)
        for arm in policy.pilot.arms {
            if left < arm.shareBasisPoints { return arm }
            left -= arm.shareBasisPoints
        }
        return policy.pilot.arms.last
    }

    /// 0 to 9,999.
    private static func share(_ lead: LeadView, _ leadID: String, _ pilot: String) -> UInt32 {
        var hash = SipHash128()
        hash.absorb(pilot)
        if let account = lead.pseudonym {
            hash.absorb(account.low)
            hash.absorb(account.high)
        } else {
            hash.absorb(leadID)
        }
        return UInt32(hash.digest().low % 10_000)
    }
}
