import LeadlineSchemas
import Metrics

/// What the engine measures of its own work.
public enum EngineMetric {
    /// Inputs that became entries.
    public static let accepted = MetricDefinition(
        "leadline_intake_accepted_total", .counter, labels: ["topic"],
        "Records that became an entry of their program's stream.")
    /// Repeats.
    public static let repeats = MetricDefinition(
        "leadline_intake_repeats_total", .counter, labels: ["topic"],
        "Records that repeat an event that came before; they change nothing.")
    /// Dead letters.
    public static let rejected = MetricDefinition(
        "leadline_intake_rejected_total", .counter, labels: ["topic", "reason"],
        "Records that became dead letters, by the reason for it.")
    /// Tombstones and the like.
    public static let nullValues = MetricDefinition(
        "leadline_intake_null_values_total", .counter, "Records without a value on input topics; each is a dead letter."
    )
    /// Refusals of the inbox.
    public static let refused = MetricDefinition(
        "leadline_inbox_refused_total", .counter, labels: ["reason"],
        "Records refused before they were appended, so that their sender could mend them at once.")
    /// Appended records.
    public static let appended = MetricDefinition(
        "leadline_inbox_records_total", .counter, "Records that the inbox made durable.")
    /// Group commits.
    public static let groups = MetricDefinition(
        "leadline_inbox_commits_total", .counter,
        "Commits that made them durable; callers who come at the same time share one.")
    /// Events.
    public static let decisions = MetricDefinition(
        "leadline_decisions_total", .counter, labels: ["kind"],
        "Events decided and committed, by the name of their message.")
    /// Missed promises.
    public static let breaches = MetricDefinition(
        "leadline_sla_breaches_total", .counter,
        "Assignments taken back because no first response came by their deadline.")
    /// Commits.
    public static let commitSeconds = MetricDefinition(
        "leadline_commit_seconds", .histogram, "How long making a batch durable took.")
    /// From arrival to decision.
    public static let decisionSeconds = MetricDefinition(
        "leadline_decision_seconds", .histogram,
        "From a live record's arrival in the log until what was decided on it was durable.")
    /// Behind the log.
    public static let lagSeconds = MetricDefinition(
        "leadline_lag_seconds", .gauge, labels: ["partition"],
        "Age of the last record of a batch that left others waiting; 0 once nothing waits.")
    /// Behind the journal.
    public static let projectionLag = MetricDefinition(
        "leadline_projection_lag_entries", .gauge, labels: ["projection", "partition"],
        "Committed entries that a projection has not taken in.")

    /// All of them.
    public static let all = [
        accepted, repeats, rejected, nullValues, refused, appended, groups, decisions, breaches, commitSeconds,
        decisionSeconds, lagSeconds,
        projectionLag,
    ]
}

/// Puts a processor's batches on the process's metrics.
struct BatchMetrics: Sendable {
    let partition: String
    let factory: any MetricsFactory

    func record(_ batch: CommittedBatch) {
        var accepted: [Topic: Int] = [:]
        var repeats: [Topic: Int] = [:]
        for (place, outcome) in batch.outcomes {
            switch outcome {
            case .entry(_, _, isRepeat: false): accepted[place.topic, default: 0] += 1
            case .entry(_, _, isRepeat: true): repeats[place.topic, default: 0] += 1
            case .rejected(let rejection):
                EngineMetric.rejected.add(1, place.topic.name, rejection.reason.word, to: factory)
            }
        }
        for (topic, count) in accepted { EngineMetric.accepted.add(count, topic.name, to: factory) }
        for (topic, count) in repeats { EngineMetric.repeats.add(count, topic.name, to: factory) }
        EngineMetric.nullValues.add(batch.nullValues, to: factory)
        for (field, count) in batch.eventCounts {
            EngineMetric.decisions.add(count, EventKind(rawValue: field)?.name ?? "unknown", to: factory)
        }
        EngineMetric.breaches.add(batch.breaches, to: factory)
        EngineMetric.commitSeconds.record([batch.commitDuration], to: factory)
        EngineMetric.decisionSeconds.record(batch.latencies, to: factory)
        EngineMetric.lagSeconds.set(batch.lag / .seconds(1), partition, to: factory)
    }
}
