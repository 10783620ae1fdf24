/// Who owns an account: the partner whose claim on it is in force; else the one who holds its newest open deal, or won
/// one not long ago.
enum Ownership {
    /// Most open leads of one account that are looked through.
    private static let hopsMax = 64

    /// The claim in force on the account of a lead, or on a lead that has none. A policy that takes no claims honours
    /// none.
    static func claim(on lead: LeadView, _ state: State, _ policy: Policy) -> ClaimTable.Claim? {
        if state.claims.count == 0 || policy.claims.protectedDays == 0 { return nil }
        if let account = lead.account {
            return state.claims.inForce(on: .account(state.accounts.accounts[account].pseudonym))
        }
        guard lead.slot != LeadTable.nowhere else { return nil }
        return state.claims.inForce(on: .lead(state.leads.leads[Int(lead.slot)].id))
    }

    /// The lead that is being routed, at slot `own`, is no evidence.
    static func owner(ofAccount index: Int, besides own: UInt32, _ state: State, at stamp: Timestamp) -> Int? {
        let account = state.accounts.accounts[index]
        var newest: (assigned: Timestamp, holder: UInt32)?
        var slot = account.firstOpenLead
        for _ in 0..<hopsMax {
            guard slot != LeadTable.nowhere else { break }
            let lead = state.leads.leads[Int(slot)]
            if slot != own, lead.holder != LeadTable.nowhere, newest.map({ lead.assignedAt > $0.assigned }) ?? true {
                newest = (lead.assignedAt, lead.holder)
            }
            slot = lead.link
        }
        if let newest { return Int(newest.holder) }
        return account.owner != LeadTable.nowhere && stamp < account.ownedUntil ? Int(account.owner) : nil
    }

    /// An open lead of the same person and account that came at most `days` ago.
    static func samePerson(
        _ subject: Digest128, account index: Int, days: UInt32, _ state: State, at stamp: Timestamp
    ) -> Int? {
        let linked = state.isLogic(4) ? state.persons.group(of: [subject]) : []
        let since = stamp.adding(micros: -Int64(days) * Timestamp.microsPerDay)
        var slot = state.accounts.accounts[index].firstOpenLead
        for _ in 0..<hopsMax {
            guard slot != LeadTable.nowhere else { return nil }
            let lead = state.leads.leads[Int(slot)]
            if (lead.subject == subject || linked.contains(lead.subject)) && lead.submittedAt >= since
                && !lead.marks.contains(.apart) {
                return Int(slot)
            }
            slot = lead.link
        }
        return nil
    }

    /// An open lead of the same person that came not too long ago, and is of no other account than the new one: of
    /// the same first, then one where either names none. Since logic version 7.
    static func samePerson(_ input: Input, _ state: State, at stamp: Timestamp) -> Int? {
        guard let policy = state.policy, policy.samePersonDays > 0, let subject = input.subject else { return nil }
        let since = stamp.adding(micros: -Int64(policy.samePersonDays) * Timestamp.microsPerDay)
        let account = input.account.flatMap(state.accounts.index(of:)).map { UInt32($0) }
        var withoutAccount: Int?
        for person in persons(subject, input.linkedSubject, state) {
            var slot = state.newestOpen[person] ?? LeadTable.nowhere
            for _ in 0..<hopsMax where slot != LeadTable.nowhere {
                let lead = state.leads.leads[Int(slot)]
                if lead.submittedAt >= since && !lead.marks.contains(.apart) {
                    if input.account != nil && lead.account == account { return Int(slot) }
                    let isOneSided = lead.account == LeadTable.nowhere || input.account == nil
                    if isOneSided && withoutAccount == nil { withoutAccount = Int(slot) }
                }
                slot = lead.personLink
            }
        }
        return withoutAccount
    }

    /// The person of an input, then all who are one with the person; also whom the input itself leads to, unless
    /// somebody said that they are two.
    private static func persons(_ subject: Digest128, _ linked: Digest128?, _ state: State) -> [Digest128] {
        let led = linked.flatMap { $0 == subject || state.persons.isSevered(subject, $0) ? nil : $0 }
        return state.persons.group(of: [subject, led].compactMap { $0 })
    }
}
