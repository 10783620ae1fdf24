// The model is told of awards and outcomes.

extension State {
    func features(_ slot: Int, at stamp: Timestamp) -> LeadFeatures {
        LeadFeatures(view(ofLeadAt: slot), accounts, at: stamp)
    }

    /// The model remembers what it says of the lead at this partner, to be judged by the outcome.
    mutating func award(_ slot: Int, _ partner: Int, at stamp: Timestamp) {
        let view = view(ofLeadAt: slot)
        let features = LeadFeatures(view, accounts, at: stamp)
        let row = learnedRow(features)
        model.match.columns.learn(
            features.matchKeys(slots: model.slotCount), valueMinorUnits: view.valueMinorUnits ?? 0,
            model.match.settings)
        let prediction = prediction(view, features, row, partner)
        leads.leads[slot].award = UInt32(
            clamping: model.award(day: Int(Self.day(stamp)), partner: partner, row: row, prediction: prediction))
    }

    /// A deal that the model awaited is won or lost.
    mutating func closeAward(_ slot: Int, _ partner: Int, won: Bool, at stamp: Timestamp) {
        let number = Int(leads.leads[slot].award), day = Int(Self.day(stamp))
        if !model.learnsLate || !model.hasForgotten(number) {
            model.close(number, day: day, won: won)
            return
        }
        let view = view(ofLeadAt: slot), features = features(slot, at: leads.leads[slot].assignedAt)
        let row = learnedRow(features)
        model.advance(to: day)
        model.closeLate(
            day: day, partner: partner, row: row, prediction: prediction(view, features, row, partner), won: won)
    }

    private mutating func learnedRow(_ features: LeadFeatures) -> [Int32] {
        let row = features.learnedRow(&values, slots: model.slotCount)
        model.reserve(partners: partners.count, values: values.idEnd)
        return row
    }

    /// How much each way to predict counts for a lead at a partner, and what the program's rate is they start from;
    /// none before logic version 8.
    func voices(_ view: LeadView, _ row: [Int32], _ partner: Int, at stamp: Timestamp) -> WinVoices? {
        guard isLogic(8) else { return nil }
        let features = LeadFeatures(view, accounts, at: stamp)
        return model.voices(
            in: prediction(view, features, row, partner), row, partner: partner,
            matchVariance: model.match.variance(matchRow(view, features, partner), partner))
    }

    /// What the model says of a lead at a partner.
    private func prediction(
        _ view: LeadView, _ features: LeadFeatures, _ row: [Int32], _ partner: Int
    ) -> WinPrediction {
        let segments = Segments.of(
            partner, tallies, column: tallies.column(ofVertical: view.words.vertical),
            band: SizeBand.of(view.valueMinorUnits ?? 0), Segments.Base(model),
            strength: Double(max(policy?.priorStrengthDeals ?? 1, 1)))
        let suits = matchLogOdds(view, features, partner) - model.curve.baseLogOdds
        return model.predict(row.span, partner: partner, segment: segments.sum, match: suits)
    }

    /// The lead leaves its partner undecided.
    mutating func endAward(_ slot: Int) {
        let number = leads.leads[slot].award
        if number == LeadTable.nowhere { return }
        model.end(Int(number), day: Int(Self.day(lastStamp)))
        leads.leads[slot].award = LeadTable.nowhere
    }

    /// What the match model says of a lead at a partner.
    private func matchLogOdds(_ view: LeadView, _ features: LeadFeatures, _ partner: Int) -> Double {
        let row = matchRow(view, features, partner)
        let ofPartner = model.match.ofPartner(
            partner, row, row.match, own: model.match.own.span, shared: model.match.shared.span)
        return model.match.ofLead(row) + ofPartner.sum
    }

    /// A lead at a partner as the match model sees it.
    private func matchRow(_ view: LeadView, _ features: LeadFeatures, _ partner: Int) -> MatchRow {
        var row = model.match.columns.row(
            features.matchKeys(slots: model.slotCount), valueMinorUnits: view.valueMinorUnits ?? 0)
        row.match = MatchLists(view, partners).match(partner, partners.lists.span)
        return row
    }

    /// An outcome teaches how this profile and this lead match.
    mutating func learnMatch(_ slot: Int, _ partner: Int, won: Bool, isCorrection: Bool, at stamp: Timestamp) {
        let view = view(ofLeadAt: slot)
        let row = matchRow(view, LeadFeatures(view, accounts, at: leads.leads[slot].assignedAt), partner)
        if isCorrection {
            model.match.correct(partner, row, won: won)
        } else {
            model.match.learn(partner, row, won: won, day: Self.day(stamp))
        }
    }

    /// What a routed lead was worth to whom, for the prices of those to come.
    mutating func remember(_ evaluation: EvaluationSummary?, at stamp: Timestamp) {
        guard let evaluation else { return }
        var bids: [RecentLeads.Bid] = []
        bids.reserveCapacity(evaluation.best.count + evaluation.atCap.count)
        for candidate in evaluation.best + evaluation.atCap {
            guard let partner = partners.index(of: candidate.partnerID) else { continue }
            bids.append(.init(partner: UInt32(partner), gain: Float(candidate.score)))
        }
        let value = isLogic(2) ? evaluation.dealValueMinorUnits : 0
        prices.remember(at: stamp, bids, value: value, logicVersion: logicVersion)
    }

    /// Whole days since 1970, UTC.
    static func day(_ stamp: Timestamp) -> Int32 { Int32(clamping: stamp.micros / Timestamp.microsPerDay) }
}
