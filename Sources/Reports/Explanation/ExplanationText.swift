public import LeadlineCore

/// The wording of explanations: pure functions over a whole evaluation.
///
/// Shares are shown with one digit and log-odds with two; the exact numbers are in ``ExplanationDocument``.
public enum ExplanationText {
    // MARK: One candidate

    /// What a partner has done so far: "won 7 of 9 deals in manufacturing, 71 days on average; ...".
    public static func evidence(_ evidence: Evidence, vertical: String?, currency: String) -> String {
        if evidence.closed == 0 { return "no deal closed yet: it starts at the program's average" }
        var parts: [String] = []
        if let vertical { parts.append(inVertical(evidence, vertical)) }
        parts.append("won \(evidence.won) of \(evidence.closed) in all")
        if evidence.closedAtDealSize > 0 {
            parts.append("won \(evidence.wonAtDealSize) of \(evidence.closedAtDealSize) of this size")
        }
        if evidence.largestWonMinorUnits > 0 {
            parts.append("largest won \(MoneyText.exact(evidence.largestWonMinorUnits, currency))")
        }
        return parts.joined(separator: "; ")
    }

    /// The record in the lead's vertical: of the last twelve months where they are counted by themselves.
    private static func inVertical(_ evidence: Evidence, _ vertical: String) -> String {
        if evidence.closedInVertical == 0 { return "no deal closed in \(vertical)" }
        let cycle = evidence.cycleDaysInVertical.map { ", \($0) days on average" } ?? ""
        let ever = "won \(evidence.wonInVertical) of \(evidence.closedInVertical) deals in \(vertical)\(cycle)"
        guard let year = evidence.living?.inVerticalInYear else { return ever }
        if year.closed == 0 { return "no deal closed in \(vertical) in 12 months, \(ever) before" }
        return "won \(year.won) of \(year.closed) \(vertical) deals in 12 months\(cycle)"
    }

    /// Fit as the sum of its parts in points, with what each rests on: "fit 81 %: vertical 30 (won 7 of 9 there),
    /// country 15, ...". The points add up to the share.
    public static func fit(_ candidate: ScoredCandidate, currency: String) -> String {
        let total = Int((candidate.fit * 100).rounded())
        let points = Self.points(candidate.fitContributions, total: total)
        let parts = zip(FitContribution.allCases, points).map { kind, points in
            let ground = ground(kind, candidate.evidence, currency).map { " (\($0))" } ?? ""
            return "\(ContributionWords.fit(kind)) \(points)\(ground)"
        }
        return "fit \(total) %: \(parts.joined(separator: ", "))"
    }

    /// What a contribution rests on besides the profile; nil where there is nothing yet.
    private static func ground(_ kind: FitContribution, _ evidence: Evidence, _ currency: String) -> String? {
        guard let living = evidence.living else { return nil }
        switch kind {
        case .vertical:
            return evidence.closedInVertical > 0
                ? "won \(evidence.wonInVertical) of \(evidence.closedInVertical) there" : nil
        case .dealSize:
            return living.usualSizes.map { sizes in
                let least = MoneyText.exact(sizes.lowerBound, currency)
                if sizes.lowerBound == sizes.upperBound { return "won \(living.sizedWins) of \(least)" }
                return
                    "its \(living.sizedWins) won are usually \(least) to \(MoneyText.amount(sizes.upperBound, currency))"
            }
        case .winRate: return evidence.closed > 0 ? "won \(evidence.won) of \(evidence.closed)" : nil
        case .acceptance:
            let asked = evidence.taken + evidence.declined
            return asked > 0 ? "took \(evidence.taken) of \(asked) leads" : nil
        case .responseTime: return response(living)
        case .cycleLength: return living.cycleDays.map { "\($0) days on average of \(evidence.won) won" }
        case .country, .language, .technologies, .intent: return nil
        }
    }

    private static func response(_ living: LivingEvidence) -> String? {
        guard let minutes = living.typicalResponseMinutes else { return nil }
        let time = TimeText.duration(seconds: minutes * 60)
        return living.responses == 1
            ? "answered one lead within \(time)"
            : "answers within \(time), the geometric mean of \(living.responses) leads"
    }

    /// Conversion and the log-odds that add up to it.
    public static func conversion(_ candidate: ScoredCandidate, vertical: String?) -> String {
        let parts: [String] = zip(ConversionContribution.allCases, candidate.conversionContributions).compactMap {
            contribution, value in
            let signed = NumberText.signed(value)
            if contribution == .program {
                return "program average \(NumberText.percent(ElementaryFunctions.logistic(value))) (\(signed))"
            }
            if contribution == .partner { return "partner \(signed)" }
            // What rounds to nothing says nothing.
            if abs(value) < 0.005 { return nil }
            return
                "\(ContributionWords.conversion(contribution, vertical)) \(signed)\(record(contribution, candidate.evidence))"
        }
        return "conversion \(NumberText.percent(candidate.conversion)): \(parts.joined(separator: ", ")) log-odds"
    }

    /// How unsure the model is of a conversion; nil where it does not say.
    public static func doubt(_ candidate: ScoredCandidate) -> String? {
        guard let interval = candidate.voices?.interval80 else { return nil }
        return
            "of many deals like it \(NumberText.percent(interval.lowerBound)) to \(NumberText.percent(interval.upperBound)) "
            + "would be won, four times of five"
    }

    /// The deals behind a contribution to conversion.
    private static func record(_ contribution: ConversionContribution, _ evidence: Evidence) -> String {
        guard let slot = contribution.slot else { return "" }
        if contribution == .partnerVertical, let year = evidence.living?.inVerticalInYear, year.closed > 0 {
            return " (won \(year.won) of \(year.closed) in 12 months)"
        }
        let tally = evidence.bySlot[slot.rawValue]
        return tally.closed > 0 ? " (won \(tally.won) of \(tally.closed))" : ""
    }

    /// What a partner does with leads, and what that leaves of their value; nil while it has always answered in time.
    public static func engagement(_ candidate: ScoredCandidate) -> String? {
        if candidate.engagement == 1 { return nil }
        let record = candidate.evidence
        var parts: [String] = []
        if record.taken + record.declined > 0 {
            parts.append("took \(record.taken) of \(record.taken + record.declined) leads")
        }
        if record.inTime + record.missed > 0 {
            parts.append("answered \(record.inTime) of \(record.inTime + record.missed) in time")
        }
        let habit = parts.isEmpty ? "as the program's partners do on average" : parts.joined(separator: ", ")
        return
            "engagement \(NumberText.percent(candidate.engagement)): \(habit); a lead routed again keeps half of its value"
    }

    /// Score as the product it is.
    public static func expectedValue(_ candidate: ScoredCandidate, _ summary: EvaluationSummary, currency: String)
        -> String
    {
        "expected value \(MoneyText.exact(candidate.score, currency)) = "
            + "\(MoneyText.amount(summary.dealValueMinorUnits, currency)) x \(NumberText.percent(candidate.conversion)) "
            + "x \(NumberText.percent(candidate.fit))^\(NumberText.fixed(summary.fitExponent, 3))"
            + (candidate.engagement == 1 ? "" : " x \(NumberText.percent(candidate.engagement))")
    }

    /// What a partner's next place costs the network, and what speaks for the partner besides; nil where neither
    /// counts.
    public static func place(_ candidate: ScoredCandidate, currency: String) -> String? {
        var parts: [String] = []
        if candidate.placePrice.rounded() > 0 {
            let left =
                candidate.evidence.placesLeft.map {
                    $0 == 1 ? "its last place" : "the next of its \($0) remaining places"
                } ?? "its next place"
            parts.append(
                "\(left) is worth \(MoneyText.exact(candidate.placePrice, currency)) to the leads still expected this period"
            )
        }
        if candidate.favour.rounded() != 0 {
            let size = MoneyText.exact(abs(candidate.favour), currency)
            parts.append(
                candidate.favour > 0
                    ? "its floor, or having used less of its capacity than others, adds \(size)"
                    : "having used more of its capacity than others takes off \(size)")
        }
        if candidate.waitingPrice.rounded() > 0 {
            parts.append("it is not at work, and waiting takes off \(MoneyText.exact(candidate.waitingPrice, currency))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ") + ": net \(MoneyText.exact(candidate.net, currency))"
    }

    // MARK: Two candidates

    /// Why one candidate stands before another, or what speaks for each: the terms that move the score most.
    public static func comparison(
        _ a: ScoredCandidate, _ b: ScoredCandidate, _ summary: EvaluationSummary, vertical: String?, currency: String,
        termsMax: Int = 3
    ) -> String {
        let difference = a.score - b.score
        let size = MoneyText.exact(abs(difference), currency)
        let head =
            difference.rounded() == 0
            ? "\(a.partnerID) and \(b.partnerID) expect the same"
            : "\(a.partnerID) expects \(size) \(difference > 0 ? "more" : "less") than \(b.partnerID)"
        let terms = Self.terms(a, b, summary, vertical)
        let pro = terms.filter { $0.effect > 0 }.prefix(termsMax).map(\.text)
        let contra = terms.filter { $0.effect < 0 }.prefix(termsMax).map(\.text)
        switch (pro.isEmpty, contra.isEmpty) {
        case (true, true): return "\(head): no term differs"
        case (false, true): return "\(head): \(pro.joined(separator: ", "))"
        case (true, false): return "\(head): against it, \(contra.joined(separator: ", "))"
        case (false, false):
            return "\(head): \(pro.joined(separator: ", ")); against it, \(contra.joined(separator: ", "))"
        }
    }

    /// A term that differs between two candidates.
    private struct Term {
        /// By about what factor it moves the score, as a logarithm; positive speaks for the first.
        var effect: Double
        var text: String
    }

    /// What a term does to the logarithm of value x conversion x fit^w, to first order: log-odds count (1 - p), points
    /// of fit count w / fit. Only the order of the terms depends on it.
    private static func terms(
        _ a: ScoredCandidate, _ b: ScoredCandidate, _ summary: EvaluationSummary, _ vertical: String?
    ) -> [Term] {
        var terms: [Term] = []
        let doubt = 1 - (a.conversion + b.conversion) / 2
        for kind in ConversionContribution.allCases.prefix(a.conversionContributions.count) where kind != .program {
            let (x, y) = (a.conversionContributions[kind.rawValue], b.conversionContributions[kind.rawValue])
            let text =
                "\(ContributionWords.conversion(kind, vertical)) \(NumberText.signed(x)) against \(NumberText.signed(y))"
            terms.append(Term(effect: (x - y) * doubt, text: text))
        }
        let slope = summary.fitExponent / max((a.fit + b.fit) / 2, 0.01)
        for kind in FitContribution.allCases.prefix(a.fitContributions.count) {
            let (x, y) = (a.fitContributions[kind.rawValue], b.fitContributions[kind.rawValue])
            let text =
                "\(ContributionWords.fit(kind)) fit \(NumberText.fixed(x * 100, 0)) against \(NumberText.fixed(y * 100, 0))"
            terms.append(Term(effect: (x - y) * slope, text: text))
        }
        if a.engagement != b.engagement {
            let text = "engagement \(NumberText.percent(a.engagement)) against \(NumberText.percent(b.engagement))"
            terms.append(Term(effect: (a.engagement - b.engagement) / ((a.engagement + b.engagement) / 2), text: text))
        }
        return terms.filter { abs($0.effect) >= 0.005 }.sorted { abs($0.effect) > abs($1.effect) }
    }

    // MARK: The choice

    /// How the choice among the best came about, in one sentence; nil where the ranking alone decided.
    public static func basis(_ evaluation: FullEvaluation, chosen: String) -> String? {
        switch evaluation.summary.basis {
        case .none, .score: return nil
        case .ownership:
            let best = evaluation.summary.best.first?.partnerID ?? chosen
            let reason =
                evaluation.summary.claimID.isEmpty
                ? "owns the account: it holds the newest open deal there or won one recently"
                : "owns the account, or the lead where it has none, by its claim \(evaluation.summary.claimID), which is in force"
            return "\(chosen) \(reason)"
                + (best == chosen
                    ? "" : ". By \(ranking(evaluation.summary.method)) alone \(best) would have come first")
        case .tieDebt: return tie(evaluation, chosen)
        case .exploration:
            return
                "\(chosen) was drawn by lot, with a probability of \(NumberText.percent(evaluation.summary.propensity)): the policy "
                + "gives some leads by lot, to learn what it would otherwise never see"
        case .rotation: return "it was \(chosen)'s turn: \(chooser(evaluation)) gives partners turns in each country"
        case .agreement:
            return "\(chosen) was offered the lead and agreed; by now another would be chosen"
        case .fit: return "\(chosen) has the best fit, which is how \(chooser(evaluation)) chooses"
        }
    }

    private static func chooser(_ evaluation: FullEvaluation) -> String {
        evaluation.summary.arm.isEmpty ? "the policy" : "this arm of the policy"
    }

    /// By what candidates are ranked: what the method chooses by, or would if it did not go by turns.
    private static func ranking(_ method: RoutingMethod) -> String {
        switch method {
        case .bidPrice: "expected value after the price of the place"
        case .highestScore, .roundRobin, .weightedRotation: "expected value"
        case .highestFit: "fit"
        }
    }

    private static func tie(_ evaluation: FullEvaluation, _ chosen: String) -> String {
        let tied = evaluation.summary.tiedPartnerIDs.compactMap { id in
            evaluation.candidates.first { $0.partnerID == id }
        }
        let owed = tied.map { "\($0.partnerID) \(NumberText.signed(Double($0.evidence.tieDebtMicros) / 1_000_000))" }
        let most = tied.map(\.evidence.tieDebtMicros).max()
        let isAlone = tied.count { $0.evidence.tieDebtMicros == most } == 1
        let equal =
            evaluation.summary.method == .highestFit
            ? "to a thousandth of a per cent" : "to the smallest unit of the currency"
        return "\(tied.map(\.partnerID).joined(separator: ", ")) have the same "
            + "\(ranking(evaluation.summary.method)), \(equal). "
            + "Earlier ties owe them, in leads: \(owed.joined(separator: ", ")). "
            + (isAlone
                ? "\(chosen) is owed most"
                : "Among those owed most, \(chosen) has waited longest, or its turn has come")
    }

    // MARK: Those who did not get it

    /// Why a partner was out before scoring.
    public static func exclusion(
        _ partner: ExcludedPartner, _ standing: PartnerStanding?, _ policy: Policy?, currency: String
    ) -> String {
        let worth = partner.scored.map { "; it would have been worth \(MoneyText.exact($0.score, currency))" } ?? ""
        return reason(partner, standing, policy) + worth
    }

    private static func reason(_ partner: ExcludedPartner, _ standing: PartnerStanding?, _ policy: Policy?) -> String {
        let words = "out: \(DecisionReasonWords.exclusion(partner.reason))"
        switch partner.reason {
        case .hardRule:
            let rule = policy?.hardRules.first { $0.name == partner.rule }
            return "\(words) \(partner.rule)" + (rule.map { " (\(RuleWords.requirement($0.require)))" } ?? "")
        case .openLeadsCap:
            let most = partner.evidence.openLeadsMax.map { " of \($0)" } ?? ""
            return "\(words) (\(partner.evidence.openLeads)\(most))"
        case .periodCap: return words + (standing?.profile.capacity.leadsPerPeriodMax.map { " (\($0))" } ?? "")
        case .paused, .absent, .tried, .conversionBelowMinimum, .coolingDown, .segmentCap, .suspended,
            .leaving, .noTurns:
            return words
        }
    }

    /// Partners that were out, counted by reason: "32 (hard rule serves-country), 2 (paused)".
    public static func exclusions(_ exclusions: [Exclusion]) -> String {
        exclusions.map { exclusion in
            let rule = exclusion.rule.isEmpty ? "" : " \(exclusion.rule)"
            return "\(CountText.grouped(exclusion.partners)) (\(DecisionReasonWords.exclusion(exclusion.reason))\(rule))"
        }.joined(separator: ", ")
    }

    /// Why a scored candidate did not get the lead.
    public static func behind(
        _ candidate: ScoredCandidate, _ winner: ScoredCandidate?, _ evaluation: FullEvaluation, _ policy: Policy?,
        vertical: String?, currency: String
    ) -> String {
        if candidate.isBelowMinimum {
            let minimum =
                policy.map { ", the minimum is \(NumberText.percent(basisPoints: $0.minimumConversionBasisPoints))" }
                ?? ""
            return
                "out: \(DecisionReasonWords.exclusion(.conversionBelowMinimum)) (\(NumberText.percent(candidate.conversion))\(minimum))"
        }
        let worth =
            "\(MoneyText.exact(candidate.score, currency)) at conversion \(NumberText.percent(candidate.conversion)), "
            + "fit \(NumberText.percent(candidate.fit))"
        guard let winner else { return "scored \(worth)" }
        if evaluation.summary.tiedPartnerIDs.contains(candidate.partnerID) {
            return
                "tied at \(worth); owed \(NumberText.signed(Double(candidate.evidence.tieDebtMicros) / 1_000_000)) leads by earlier ties"
        }
        if candidate.score > winner.score, evaluation.summary.method == .bidPrice, candidate.net < winner.net {
            let better =
                winner.score > 0 ? "\(NumberText.percent(candidate.score / winner.score - 1)) better" : "better"
            return "\(worth): it would have been \(better), but "
                + (place(candidate, currency: currency) ?? "others lie behind")
                + (place(winner, currency: currency).map { " (\(winner.partnerID): \($0))" } ?? "")
        }
        return
            "\(worth). \(comparison(winner, candidate, evaluation.summary, vertical: vertical, currency: currency, termsMax: 2))"
    }

    /// Whole points that add up to `total`: each part rounded down, what is left over to the largest remainders.
    static func points(_ shares: [Double], total: Int) -> [Int] {
        var points = shares.map { Int(($0 * 100).rounded(.down)) }
        let order = shares.indices.sorted { a, b in
            let (x, y) = (shares[a] * 100 - Double(points[a]), shares[b] * 100 - Double(points[b]))
            return x == y ? a < b : x > y
        }
        var left = total - points.reduce(0, +)
        for index in order where left > 0 {
            points[index] += 1
            left -= 1
        }
        return points
    }
}
