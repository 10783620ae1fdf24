// What is promised of a lead, and who cannot keep it.

extension State {
    /// What is promised of a lead: by the first service level that holds for lead and partner, else by the policy.
    func promise(_ view: LeadView, _ partner: Int) -> (sla: SLA, level: String) {
        guard let policy else { return (SLA(), "") }
        for (index, level) in serviceLevels.enumerated() where HardRules.holds(level, view, partner, partners) {
            return (policy.serviceLevels[index].sla, level.name)
        }
        return (policy.sla, "")
    }

    /// When so much of the promised kind of time has passed, as if the partner were away then and then alone.
    func due(
        _ micros: Int64, _ sla: SLA, _ partner: Int, from stamp: Timestamp, absences: [PartnerTable.Absence]
    ) -> Timestamp {
        if !sla.inWorkingHours { return stamp.adding(micros: micros) }
        return WorkingTime.deadline(from: stamp, micros: micros, in: calendar(of: partner, absences: absences))
    }

    /// True if the partner, who is there now, goes away before it would have to answer: an absence costs it time that
    /// it promised.
    func leavesBeforePromise(_ partner: Int, _ view: LeadView, at stamp: Timestamp) -> Bool {
        let ahead = partners.absences[partner].filter { $0.from > stamp }
        if ahead.isEmpty { return false }
        let sla = promise(view, partner).sla
        if sla.firstResponseMinutes == 0 { return false }
        let micros = Int64(sla.firstResponseMinutes) * Timestamp.microsPerMinute
        let due = due(micros, sla, partner, from: stamp, absences: [])
        if !sla.inWorkingHours { return ahead.contains { $0.from < due } }
        return self.due(micros, sla, partner, from: stamp, absences: ahead) != due
    }
}
