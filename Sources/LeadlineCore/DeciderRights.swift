// Rights of persons. Up to logic version 3 a restriction or an objection was one lead's; since version 4 it is the
// person's, by every id that is linked to the one that was named.

extension Decision {
    // MARK: What binds a lead

    /// Why a lead may go to nobody but a human; nil if nothing stands against it.
    func barrier(_ state: State, _ subjects: [Digest128]) -> EscalationReason? {
        guard state.isLogic(4), !state.persons.persons.isEmpty else { return nil }
        let standing = state.persons.standing(of: state.persons.group(of: subjects))
        if standing.contains(.objected) { return .personObjected }
        return standing.contains(.restricted) ? .processingRestricted : nil
    }

    /// The same for a lead that comes in; what it is linked to by its address binds it too.
    func barrier(_ state: State, _ input: Input) -> EscalationReason? {
        guard state.isLogic(4) else { return nil }
        if let standing = barrier(state, [input.subject, input.linkedSubject].compactMap { $0 }) { return standing }
        guard let address = input.suppressedAddress, state.suppressions.contains(address) else { return nil }
        return .addressSuppressed
    }

    // MARK: Restriction, objection and their ends

    mutating func restrict(_ state: State, _ leadID: String, _ input: Input) -> [Event] {
        guard let person = person(state, leadID, input) else { return disregard(leadID, .leadUnknown) }
        let open = person.slots.filter { state.leads.leads[$0].isOpen }
        let bound = open.filter { !state.leads.leads[$0].flags.contains(.restricted) }
        let stands = !person.subjects.isEmpty && person.standing.contains(.restricted)
        if bound.isEmpty && (stands || person.subjects.isEmpty) {
            return disregard(leadID, stands || !open.isEmpty ? .noChange : .leadClosed)
        }
        return record(state, .restriction, person, leadID)
            + bound.flatMap { escalate(state, state.leads.leads[$0].id, .processingRestricted) }
            + informed(state, person.slots, .restriction)
    }

    mutating func object(_ state: State, _ leadID: String, _ input: Input) -> [Event] {
        guard let person = person(state, leadID, input) else { return disregard(leadID, .leadUnknown) }
        let open = person.slots.filter { state.leads.leads[$0].isOpen }
        let stands = !person.subjects.isEmpty && person.standing.contains(.objected)
        if open.isEmpty && (stands || person.subjects.isEmpty) {
            return disregard(leadID, stands ? .noChange : .leadClosed)
        }
        return record(state, .objection, person, leadID) + open.flatMap { close(state, $0, .objected) }
            + informed(state, person.slots, .objection)
    }

    mutating func resume(_ state: State, _ fact: ProcessingResumed, _ input: Input) -> [Event] {
        guard state.isLogic(4) else { return disregard(fact.leadID, .logicTooOld) }
        guard let person = person(state, fact.leadID, input) else { return disregard(fact.leadID, .leadUnknown) }
        let isFlagged = person.slots.contains { state.leads.leads[$0].flags.contains(.restricted) }
        let stands = fact.objectionWithdrawn
            ? person.standing.contains(.objected) : person.standing.contains(.restricted) || isFlagged
        if !stands { return disregard(fact.leadID, .noChange) }
        let right: PersonRight = fact.objectionWithdrawn ? .objectionWithdrawn : .restrictionLifted
        return record(state, right, person, fact.leadID) + informed(state, person.slots, right)
    }

    /// What stands for the person goes with it; suppressed addresses stay.
    mutating func erase(_ state: State, _ leadID: String, _ input: Input) -> [Event] {
        guard let person = person(state, leadID, input) else { return disregard(leadID, .leadUnknown) }
        return record(state, .erasure, person, leadID)
            + person.slots.filter { state.leads.leads[$0].isOpen }.flatMap { close(state, $0, .erased) }
            + informed(state, person.slots, .erasure)
    }

    /// Facts about a lead changed: whoever received it is told. What a closed lead says changes no decision any more.
    mutating func updated(_ state: State, _ leadID: String) -> [Event] {
        guard let slot = state.leads.slot(of: leadID) else { return disregard(leadID, .leadUnknown) }
        let refused = state.leads.leads[slot].isOpen ? [] : disregard(leadID, .leadClosed)
        if !state.isLogic(4) { return refused }
        // Whoever had the lead before a person merged it has what it said then.
        let merged = state.isLogic(5) && state.leads.leads[slot].marks.contains(.tookIn)
            ? state.leads.slots(mergedInto: slot) : []
        return refused + informed(state, [slot] + merged, .rectification)
    }

    /// What stands from here on. Where the program remembers too many persons, that is said, and what is open is dealt
    /// with all the same.
    private func record(_ state: State, _ right: PersonRight, _ person: NamedPerson, _ leadID: String) -> [Event] {
        let stands = right == .restriction || right == .objection
        if stands && !state.persons.hasRoom(for: Array(person.subjects.prefix(1))) {
            return disregard(leadID, .tooManyPersons)
        }
        return [.rightRecorded(RightRecorded(leadID: leadID, right: right, subjects: person.subjects))]
    }

    /// Everyone who holds or held these leads is told, once a lead.
    private func informed(_ state: State, _ slots: [Int], _ right: PersonRight) -> [Event] {
        slots.flatMap { slot in
            let lead = state.leads.leads[slot]
            return lead.recipients.map { partner in
                Event.recipientInformed(RecipientInformed(
                    leadID: lead.id, partnerID: state.partners.profiles[Int(partner)].partnerID, right: right))
            }
        }
    }

    // MARK: Who is meant

    /// A person as a right names them: by a lead, and by the id that the vault finds for it.
    private struct NamedPerson {
        /// The ids, the named ones first; empty for a lead without a person.
        var subjects: [Digest128]
        var standing: PersonTable.Standing
        /// The leads that are remembered, by slot.
        var slots: [Int]
    }

    /// Nil if neither a lead nor an id is known.
    private func person(_ state: State, _ leadID: String, _ input: Input) -> NamedPerson? {
        // A merged lead is its own person's, whoever's the lead is that it went into.
        let named = state.isLogic(5) ? state.leads.ownSlot(of: leadID).map { Int($0) } : state.leads.slot(of: leadID)
        var seeds = named.map { [state.leads.leads[$0].subject] } ?? []
        if let subject = input.subject { seeds.append(subject) }
        let subjects = state.persons.group(of: seeds)
        if named == nil && subjects.isEmpty { return nil }
        return NamedPerson(
            subjects: subjects, standing: state.persons.standing(of: subjects),
            slots: subjects.isEmpty ? [named].compactMap { $0 } : state.leads.slots(of: subjects))
    }

    // MARK: Links

    /// A lead and its address lead to two persons, or somebody says that two are one: what stands for one binds the
    /// other's open leads from here on.
    func link(_ state: State, _ leadID: String, _ input: Input, isInferred: Bool) -> [Event] {
        guard let pair = pair(state, leadID, input) else {
            return isInferred ? [] : disregard(leadID, .leadUnknown)
        }
        if isInferred && state.persons.isSevered(pair.0, pair.1) { return [] }
        let known = state.persons.links(of: pair.0).first { $0.to == pair.1 }
        if pair.0 == pair.1 || (known.map { !$0.isInferred || isInferred } ?? false) {
            return isInferred ? [] : disregard(leadID, .noChange)
        }
        let groups = [pair.0, pair.1].map { state.persons.group(of: [$0]) }
        let isOne = groups[0].contains(pair.1)
        guard isOne || groups[0].count + groups[1].count <= PersonTable.groupMax,
            state.persons.hasRoom(for: [pair.0, pair.1])
        else { return disregard(leadID, .tooManyPersons) }
        let change = Event.personLinkChanged(PersonLinkChanged(
            leadID: leadID, subject: pair.0, linkedSubject: pair.1, isInferred: isInferred, isLinked: true))
        if isOne { return [change] }
        let standings = groups.map { state.persons.standing(of: $0) }
        return [change] + bind(state, groups[0], standings[1].subtracting(standings[0]))
            + bind(state, groups[1], standings[0].subtracting(standings[1]))
    }

    func unlink(_ state: State, _ fact: LeadPair, _ input: Input) -> [Event] {
        guard state.isLogic(4) else { return disregard(fact.leadID, .logicTooOld) }
        guard let pair = pair(state, fact.leadID, input, fact.otherLeadID) else {
            return disregard(fact.leadID, .leadUnknown)
        }
        guard let link = state.persons.links(of: pair.0).first(where: { $0.to == pair.1 }) else {
            return disregard(fact.leadID, .noChange)
        }
        return [.personLinkChanged(PersonLinkChanged(
            leadID: fact.leadID, subject: pair.0, linkedSubject: pair.1, isInferred: link.isInferred, isLinked: false))]
    }

    func linked(_ state: State, _ fact: LeadPair, _ input: Input) -> [Event] {
        guard state.isLogic(4) else { return disregard(fact.leadID, .logicTooOld) }
        var input = input
        if let pair = pair(state, fact.leadID, input, fact.otherLeadID) {
            (input.subject, input.linkedSubject) = pair
        }
        return link(state, fact.leadID, input, isInferred: false)
    }

    /// The two persons: as the vault found them, else by the leads that are remembered.
    private func pair(_ state: State, _ leadID: String, _ input: Input, _ other: String? = nil) -> (
        Digest128, Digest128
    )? {
        func known(_ id: String?) -> Digest128? {
            id.flatMap { state.leads.slot(of: $0) }.map { state.leads.leads[$0].subject }.flatMap {
                $0 == .zero ? nil : $0
            }
        }
        let one = other == nil ? input.subject : known(leadID) ?? input.subject
        guard let one, let linked = other == nil ? input.linkedSubject : known(other) ?? input.linkedSubject else {
            return nil
        }
        return (one, linked)
    }

    /// Applies to a person's open leads what did not stand for the person before.
    private func bind(_ state: State, _ subjects: [Digest128], _ added: PersonTable.Standing) -> [Event] {
        if added.isEmpty { return [] }
        let open = state.leads.slots(of: subjects).filter { state.leads.leads[$0].isOpen }
        if added.contains(.objected) {
            return open.flatMap { close(state, $0, .objected) }
                + informed(state, open.filter { !state.leads.leads[$0].recipients.isEmpty }, .objection)
        }
        return open.filter { !state.leads.leads[$0].flags.contains(.restricted) }
            .flatMap { escalate(state, state.leads.leads[$0].id, .processingRestricted) }
            + informed(state, open, .restriction)
    }

    // MARK: Suppressions

    func suppress(_ state: State, _ address: SuppressedAddress) -> [Event] {
        guard state.isLogic(4) else { return disregard("", .logicTooOld) }
        if state.suppressions.contains(address.digest) { return disregard("", .noChange) }
        return state.suppressions.entries.count < SuppressionTable.countMax ? [] : disregard("", .tooManyPersons)
    }

    func liftSuppression(_ state: State, _ address: SuppressedAddress) -> [Event] {
        guard state.isLogic(4) else { return disregard("", .logicTooOld) }
        return state.suppressions.contains(address.digest) ? [] : disregard("", .noChange)
    }
}

extension LeadTable {
    /// The leads that go on as the one of a slot, by whatever steps.
    func slots(mergedInto slot: Int) -> [Int] {
        leads.indices.filter { leads[$0].status == .merged && self.slot(of: leads[$0].id) == slot }
    }

    /// Slots of the leads of a person, merged ones too, in order of slots.
    func slots(of subjects: [Digest128]) -> [Int] {
        leads.indices.filter { leads[$0].subject != .zero && subjects.contains(leads[$0].subject) }
    }
}
