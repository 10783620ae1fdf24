import Audit

/// The account in English, as an auditor's edition has it: one text for each kind of statement.
enum EnglishAccount {
    static let words = AccountText { text($0) }

    static func text(_ kind: AccountStatement.Kind) -> String {
        switch kind {
        case .enquiries: "The program {program} holds {count|enquiry|enquiries} of this person."
        case .nothingDecided: "Nothing has been decided about them."
        case .decidedByLeadline:
            "{count|decision was|decisions were} made by Leadline, a computer program, with no human in between."
        case .decidedByLeadlineForHuman:
            "{count|decision was|decisions were} made by Leadline after a human had sent the enquiry back to it."
        case .decidedByHuman: "{count|decision was|decisions were} made by a human."
        case .decidedInHistory:
            "{count|decision was|decisions were} made before Leadline decided for this program; imported history tells of them."
        case .decidedOnRequest:
            "{count|decision carries|decisions carry} out a request: a withdrawal, a restriction, an objection or an erasure."
        case .decidedByPartner: "{count|deal ended|deals ended} as a partner reported."
        case .supposed:
            "{count|time|times} Leadline only noted what it would have decided; that had no effect on the person."
        case .sealedUnseen:
            "Leadline is not given names, addresses, telephone numbers or free text when it decides: they are sealed before."
        case .termFit: "Fit says how well a partner's profile matches the enquiry."
        case .termConversion:
            "Conversion is the estimated chance that the partner wins the deal, from this program's own won and lost deals and, while they are few, from the rate that the policy assumes."
        case .termValue:
            "Expected value is the value of the deal, multiplied with conversion, with a power of fit, and with what is expected to be left of the enquiry once the partner works on it."

        case .assigned: "{lead} went to {partner}, as attempt {attempt}."
        case .assignedByHuman: "A human gave {lead} to {partner}, as attempt {attempt}."
        case .assignedInHistory:
            "{lead} had gone to {partner} before Leadline decided for this program; it was imported as it had been."
        case .wouldAssign: "At that moment Leadline would have chosen {partner} for {lead}."
        case .wouldAskHuman: "At that moment Leadline would have passed {lead} to a human."
        case .wouldAskHumanByRule:
            "At that moment a partner would have stood first, but by the policy {lead} would have gone to a human to decide."
        case .toHuman: "{lead} went to the human queue {queue}, and to no partner."
        case .suggested: "To the human, Leadline suggested {partner}."
        case .notSuggested: "Leadline suggested nobody."
        case .merged: "{lead} is the same enquiry as {into}, of the same person, and was merged into it."
        case .repeated: "{lead} had been submitted before; the first submission stands."

        case .onArrival: "The enquiry had just come in."
        case .afterDeadline: "The partner before had not answered in time."
        case .afterRefusal: "The partner before had declined."
        case .afterPause: "The partner before had paused."
        case .afterRemoval: "The partner before had left the program."
        case .afterSuspension: "The partner before had been suspended for missing deadlines."
        case .afterReturn: "The partner before had given it back."
        case .sentBackByHuman: "A human had sent the enquiry back to be routed again."

        case .afterRestriction: "A restriction of the processing had ended, because of which a human had the enquiry."
        case .afterWaiting: "It had waited for a human, and by now a partner could take the enquiry."
        case .afterLateAnswer: "It became known that the partner had answered the enquiry before its deadline."
        case .afterRuleBreak: "A fact had changed, so that the partner that held the enquiry broke a hard rule."
        case .afterAbsence: "The partner before was away."
        case .afterMerger: "The partner before had become one with another."
        case .afterUnlinking: "A person had undone the link that had put the enquiry where it was."
        case .afterLinking: "A person had linked the enquiry to another of the same person."

        case .noPolicy: "The program had no policy yet, so that there was nothing to decide by."
        case .noPartners: "The program had no partners yet."
        case .noEligiblePartner: "No partner was left that could have had it."
        case .attemptsExhausted: "It had been offered to as many partners as the policy allows."
        case .ownerAtCap: "The partner that owns the account was at its cap, and its account is not given to others unasked."
        case .currencyUnknown: "The policy has no exchange rate for the currency of the deal."
        case .restrictedOnRequest: "The person asked for the processing to be restricted."
        case .restrictedBefore: "The person had asked for the processing to be restricted."
        case .reviewRequired: "The policy asks for a human to decide on such an enquiry."
        case .lawfulBasisMissing: "It states no lawful basis that the policy accepts, so that nothing was evaluated."
        case .unanswered: "Nobody had taken it from the queue before in time."
        case .shadow: "The policy is in shadow mode: Leadline only notes what it would do, and a human decides."
        case .everyoneAway: "Every partner that could have taken it was away."
        case .placesReserved:
            "Every place left was expected to bring more with a later enquiry, so that the policy keeps it."

        case .objectedBefore: "The person had objected to the processing before the enquiry came."
        case .noAgreement: "It had been offered to partners, and none had agreed."
        case .agreementToApprove: "A partner had agreed to take it, which somebody has to approve."
        case .pastPartnerUnknown: "It was taken over from earlier records, and the partner that had it then is unknown here."
        case .holderIneligible: "A fact had changed, so that by the hard rules its partner could not keep it."
        case .heldForWork: "Nobody who could have had it was at work; it is held until somebody is."
        case .sourceQuality: "Partners had given back too many enquiries of its source for bad data, so that the policy asks a human."
        case .addressSuppressed: "It came with an address that is suppressed: somebody with it had asked to be left alone."

        case .won: "The deal about {lead} was won, as {partner} reported."
        case .lost: "The deal about {lead} was lost, as {partner} reported."
        case .lostByTime: "{lead} was closed as lost: {partner} had not said for as long as the policy waits how the deal ended."
        case .withdrawn: "{lead} was withdrawn by the vendor."
        case .endedElsewhere: "{lead} ended with another partner than the one that held it, as imported history says."
        case .closedByHuman: "A human closed {lead}."
        case .objected: "{lead} was closed: the person objected to the processing."
        case .erased: "{lead} was closed: the person asked to be erased."

        case .policy: "The policy in force was {policy}, version {version}."
        case .policyWithoutName: "The policy in force was version {version}, which has no name."
        case .arm: "It runs a pilot, and the enquiry fell to the arm {arm}."
        case .rules: "Its hard rules: {rules}."
        case .noRules: "It has no hard rules."
        case .rateOfPolicy: "The value of the deal was converted from {currency} at the policy's rate {rate}."
        case .ratePublished: "The value of the deal was converted from {currency} at the rate {rate}, published for {date} on."
        case .minimumConversion: "A partner with a conversion below {share} is out by the policy."
        case .methodBidPrice:
            "The way of choosing: the highest expected value after the price of the partner's place, which is what the place is worth to later enquiries."
        case .methodHighestScore: "The way of choosing: the highest expected value."
        case .methodRoundRobin: "The way of choosing: partners take turns, in each country by itself."
        case .methodWeightedRotation:
            "The way of choosing: partners take turns in proportion to their weights, in each country by itself."
        case .methodHighestFit: "The way of choosing: the best fit."

        case .outByRule: "{count|partner was|partners were} out by the hard rule {rule}."
        case .outPaused: "{count|partner was|partners were} out because paused."
        case .outAway: "{count|partner was|partners were} out because away."
        case .outTried: "{count|partner was|partners were} out for having had this enquiry before."
        case .outFull: "{count|partner was|partners were} out at a cap of open enquiries."
        case .outPeriodFull: "{count|partner was|partners were} out at a cap for the period."
        case .outSegmentFull: "{count|partner was|partners were} out at a cap for enquiries of this kind."
        case .outCoolingDown: "{count|partner was|partners were} out for a time after a missed deadline."
        case .outSuspended: "{count|partner was|partners were} out, suspended for missing deadlines."
        case .outLeaving: "{count|partner was|partners were} out, leaving before an answer would have been due."
        case .outTurnless: "{count|partner was|partners were} out, without a turn in the rotation."
        case .outBelowMinimum:
            "{count|evaluated partner was|evaluated partners were} out for a conversion below the policy's minimum."
        case .nobodyOut: "No partner was out."
        case .evaluated: "{count|partner was|partners were} evaluated."
        case .nobodyEvaluated: "No partner was evaluated."

        case .byNet: "{partner} had the highest expected value after the price of its place."
        case .byScore: "{partner} had the highest expected value."
        case .byFit: "{partner} had the best fit."
        case .byRank: "{partner} stood first by that way of choosing."
        case .byAgreement: "{partner} had been offered it and had agreed, which came before whom else Leadline would choose by then."
        case .offered: "{lead} was offered to {count} of the partners, without anything that names a person or a company."
        case .agreed: "{partner} had been offered {lead} and had agreed to take it."
        case .byDeputy:
            "It was handed to the deputy {partner} because {former} is away: of the deputies that {former} names the first that could take it."
        case .bySuccession: "{partner} has everything of {former} since, with what was promised of it."
        case .byOwnership:
            "{partner} owns the account: it holds the newest open deal there, or won one not long ago. By the policy that comes before any comparison."
        case .byClaim:
            "{partner} has a claim on the account, or on the enquiry, that is in force. By the policy that comes before any comparison."
        case .byLot:
            "{partner} was drawn by lot, with a probability of {share}: the policy gives some enquiries by lot, to learn what it would otherwise never see."
        case .byTurn: "It was the turn of {partner}."
        case .byWeightedTurn: "By its weight it was the turn of {partner}."
        case .tiedByNet:
            "{partners} had the same expected value after the price of their places, to the smallest unit of the currency. {partner} was owed most by earlier ties, or of those owed most had waited longest."
        case .tiedByScore:
            "{partners} had the same expected value, to the smallest unit of the currency. {partner} was owed most by earlier ties, or of those owed most had waited longest."
        case .tiedByFit:
            "{partners} had the same fit, to a thousandth of a per cent. {partner} was owed most by earlier ties, or of those owed most had waited longest."
        case .tiedByRank:
            "{partners} stood equal. {partner} was owed most by earlier ties, or of those owed most had waited longest."
        case .decisiveUnrecorded: "The record does not say what was decisive."

        case .figures: "{partner}: fit {fit}, conversion {conversion}."
        case .nextByNet:
            "Next by expected value after the price of the place: {partner}, fit {fit}, conversion {conversion}."
        case .nextByScore: "Next by expected value: {partner}, fit {fit}, conversion {conversion}."
        case .nextByFit: "Next by fit: {partner}, fit {fit}, conversion {conversion}."
        case .ledByNet: "By expected value after the price of the place {partner} would have come first."
        case .ledByScore: "By expected value {partner} would have come first."
        case .ledByFit: "By fit {partner} would have come first."
        case .lotSpared:
            "The policy gives some enquiries by lot; with lots and without, this partner was chosen with a probability of {share}."

        case .valuesDidNotCount:
            "Fit, conversion and expected value were worked out and noted; they did not decide whose turn it was."
        case .othersDidNotCount:
            "What other partners were expected to make of the enquiry was worked out and noted; it did not count."
        case .onlyFitCounted: "What the deal is worth and how likely a partner is to win it did not count."
        case .placesDidNotCount: "What a partner's places are worth to later enquiries did not count."
        case .waitingCounted:
            "What waiting until a partner is at work costs was taken off what was expected of it."
        case .humanReasonsElsewhere:
            "What the human went by is not recorded, beyond the reason that stands with the review where one was given."
        case .historyUnknown: "Who decided that and why is not recorded."
        case .hadNoEffect: "That was noted and had no effect."

        case .dataHeld:
            "Held are {count|entry|entries} about the person and {company|observation|observations} about the company; each is listed with its source."
        case .dataOpened: "What is sealed was opened for this dossier with the master key."
        case .dataUnavailable: "Some of what is sealed could not be opened for this dossier: its key was not at hand."
        case .keyDestroyed: "The person's key is destroyed: nobody can read any more what was sealed with it."
        case .humansNone: "No decision by a human and no request for one is recorded about these enquiries."
        case .humansDecided: "A human decided {count|time|times}."
        case .humansWithoutEffect: "{count|decision by a human|decisions by humans} had no effect."
        case .reviewsOpen: "{count|review is|reviews are} still open."
        case .waitsForHuman: "{count|enquiry waits|enquiries wait} in a human queue now."
        case .notAskedOtherwise:
            "History decided about this enquiry, so that there is no decision of Leadline's to make again otherwise."
        case .rights:
            "The person may ask for a human to review any of these decisions, object to the processing, have it restricted, have wrong data corrected, and have everything erased. Each such request is an entry in the journal, with its time and its result."
        }
    }
}
