// Whose an address is: the person's whose lead states it.

extension Vault {
    /// The subject of a lead, which is made if nobody is known by what the lead states.
    ///
    /// A new lead is the person's who has its address. Who gave an address up, because the last lead that stated it was
    /// given another, has it no more: whoever comes with it then is somebody else, until that person's leads state it
    /// again. A lead that is corrected stays its person's, whatever address it is given.
    ///
    /// - Parameters:
    ///   - lead: the lead's lookup.
    ///   - addresses: lookups of the address that it states, that of its one spelling first; none if it states none.
    ///   - isCorrection: whether the lead is there already.
    /// - Returns: also others who have a lookup of it.
    public func subject(ofLead lead: Pseudonym, stating addresses: [Pseudonym], isCorrection: Bool) throws -> (
        subject: SubjectID, others: [SubjectID]
    ) {
        let first = try addresses.first.map(look)
        let former =
            try isCorrection || addresses.count > 1 ? addresses.first.map(notHolding) ?? [] : first?.former ?? []
        // Another spelling of an address that was given up was given up with it.
        let holders = try addresses.indices.map { index in
            try (index == 0 ? first?.holder : holder(of: addresses[index])).flatMap { holder in
                former.contains { $0.subject == holder } ? nil : holder
            }
        }
        let known = try findSubject(lead)
        let owners = isCorrection ? [known] + holders.reversed() : holders + [known]
        let seed = isCorrection ? lead : addresses.first ?? lead
        let subject = try owners.lazy.compactMap { $0 }.first ?? makeSubject(seed.bytes, others: former.map(\.subject))
        if !former.contains(where: { $0.subject == subject }) {
            for (address, holder) in zip(addresses, holders) where holder != subject {
                try addAlias(address, subject, isSecondary: self.holder(of: address) != nil)
            }
        }
        if let address = addresses.first { passOn(address, from: former, to: subject) }
        if known != subject {
            try addAlias(lead, subject, isSecondary: known != nil, stated: known == nil ? addresses.first : nil)
        } else if isCorrection, let address = addresses.first {
            try state(address, lead: lead, subject: subject)
        }
        return (subject, owners.compactMap { $0 }.filter { $0 != subject })
    }

    /// Notes what address a subject's lead states now. The one that it stated before is given up, unless another lead
    /// of the subject states it.
    public func state(_ address: Pseudonym, lead: Pseudonym, subject: SubjectID) throws {
        let former = try notHolding(address)
        passOn(address, from: former, to: subject)
        if former.contains(where: { $0.subject == subject }) {
            try change(address, subject, .standing(holder(of: address) == nil ? .first : .second))
        }
        var stated = try stated(by: subject)
        let previous = stated.updateValue(address, forKey: lead)
        if previous == address { return }
        change(lead, subject, .stated(address))
        if let previous, !stated.values.contains(previous) { change(previous, subject, .standing(.former)) }
    }

    /// Whoever gave an address up is not found by it any more once another's lead states it.
    private func passOn(
        _ address: Pseudonym, from former: [(subject: SubjectID, standing: Standing)], to subject: SubjectID
    ) {
        for other in former where other.standing == .former && other.subject != subject {
            change(address, other.subject, .standing(.passedOn))
        }
    }

    private func change(_ lookup: Pseudonym, _ subject: SubjectID, _ value: StandingChange.Value) {
        pending.add(StandingChange(lookup: lookup, subject: subject, value: value))
    }

    /// Who had an address and has it no more.
    private func notHolding(_ address: Pseudonym) throws -> [(subject: SubjectID, standing: Standing)] {
        try standings(address).filter { !$0.standing.isHeld }
    }

    /// Who had an address until somebody else came with it.
    public func passedOn(_ address: Pseudonym) throws -> [SubjectID] {
        try standings(address).filter { $0.standing == .passedOn }.map(\.subject)
    }

    /// What a subject's lead states as far as the vault knows.
    public func address(statedBy lead: Pseudonym, of subject: SubjectID) throws -> Pseudonym? {
        try stated(by: subject)[lead]
    }

    /// What each lead of a subject states, by the lead's lookup.
    /// - Parameter changed: what is pending of it, where that is known already.
    func stated(by subject: SubjectID, changed: [Pseudonym: Pseudonym]? = nil) throws -> [Pseudonym: Pseudonym] {
        // A new subject's are pending, all of them.
        let stored = pending.contains(subject) ? [:] : try access { try KeyTable.stated(by: subject, in: $0) }
        return stored.merging(changed ?? pending.stated(by: subject)) { $1 }
    }

    /// Addresses that a subject has no more, with how it stands to them.
    /// - Parameter changed: what is pending of its standings.
    func notHeld(by subject: SubjectID, changed: [Pseudonym: Standing]) throws -> [Pseudonym: Standing] {
        let stored = pending.contains(subject) ? [:] : try access { try KeyTable.notHeld(by: subject, in: $0) }
        return stored.merging(changed) { $1 }.filter { !$0.value.isHeld }
    }

    /// Takes in from the keys topic how a subject stands to its lookups.
    func adoptStandings(_ record: KeyRecord) throws {
        let stated = try stated(by: record.subject)
        let notHeld = try notHeld(by: record.subject, changed: pending.standings(of: record.subject))
        for lead in record.lookups {
            guard let address = record.stated[lead], stated[lead] != address else { continue }
            change(lead, record.subject, .stated(address))
        }
        for address in record.lookups {
            let standing: Standing? = record.passedOn.contains(address) ? .passedOn : record.givenUp.contains(address) ? .former : nil
            if standing == notHeld[address] { continue }
            let held: Standing = try holder(of: address) == nil ? .first : .second
            change(address, record.subject, .standing(standing ?? held))
        }
    }
}
