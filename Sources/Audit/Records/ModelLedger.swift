import Journal
import LeadlineCore
import LeadlineSchemas
import TextFormats

/// Keeps a card for each trained version of the model while entries are read: what it had learned, who approved what it
/// learned under, and what came of its predictions.
///
/// The model learns from every outcome, so that hardly two decisions use the same weights. A version is what one month
/// (UTC) made of it under one logic version and one policy, which sets its prior.
struct ModelLedger {
    private struct Key: Equatable {
        var month: String
        var logicVersion: UInt32
        var policyVersion: String
    }

    /// What was said of a lead that a partner holds.
    private struct Prediction {
        var card: Int
        var partner: String
        var chance: Double
    }

    private(set) var cards: [ProgramRecords.ModelCard] = []
    private var key: Key?
    private var sums: [(loss: Double, squares: Double)] = []
    private var predictions: [String: Prediction] = [:]
    private var learned: (won: Int, lost: Int, first: UInt64?, last: UInt64?) = (0, 0, nil, nil)
    private var dataHash = HashChain.leaf(of: [])
    /// Predictions nearer to 0 or 1 count as this near, for the log-loss alone.
    private static let clip = 1e-6

    /// Takes in an entry. `approver` is the policy's in force.
    mutating func take(_ entry: EntryRecord, approver: String?) {
        for event in entry.events {
            if let summary = event.evaluated?.summary { weighed(summary, entry, approver: approver) }
        }
        for event in entry.events {
            switch event {
            case .leadAssigned(let event): predict(event, entry.events)
            case .assignmentExpired(let event): predictions[event.leadID] = nil
            case .assignmentEnded(let event): predictions[event.leadID] = nil
            case .leadEscalated(let event): predictions[event.leadID] = nil
            case .leadClosed(let event): closed(event, entry.position)
            default: break
            }
        }
    }

    private mutating func weighed(_ summary: EvaluationSummary, _ entry: EntryRecord, approver: String?) {
        let time = RFC3339.format(entry.stamp)
        let key = Key(
            month: String(time.unicodeScalars.prefix(7)), logicVersion: entry.logicVersion,
            policyVersion: summary.policyVersion)
        if self.key != key {
            self.key = key
            cards.append(
                .init(
                    version: "", month: key.month, logicVersion: key.logicVersion, policyVersion: key.policyVersion,
                    approver: approver, from: time, until: time, decisions: 0, won: 0, lost: 0, dataHash: ""))
            sums.append((0, 0))
        }
        let last = cards.count - 1
        cards[last].version = summary.modelVersion.description
        cards[last].until = time
        cards[last].decisions += 1
        (cards[last].won, cards[last].lost) = (learned.won, learned.lost)
        (cards[last].trainedFrom, cards[last].trainedThrough) = (learned.first, learned.last)
        cards[last].dataHash = dataHash.description
    }

    /// Notes the chance that was recorded of the partner that got the lead: by the decision itself, or by the one that
    /// stands beside imported history.
    private mutating func predict(_ event: LeadAssigned, _ events: [Event]) {
        predictions[event.leadID] = nil
        let summary = event.evaluation ?? events.lazy.compactMap(\.evaluated).first { $0.leadID == event.leadID }?.summary
        guard !cards.isEmpty, let best = summary?.best.first(where: { $0.partnerID == event.partnerID }) else { return }
        predictions[event.leadID] = Prediction(
            card: cards.count - 1, partner: event.partnerID, chance: best.conversion)
    }

    private mutating func closed(_ event: LeadClosed, _ position: UInt64) {
        let prediction = predictions.removeValue(forKey: event.leadID)
        guard event.reason == .won || event.reason == .lost, !event.partnerID.isEmpty else { return }
        if let prediction, prediction.partner == event.partnerID { score(prediction, isWon: event.reason == .won) }
        guard event.learned else { return }
        if event.reason == .won { learned.won += 1 } else { learned.lost += 1 }
        learned.first = learned.first ?? position
        learned.last = position
        let line = "\(position) \(event.leadID) \(event.partnerID) \(event.reason) \(event.amountMinorUnits)"
        dataHash = HashChain.leaf(of: dataHash.bytes + Array(line.utf8))
    }

    private mutating func score(_ prediction: Prediction, isWon: Bool) {
        let chance = min(max(prediction.chance, Self.clip), 1 - Self.clip), missed = prediction.chance - (isWon ? 1 : 0)
        sums[prediction.card].loss -= ElementaryFunctions.log(isWon ? chance : 1 - chance)
        sums[prediction.card].squares += missed * missed
        var metrics = cards[prediction.card].metrics ?? .init()
        metrics.predicted += prediction.chance
        metrics.outcomes += 1
        if isWon { metrics.won += 1 }
        cards[prediction.card].metrics = metrics
    }

    /// The cards with their means.
    func result() -> [ProgramRecords.ModelCard] {
        zip(cards, sums).map { card, sums in
            var card = card
            guard var metrics = card.metrics, metrics.outcomes > 0 else { return card }
            let count = Double(metrics.outcomes)
            metrics.predicted /= count
            metrics.observed = Double(metrics.won) / count
            metrics.logLoss = sums.loss / count
            metrics.brier = sums.squares / count
            card.metrics = metrics
            return card
        }
    }
}
