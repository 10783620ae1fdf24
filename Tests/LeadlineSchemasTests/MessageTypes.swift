import LeadlineSchemas
import SwiftProtobuf

/// The Swift type of every message that travels on a topic, by its name in the schema.
let messageTypes: [String: any Message.Type] = {
    let types: [any Message.Type] = [
        WireProgramRegistered.self, WireLogicVersionAdopted.self, WirePolicyPublished.self, WireReviewRequested.self, WireHumanDecisionRecorded.self,
        WireProcessingRestricted.self, WireProcessingObjected.self, WireErasureRequested.self,
        WireRejectedRecordsErased.self, WireSegmentArchived.self, WireProgramProfileSet.self, WirePartnerUpserted.self,
        WirePartnerCapacitySet.self, WirePartnerPaused.self, WirePartnerResumed.self, WirePartnerRemoved.self,
        WirePartnerAbsenceSet.self, WirePartnerAbsenceCancelled.self, WirePartnerCommissionTermsSet.self, WirePartnersMerged.self,
        WireIntentObserved.self, WireFirmographicsObserved.self, WireTechnographicsObserved.self, WireLeadAccepted.self,
        WireLeadDeclined.self, WireFirstResponseRecorded.self, WireDealStageChanged.self, WireDealWon.self,
        WireDealLost.self, WireLeadSubmitted.self, WireLeadUpdated.self, WireLeadWithdrawn.self, WireLeadAssigned.self,
        WireShadowDecided.self, WireAssignmentExpired.self, WireAssignmentEnded.self, WireFirstResponseMet.self,
        WireLeadEscalated.self, WireLeadClosed.self, WireLeadMerged.self, WireOutcomeWaiting.self,
        WireOutcomeUnmatched.self, WireInputDisregarded.self, WireReviewOpened.self, WireReviewResolved.self,
        WireCommissionAccrued.self, WireCommissionReversed.self, WireAnswerCredited.self, WireStarvationAnnounced.self, WireHolderIneligible.self, WireReminderDue.self, WireRetentionApplied.self, WireProcessingResumed.self,
        WirePersonsLinked.self, WirePersonsUnlinked.self, WireSuppressionSet.self, WireSuppressionLifted.self,
        WireRightRecorded.self, WireRecipientInformed.self, WirePersonLinkChanged.self,
        WireDealClaimed.self, WireClaimWithdrawn.self, WireClaimDecided.self, WireClaimChanged.self, WirePartnerSuspended.self,
        WirePartnerReinstated.self, WireLeadReturned.self, WireReturnDecided.self, WireReturnChanged.self, WireOfferAnswered.self, WireOfferMade.self, WireOfferClosed.self, WireLeadsUnlinked.self, WireLeadsLinked.self, WireLeadLinkChanged.self, WireRatesPublished.self, WireCommissionShared.self, WireEntry.self, WireBatchFrame.self, WireCheckpoint.self, WireSubjectKey.self,
        WireDeadLetter.self,
    ]
    return Dictionary(uniqueKeysWithValues: types.map { (String($0.protoMessageName.split(separator: ".").last ?? ""), $0) })
}()
