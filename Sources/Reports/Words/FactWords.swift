public import LeadlineCore

/// What came in, as a partner manager would say it, without personal data.
public struct FactWords: Sendable {
    private let time: @Sendable (Timestamp) -> String

    /// - Parameter time: how moments are written.
    public init(time: @escaping @Sendable (Timestamp) -> String = { TimeText.utc($0) }) { self.time = time }

    /// The fact in a sentence without a full stop.
    /// - Parameter imported: true for a lead of imported history.
    public func sentence(_ fact: Fact, imported: Bool = false) -> String {
        switch fact {
        case .programRegistered(let fact): "program registered, counting in \(fact.currency)"
        case .policyPublished(let fact):
            "policy \(fact.policy.name.isEmpty ? "without a name" : fact.policy.name) published, version \(fact.version.prefix(12))"
        case .reviewRequested(let fact): "review of \(fact.leadID) requested"
        case .humanDecisionRecorded(let fact):
            "a human decided about \(fact.leadID): \(DecisionReasonWords.humanDecision(fact.decision))"
        case .processingRestricted(let fact): "the person behind \(fact.leadID) asked to restrict processing"
        case .processingObjected(let fact): "the person behind \(fact.leadID) objected to the processing"
        case .erasureRequested(let fact): "the person behind \(fact.leadID) asked to be erased"
        case .processingResumed(let fact):
            fact.objectionWithdrawn
                ? "the person behind \(fact.leadID) withdrew the objection"
                : "the restriction for the person behind \(fact.leadID) was lifted"
        case .personsLinked(let fact): "\(fact.leadID) and \(fact.otherLeadID) stated to be of one person"
        case .personsUnlinked(let fact): "\(fact.leadID) and \(fact.otherLeadID) stated to be of two persons"
        case .leadsUnlinked(let fact): linked(fact, "no")
        case .leadsLinked(let fact): linked(fact, "a")
        case .suppressionSet: "an address suppressed"
        case .suppressionLifted: "an address suppressed no longer"
        case .rejectedRecordsErased(let fact):
            "\(CountText.of(fact.recordIDs.count, "rejected record")) erased\(fact.leadID.isEmpty ? "" : " with the person behind \(fact.leadID)")"
        case .segmentArchived(let fact):
            "entries \(fact.firstPosition) to \(fact.nextPosition - min(fact.nextPosition, 1)) archived\(fact.archivedBy.isEmpty ? "" : " by \(fact.archivedBy)")"
        case .programProfileSet(let fact):
            "what people are told about the program set anew\(fact.approvedBy.isEmpty ? "" : ", approved by \(fact.approvedBy)")"
        case .partnerUpserted(let fact): "profile of \(fact.partnerID)"
        case .partnerCapacitySet(let fact): "capacity of \(fact.partnerID) set"
        case .partnerPaused(let fact): "\(fact.partnerID) paused"
        case .partnerResumed(let fact): "\(fact.partnerID) resumed"
        case .partnerRemoved(let fact): "\(fact.partnerID) removed"
        case .partnerAbsenceSet(let fact): "\(fact.partnerID) away from \(time(fact.from)) until \(time(fact.until))"
        case .partnerAbsenceCancelled(let fact): "absence \(fact.absenceID) of \(fact.partnerID) cancelled"
        case .partnerCommissionTermsSet(let fact):
            "commission of \(fact.partnerID) set to \(NumberText.percent(basisPoints: fact.rateBasisPoints))"
        case .commissionShared(let fact): shared(fact)
        case .partnersMerged(let fact): merged(fact)
        case .ratesPublished(let fact):
            "\(CountText.of(fact.rates.count, "exchange rate")) published, in force from \(time(fact.validFrom))"
                + (fact.publishedBy.isEmpty ? "" : ", by \(fact.publishedBy)")
        case .intentObserved(let fact): "an account shows interest in \(Escaping.word(fact.topic)), \(fact.strengthPercent) %"
        case .firmographicsObserved: "firmographics of an account"
        case .technographicsObserved(let fact):
            "technologies of an account: \(fact.technologies.map(Escaping.word).joined(separator: ", "))"
        case .leadAccepted(let fact): "\(fact.partnerID) accepted \(fact.leadID)"
        case .leadDeclined(let fact): "\(fact.partnerID) declined \(fact.leadID)\(refusal(fact.reason, fact.reasonID))"
        case .leadReturned(let fact): "\(fact.partnerID) gave \(fact.leadID) back\(refusal(fact.reason, fact.reasonID))"
        case .firstResponseRecorded(let fact):
            "\(fact.partnerID) got in touch about \(fact.leadID)\(fact.channel.isEmpty ? "" : " by \(Escaping.word(fact.channel))")"
        case .dealStageChanged(let fact): "\(fact.partnerID) moved \(fact.leadID) to stage \(Escaping.word(fact.stage))"
        case .dealWon(let fact):
            "\(fact.partnerID) won \(fact.leadID)"
                + (fact.amount.map { " for \(MoneyText.exact($0.minorUnits, $0.currency, short: true))" } ?? "")
        case .dealLost(let fact): "\(fact.partnerID) lost \(fact.leadID)\(refusal(fact.reason))"
        case .dealClaimed(let fact):
            "\(fact.partnerID) claims \(fact.leadID.isEmpty ? "an account" : fact.leadID), as \(fact.claimID)"
        case .claimWithdrawn(let fact): "\(fact.partnerID) withdrew its claim \(fact.claimID)"
        case .claimDecided(let fact):
            "a person \(fact.approved ? "approved" : "refused") the claim \(fact.claimID) of \(fact.partnerID)"
        case .returnDecided(let fact):
            "a person \(fact.approved ? "gave" : "refused") \(fact.partnerID) the credit for \(fact.leadID)"
        case .offerAnswered(let fact):
            "\(fact.partnerID) \(DecisionReasonWords.answer(fact.answer)) \(fact.leadID)\(refusal(fact.reason))"
                + (fact.terms.map { ": " + DecisionReasonWords.terms($0) } ?? "")
        case .leadSubmitted(let fact):
            "lead \(fact.leadID) came in\(imported ? " (history)" : "")\(own(fact.declaredAttributes))"
        case .leadUpdated(let fact): "facts about \(fact.leadID) changed\(own(fact.declaredAttributes))"
        case .leadWithdrawn(let fact): "\(fact.leadID) withdrawn"
        case .timeAdvanced(let through): "time passed \(time(through))"
        case .duplicateReceived: "a producer repeated itself; nothing changed"
        case .logicVersionAdopted(let version): "logic version \(version) adopted"
        }
    }

    /// Own attributes that stand in clear, for the policy declares them.
    private func own(_ attributes: [DeclaredAttribute]) -> String {
        if attributes.isEmpty { return "" }
        return ", with " + attributes.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }

    private func shared(_ fact: CommissionShared) -> String {
        if fact.shares.isEmpty { return "the commission of \(fact.leadID) is shared with nobody" }
        let shares = fact.shares.map { "\($0.partnerID) \(NumberText.percent(basisPoints: $0.basisPoints))" }
        return "the commission of \(fact.leadID) is shared: \(shares.joined(separator: ", ")), the rest is the winner's"
    }

    private func merged(_ fact: PartnersMerged) -> String {
        let reason =
            switch fact.reason {
            case .unspecified: ""
            case .duplicate: ", as they had been one all along"
            case .takeover: ", as one took the other over"
            }
        return "\(fact.fromPartnerID) merged into \(fact.intoPartnerID)\(reason)"
            + (fact.decidedBy.isEmpty ? "" : ", by \(fact.decidedBy)")
    }

    private func linked(_ fact: LeadLinkStatement, _ article: String) -> String {
        "\(fact.decidedBy) stated \(article) link of \(fact.leadID) to "
            + (fact.link == .sameCompany ? "its company" : fact.otherLeadID)
    }

    private func refusal(_ reason: RefusalReason, _ id: String = "") -> String {
        let words = [id.isEmpty ? nil : id, DecisionReasonWords.refusal(reason)].compactMap { $0 }
        return words.isEmpty ? "" : ": " + words.joined(separator: ", ")
    }
}
