// Whose turn it is: among equals by debt, in a country by rotation.

extension State {
    /// Whoever gets a lead that equals could have got has had its turn: everyone in the tie is owed an equal share of
    /// it, and the winner pays them. A lead that came by ownership is such a turn too, taken from everyone in the
    /// program, unless the policy says that ownership keeps the turn. Debts sum to zero.
    mutating func takeTurn(_ event: LeadAssigned, _ slot: Int, _ partner: Int, at stamp: Timestamp) {
        leads.leads[slot].turn = BitRow()
        leads.leads[slot].declineKeepsTurn = isLogic(5) && policy?.declineKeepsTurn == true
        let basis = event.evaluation?.basis ?? .none
        if basis == .ownership && policy?.ownershipKeepsTurn == true { return }
        partners.noteTurn(partner, at: stamp)
        var credited = BitRow()
        switch basis {
        case .agreement where event.evaluation?.tiedPartnerIDs.isEmpty ?? true: return
        case .tieDebt, .agreement:
            for id in event.evaluation?.tiedPartnerIDs ?? [] {
                if let index = partners.index(of: id) { credited[index] = true }
            }
            undecidedTies += 1
        case .ownership:
            for index in 0..<partners.count where partners.status[index] != .removed { credited[index] = true }
        default: return
        }
        charge(partner, 1, to: credited)
        if policy?.declineKeepsTurn == true || creditsReturns { leads.leads[slot].turn = credited }
    }

    /// True if a partner that hands the lead back has not had its turn.
    func declineGivesTurnBack(_ slot: Int) -> Bool { !isLogic(5) || leads.leads[slot].declineKeepsTurn }

    /// The lead's holder has not had its turn: what the lead cost it comes back from those who were credited.
    mutating func giveTurnBack(_ slot: Int) {
        let lead = leads.leads[slot]
        let country = isLogic(5) ? lead.place.country : view(ofLeadAt: slot).words.country
        giveTurnBack(lead.turn, strideMicros: lead.strideMicros, in: country, to: Int(lead.holder))
        forgetTurn(slot)
    }

    mutating func giveTurnBack(
        _ turn: BitRow, strideMicros: Int64, in country: Vocabulary.Code, to partner: Int
    ) {
        charge(partner, -1, to: turn)
        if strideMicros > 0 { turns.giveBack(partner, in: country, strideMicros) }
    }

    /// What the lead cost its holder stays paid.
    mutating func forgetTurn(_ slot: Int) {
        leads.leads[slot].turn = BitRow()
        leads.leads[slot].strideMicros = 0
        leads.leads[slot].declineKeepsTurn = false
    }

    /// The partner pays so many leads, in equal shares, to those credited.
    private mutating func charge(_ partner: Int, _ leads: Int64, to credited: BitRow) {
        let count = credited.words.reduce(0) { $0 + $1.nonzeroBitCount }
        if count == 0 { return }
        let share = 1_000_000 / Int64(count) * leads
        forEachBit(credited.words) { partners.tieDebtMicros[$0] += share }
        partners.tieDebtMicros[partner] -= share * Int64(count)
    }

    /// True if a lead so routed is a turn where partners take turns: an owner's lead is one too from logic version 2
    /// on, unless the policy says that ownership keeps the turn.
    func isRotationTurn(_ evaluation: EvaluationSummary) -> Bool {
        switch evaluation.basis {
        case .rotation: true
        case .ownership: isLogic(2) && evaluation.method.takesTurns && policy?.ownershipKeepsTurn != true
        case .agreement: evaluation.method.takesTurns
        default: false
        }
    }

    /// The partner had its turn in the lead's country.
    mutating func rotate(_ slot: Int, _ partner: Int, _ evaluation: EvaluationSummary) {
        let weight = evaluation.method == .weightedRotation ? partners.profiles[partner].rotationWeight ?? 1 : 1
        let stride = turns.take(
            partner, in: view(ofLeadAt: slot).words.country, weight: weight, wasNext: evaluation.basis == .rotation)
        if isLogic(2) && (policy?.declineKeepsTurn == true || creditsReturns) {
            leads.leads[slot].strideMicros = stride
        }
    }
}
