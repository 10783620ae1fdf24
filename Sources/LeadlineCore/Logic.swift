import DequeModule

/// The versions of what `decide` and `evolve` compute.
///
/// A change to either is a new version. A program starts with the version that its registration names and takes up
/// another only by `LogicVersionAdopted` in its journal, so that an entry is decided again by what decided it first. A
/// version stays as long as journals hold entries of it; a golden history holds each to its bits.
///
/// | version | what it brought |
/// | --- | --- |
/// | 1 | the first |
/// | 2 | the digest of an evaluation goes by columns; places under a cap on open leads have prices; floors in value |
/// | | up to eight buying signals an account, one for each topic and vendor; which entry stated each value |
/// | | fit by what outcomes and answers say of partners, by weights that may be learned |
/// | | deals of the last twelve months |
/// | | what a few deals say is not enough to believe that a partner is an exception to its profile |
/// | | owners' and declined leads count in the rotation of a country as they do among equals |
/// | | persons of closed leads are forgotten as the policy says |
/// | 3 | a word that no lead stated before is itself from the first lead on, not a stranger to every list and turn |
/// | | the model learns from the campaign that a lead came from |
/// | 4 | restriction and objection bind the person: all open leads, later ones, and those of linked persons |
/// | | a restriction is lifted, an objection withdrawn; persons are linked and unlinked; addresses are suppressed |
/// | | partners who received a person's leads are told of each right, and of each change to a lead |
/// | 5 | partners claim accounts; a claim in force is ownership |
/// | | partners that keep missing deadlines are suspended, and come back |
/// | | leads are given back for the vendor's own reasons; bad data credits the partner and marks the source |
/// | | a source's quality is a number that rules look at, and may send its leads to a human |
/// | | reminders at shares of the promise; one that comes late is the last, and none comes after the deadline |
/// | | links between leads, and of a lead to its company, are undone by a person, and made again |
/// | 6 | leads are offered to partners, who accept, decline or counter, before one of them gets them |
/// | | an agreement is the partner's acceptance; its promise and its commission hold for the lead |
/// | | a lead that is given back counts no more where it counted, whatever became of the length of periods |
/// | | an agent that is stopped has declined what it was offered |
/// | 7 | a won deal's amount is corrected; what accrued is reversed, and the largest deal with it |
/// | | an amount in a currency without a rate is no amount, and one beyond what is counted none either |
/// | | leads that wait for a human for want of a partner are offered again once there is one |
/// | | who goes away before the promise is due is passed over, or the clock runs on |
/// | | answers count by their own time, in the promised kind of time; one that turns up late is credited |
/// | | leads of one person are one unless they name two accounts |
/// | | a partner that was removed comes back by an explicit word alone; a rotation weight of 0 is no turn |
/// | | places are remembered one by one: counts go on when the length of periods changes |
/// | | a human who sends a lead on wants one more attempt; history of a stranger is not routed |
/// | | how a lead that waits for a human ended, who had it before says, or whom the human chose |
/// | | an answer credited late ends the suspension for it; what is said of a merged lead reaches the other |
/// | | partners share a commission; after the policy's days it is taken back no more |
/// | | exchange rates are published with the date from which they hold, and stand with what they decided |
/// | | who gets too little, or too much, is announced with what kept it from leads, or the others |
/// | | a holder that breaks a hard rule since a fact changed is announced, and the lead moves by policy |
/// | | who is not at work when a lead comes costs what waiting costs, as response times teach; or leads are held |
/// | | holidays are no working days, by calendars in the policy; steps of the escalation ladder have working hours |
/// | | what a partner that goes away has not answered goes to a deputy, by policy; partners are merged |
/// | | values of a lead are taken back; declined, expired and withdrawn leads count at partners by policy |
/// | 8 | crossed models of three speeds are mixed; who explains says how much each voice counted |
/// | | outcomes are learned however late they come: by closing curves of what the lead is, and beyond the window |
/// | | where too few leads come for all floors, as many as possible are met in full; a week tells how many come |
/// | | the model learns from a deal's size in finer bands, and from how round the amount is |
/// | | attributes of the vendor's own that the policy declares stand in clear; none decides anything |
public enum Logic {
    /// The version of programs whose registration names none.
    public static let oldest: UInt32 = 1
    /// The version with which programs start today.
    public static let newest: UInt32 = 8

    /// True if this program can decide by `version`.
    public static func knows(_ version: UInt32) -> Bool { oldest...newest ~= version }
}

extension State {
    /// True if the program decides by `version` or a later one.
    func isLogic(_ version: UInt32) -> Bool { logicVersion >= version }

    /// True if adopting `version` would change something: a program never goes back.
    func canAdopt(logic version: UInt32) -> Bool { version > logicVersion && Logic.knows(version) }

    /// Decides by `version` from here on. What a version remembers beyond the one before begins with what follows from
    /// the state, else empty.
    mutating func adopt(logic version: UInt32) {
        guard canAdopt(logic: version) else { return }
        let before = logicVersion
        logicVersion = version
        if before < 2 && version >= 2 { beginVersion2() }
        if before < 3 && version >= 3 { beginVersion3() }
        if before < 4 && version >= 4 { beginVersion4() }
        if before < 5 && version >= 5 { beginVersion5() }
        if before < 6 && version >= 6 { beginVersion6() }
        if before < 7 && version >= 7 { beginVersion7() }
        if before < 8 && version >= 8 { beginVersion8() }
    }

    /// The models that learn more slowly begin with what the one model has learned until now. How large and how round a
    /// deal is, in finer steps, nobody has remembered of the leads that are awaited.
    private mutating func beginVersion8() {
        admitSlots(sinceLogic: 8)
        model.mixSpeeds(.withSegments(logic: 8, hasProfiles: partners.haveProfiles))
    }

    /// Of leads in the human queue nobody has remembered what they wait for: a human takes them out.
    private mutating func beginVersion7() {
        beginMoney()
        beginPersonLinks()
        beginPlaces()
        beginWaiting()
    }

    /// What version 2 remembers and the closed leads that are still there tell. Of a won deal they tell the lead's
    /// value, not the final amount; when partners answered, they do not.
    private mutating func beginVersion2() {
        accounts.adoptSignalSets()
        model.tolerate(WinModelSettings.withSegments(logic: 2).partnerBlendTolerance)
        if let policy { fitModel.follow(policy.fitWeights.shares(logic: 2)) }
        for item in leads.closed.items {
            let slot = Int(item.element), lead = leads.leads[slot]
            guard lead.status == .closed, lead.flags.contains(.learned),
                lead.holder != LeadTable.nowhere
            else { continue }
            recordDeal(slot, Int(lead.holder), won: lead.flags.contains(.won), amount: value(of: lead) ?? 0)
        }
    }

    /// Until now what a lead cost was remembered where a decline gives it back, and nowhere else, and what it was
    /// counted as not at all; of merged leads nobody had asked which can still be told apart.
    private mutating func beginVersion5() {
        for slot in leads.leads.indices {
            let lead = leads.leads[slot]
            leads.leads[slot].declineKeepsTurn = lead.strideMicros > 0 || lead.turn != BitRow()
            if lead.status == .assigned, lead.holder != LeadTable.nowhere {
                leads.leads[slot].place = place(ofLeadAt: slot, Int(lead.holder))
            }
        }
        beginLinks()
    }

    /// Until now the windows in which a lead counted were worked out again; of those that are there, once more.
    private mutating func beginVersion6() {
        guard let policy else { return }
        for slot in leads.leads.indices {
            let lead = leads.leads[slot]
            guard lead.status == .assigned, lead.holder != LeadTable.nowhere else { continue }
            leads.leads[slot].place.windows = windows(at: lead.assignedAt, Int(lead.holder), policy)
        }
        for one in returns.waiting {
            returns.note(windows(at: one.cost.assignedAt, Int(one.partner), policy), ofWaiting: one.ticket)
        }
    }

    /// What version 3 knows leads by besides. Of the leads that are there nobody has said it.
    private mutating func beginVersion3() { admitSlots(sinceLogic: 3) }

    private mutating func admitSlots(sinceLogic version: UInt32) {
        for slot in LeadSlot.all where slot.sinceLogic == version {
            values.admit(slot)
            let unstated = values.learn(slot.unstated)
            model.addSlot(unstated)
            model.reserve(partners: partners.count, values: values.idEnd)
        }
    }
}
