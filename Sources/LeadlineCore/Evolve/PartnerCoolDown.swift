extension State {
    /// A partner that missed a deadline gets no leads for as long as the policy says.
    mutating func coolDown(_ partnerID: String, at stamp: Timestamp) {
        guard let policy, policy.coolDownMinutes > 0, let partner = partners.index(of: partnerID) else { return }
        partners.coolDown(
            partner, until: stamp.adding(micros: Int64(policy.coolDownMinutes) * Timestamp.microsPerMinute))
    }
}

extension PartnerTable {
    /// The partner missed a deadline and gets no leads until then.
    mutating func coolDown(_ index: Int, until: Timestamp) {
        coolingUntil[index] = max(coolingUntil[index], until)
        coolingLatest = max(coolingLatest, until)
    }

    /// The deadline was kept after all.
    mutating func warmUp(_ index: Int, at stamp: Timestamp) { coolingUntil[index] = min(coolingUntil[index], stamp) }
}
