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
    /// What is kept of it beside the predictions that are open.
    struct Trained: Codable {
        fileprivate(set) var cards: [ProgramRecords.ModelCard] = []
        fileprivate var key: Key?
        fileprivate var sums: [Sums] = []
        fileprivate var won = 0
        fileprivate var lost = 0
        fileprivate var first: UInt64?
        fileprivate var last: UInt64?
        fileprivate var dataHash = HashChain.leaf(of: []).bytes
    }

    fileprivate struct Key: Codable, Equatable {
        var month: String
        var logicVersion: UInt32
        var policyVersion: String
    }

    fileprivate struct Sums: Codable {
        var loss = 0.0
        var squares = 0.0
    }

    /// What was said of a lead that a partner holds.
    struct Prediction {
        var card: Int
        var partner: String
        var chance: Double
    }

    var trained = Trained()
    /// By lead.
    var predictions: [String: Prediction] = [:]
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
        if trained.key != key {
            trained.key = key
            trained.cards.append(
                .init(
                    version: "", month: key.month, logicVersion: key.logicVersion, policyVersion: key.policyVersion,
                    approver: approver, from: time, until: time, decisions: 0, won: 0, lost: 0, dataHash: ""))
            trained.sums.append(.init())
        }
        let last = trained.cards.count - 1
        trained.cards[last].version = summary.modelVersion.description
        trained.cards[last].until = time
        trained.cards[last].decisions += 1
        (trained.cards[last].won, trained.cards[last].lost) = (trained.won, trained.lost)
        (trained.cards[last].trainedFrom, trained.cards[last].trainedThrough) = (trained.first, trained.last)
        trained.cards[last].dataHash = Digest(trained.dataHash)?.description ?? ""
    }

    /// Notes the chance that was recorded of the partner that got the lead: by the decision itself, or by the one that
    /// stands beside imported history.
    private mutating func predict(_ event: LeadAssigned, _ events: [Event]) {
        predictions[event.leadID] = nil
        let summary = event.evaluation ?? events.lazy.compactMap(\.evaluated).first { $0.leadID == event.leadID }?.summary
        guard !trained.cards.isEmpty, let best = summary?.best.first(where: { $0.partnerID == event.partnerID }) else { return }
        predictions[event.leadID] = Prediction(
            card: trained.cards.count - 1, partner: event.partnerID, chance: best.conversion)
    }

    private mutating func closed(_ event: LeadClosed, _ position: UInt64) {
        let prediction = predictions.removeValue(forKey: event.leadID)
        guard event.reason == .won || event.reason == .lost, !event.partnerID.isEmpty else { return }
        if let prediction, prediction.partner == event.partnerID { score(prediction, isWon: event.reason == .won) }
        guard event.learned else { return }
        if event.reason == .won { trained.won += 1 } else { trained.lost += 1 }
        trained.first = trained.first ?? position
        trained.last = position
        let line = "\(position) \(event.leadID) \(event.partnerID) \(event.reason) \(event.amountMinorUnits)"
        trained.dataHash = HashChain.leaf(of: trained.dataHash + Array(line.utf8)).bytes
    }

    private mutating func score(_ prediction: Prediction, isWon: Bool) {
        let chance = min(max(prediction.chance, Self.clip), 1 - Self.clip), missed = prediction.chance - (isWon ? 1 : 0)
        trained.sums[prediction.card].loss -= ElementaryFunctions.log(isWon ? chance : 1 - chance)
        trained.sums[prediction.card].squares += missed * missed
        var metrics = trained.cards[prediction.card].metrics ?? .init()
        metrics.predicted += prediction.chance
        metrics.outcomes += 1
        if isWon { metrics.won += 1 }
        trained.cards[prediction.card].metrics = metrics
    }

    /// The trained.cards with their means.
    func result() -> [ProgramRecords.ModelCard] {
        zip(trained.cards, trained.sums).map { card, sums in
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
