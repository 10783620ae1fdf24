// What stands for persons, from what was recorded. Since logic version 4.

extension State {
    /// A right holds from here on, or no longer.
    mutating func record(_ event: RightRecorded, at stamp: Timestamp) {
        switch event.right {
        case .restriction: stand(.restricted, event)
        case .objection:
            stand(.objected, event)
            endMerged(of: event.subjects)
        case .objectionWithdrawn: for subject in event.subjects { persons.remove(.objected, for: subject) }
        case .restrictionLifted:
            for subject in event.subjects { persons.remove(.restricted, for: subject) }
            resume(event, at: stamp)
        case .rectification: break
        case .erasure:
            for subject in event.subjects {
                persons.forget(subject)
                retention.remove(subject)
            }
            forgetLeads(of: event.subjects)
            endMerged(of: event.subjects)
            // They were told; there is nothing more to tell.
            for slot in leads.slots(of: event.subjects) { leads.leads[slot].recipients = [] }
        }
    }

    /// It stands with the id that was named, and binds the others for as long as they are linked to it.
    private mutating func stand(_ standing: PersonTable.Standing, _ event: RightRecorded) {
        guard let named = event.subjects.first, persons.hasRoom(for: [named]) else { return }
        persons.insert(standing, for: named)
    }

    /// What waits for a human falls due at once and is routed again, one entry a lead. What a human gave to a partner
    /// meanwhile stays there.
    private mutating func resume(_ event: RightRecorded, at stamp: Timestamp) {
        let slots = event.subjects.isEmpty
            ? [leads.slot(of: event.leadID)].compactMap { $0 } : leads.slots(of: event.subjects)
        resume(slots, at: stamp)
    }

    private mutating func resume(_ slots: [Int], at stamp: Timestamp) {
        for slot in slots where leads.leads[slot].flags.contains(.restricted) {
            leads.leads[slot].flags.remove(.restricted)
            guard leads.leads[slot].status == .escalated else { continue }
            leads.leads[slot].dueAt = stamp
            leads.leads[slot].dueCause = .resumed
            agenda.add(.lead, UInt32(slot), at: stamp)
        }
    }

    /// Two ids are one person from here on, or no longer.
    mutating func change(_ event: PersonLinkChanged, at stamp: Timestamp) {
        if event.isLinked {
            guard persons.hasRoom(for: [event.subject, event.linkedSubject]) else { return }
            persons.link(event.subject, event.linkedSubject, event.isInferred ? .inferred : .stated)
        } else {
            persons.link(event.subject, event.linkedSubject, .severed)
            // What bound one through the other alone binds it no longer.
            for subject in [event.subject, event.linkedSubject] {
                let group = persons.group(of: [subject])
                if persons.standing(of: group).contains(.restricted) { continue }
                resume(leads.slots(of: group), at: stamp)
            }
        }
    }

    /// A person's key was destroyed in time; the id will never come again.
    mutating func forget(_ event: RetentionApplied) {
        if isLogic(4), let subject = event.subject { persons.forget(subject) }
    }

    /// A suppressed address; noted only where decided so.
    mutating func suppress(_ fact: SuppressedAddress, at stamp: Timestamp) {
        guard isLogic(4), suppressions.entries.count < SuppressionTable.countMax else { return }
        suppressions.insert(fact.digest, at: stamp)
    }

    mutating func liftSuppression(_ fact: SuppressedAddress) {
        if isLogic(4) { suppressions.remove(fact.digest) }
    }

    /// A lead came with a suppressed address.
    mutating func countSuppressed(_ input: Input) {
        if isLogic(4), let address = input.suppressedAddress { suppressions.count(address) }
    }

    /// What leads say of persons who asked for restriction before version 4. Who had objected before, closed leads do
    /// not tell.
    mutating func beginVersion4() {
        for slot in leads.leads.indices {
            let lead = leads.leads[slot]
            if lead.holder != LeadTable.nowhere { leads.leads[slot].recipients = lead.tried + [lead.holder] }
            else { leads.leads[slot].recipients = lead.tried }
            guard lead.isOpen, lead.flags.contains(.restricted), lead.subject != .zero,
                persons.hasRoom(for: [lead.subject])
            else { continue }
            persons.insert(.restricted, for: lead.subject)
        }
    }
}
