public import Audit

/// Records as lines for people.
public struct RecordsText {
    let records: ProgramRecords
    private let style: TextStyle

    /// The text of a program's records.
    public init(_ records: ProgramRecords, style: TextStyle) {
        self.records = records
        self.style = style
    }

    /// Records of processing.
    public var processing: [String] {
        let counts = records.processing
        return [
            "program \(records.program): \(counts.purpose)",
            "people: \(counts.people); \(counts.persons) known by random ids",
            "lawful bases of leads: " + Self.counts(counts.lawfulBases), "inputs: " + Self.counts(counts.inputs),
            "entries with sealed fields: \(counts.sealedEntries)",
            "recipients: \(CountText.of(counts.recipients.count, "partner")), see transfers",
        ] + counts.categories.map(Self.category) + counts.timeLimits.map(Self.limit)
            + counts.measures.map { "measure: \($0)" }
    }

    private static func category(_ data: ProgramRecords.DataCategory) -> String {
        "data: \(data.category), of \(data.people) (\(data.fields.joined(separator: ", "))): \(data.form)"
    }

    private static func limit(_ limit: ProgramRecords.TimeLimit) -> String {
        let days = limit.days.map { "\(CountText.of($0, "day")) " } ?? ""
        return "kept: \(limit.what): \(days)\(limit.note)"
    }

    /// One card a version of the policy: the one in force in full, or the one that is asked for.
    /// - Parameter asked: beginning of a version's hash; nil is the version in force.
    public func policies(_ asked: String? = nil) -> [String] {
        let last = records.policies.count - 1
        return records.policies.enumerated().flatMap { index, card -> [String] in
            let isAsked = asked.map { card.version.utf8.starts(with: $0.utf8) } ?? (index == last)
            if asked != nil && !isAsked { return [] }
            let name = card.name.isEmpty ? "(without a name)" : card.name
            let period = "from \(card.from) until \(card.until ?? "now"), \(CountText.of(card.decisions, "decision"))"
            let source =
                "position \(card.position), event \(card.event ?? "-"), approver \(card.approver ?? "not recorded")"
            let words = isAsked ? card.words : ["in full with --policy \(card.version.prefix(12))"]
            return [
                "\(card.version) \(name), by \(DecisionReasonWords.method(named: card.method)), \(period), \(source)"
            ] + words.map { "  \($0)" }
        }
    }

    /// One card a trained version of the model.
    public var models: [String] {
        let versions = CountText.of(records.modelVersions, "trained version")
        return [
            "\(versions): what each month made of the model under one logic version and one policy. 'leadline model card' shows weights, calibration and settings of the newest"
        ] + records.models.suffix(20).flatMap(model)
    }

    private func model(_ card: ProgramRecords.ModelCard) -> [String] {
        let positions = card.trainedThrough.map { " (positions \(card.trainedFrom ?? 0) to \($0))" } ?? ""
        let approver = "approver \(card.approver ?? "not recorded")"
        return [
            "\(card.month) \(card.version), logic version \(card.logicVersion), policy \(card.policyVersion.prefix(12)), \(approver)",
            "  used from \(card.from) until \(card.until) by \(CountText.of(card.decisions, "decision"))",
            "  learned from \(card.won) won and \(card.lost) lost\(positions), data \(card.dataHash.prefix(32))",
            "  \(card.metrics.map(Self.worth) ?? "none of its predictions has an outcome yet")",
        ]
    }

    private static func worth(_ metrics: ProgramRecords.ModelMetrics) -> String {
        "\(CountText.of(metrics.outcomes, "of its predictions has", plural: "of its predictions have")) an outcome: "
            + "predicted \(NumberText.percent(metrics.predicted)) on average, won \(NumberText.percent(metrics.observed)), "
            + "log-loss \(NumberText.fixed(metrics.logLoss, 4)), Brier score \(NumberText.fixed(metrics.brier, 4))"
    }

    /// How partners fared.
    public var fairness: [String] {
        var table = TextTable([
            ("PARTNER", .left), ("AMONG BEST", .right), ("BY LEADLINE", .right), ("BY HUMAN", .right),
            ("IN HISTORY", .right), ("TAKEN BACK", .right), ("WON", .right), ("LOST", .right), ("REVIEWS", .right),
            ("OVERRIDDEN", .right), ("CHOSEN", .right), ("DISPARITY", .right),
        ])
        for row in records.fairness {
            let overridden = "\(row.overridden)" + (row.overrideRate.map { " (\(NumberText.percent($0)))" } ?? "")
            table.add([
                row.partner, "\(row.considered)", "\(row.assigned)", "\(row.byHuman)", "\(row.fromHistory)",
                "\(row.takenBack)", "\(row.won)", "\(row.lost)", "\(row.reviews)", overridden,
                row.selectionRate.map { NumberText.percent($0) } ?? "-",
                row.disparity.map { NumberText.fixed($0, 2) } ?? "-",
            ])
        }
        return Lines.of(table.text(TextStyle(width: style.width))) + [
            "overridden: leads that a human took away or closed, asked to review them or not, and their share of the leads that the partner had",
            "chosen: leads by Leadline, of its own decisions in which the partner was in question; disparity: that over the highest of any partner",
            "Jain's index of the leads by Leadline: \(NumberText.fixed(records.jainOfAssigned, 3)) (1 is even)",
        ] + countries
    }

    private var countries: [String] {
        if records.countries.isEmpty { return [] }
        var table = TextTable([
            ("LEADS OF", .left), ("DECIDED", .right), ("TO A PARTNER", .right), ("TO A HUMAN", .right), ("RATE", .right),
            ("DISPARITY", .right),
        ])
        for row in records.countries {
            table.add([
                row.country.isEmpty ? "(not stated)" : row.country, "\(row.leads)", "\(row.assigned)", "\(row.toHuman)",
                NumberText.percent(row.rate), row.disparity.map { NumberText.fixed($0, 2) } ?? "-",
            ])
        }
        return Lines.of(table.text(TextStyle(width: style.width)))
    }

    /// How partners kept their promises.
    public var promises: [String] {
        var table = TextTable([
            ("PARTNER", .left), ("TIMERS", .right), ("MET", .right), ("MISSED", .right), ("MEAN", .right),
            ("TIME ZONE", .left), ("RULES", .left),
        ])
        for row in records.promises where row.timers + row.met + row.missed > 0 || !row.calendars.isEmpty {
            let rules = row.calendars.sorted { $0.value < $1.value }.map { "\($0.key) from #\($0.value)" }.joined(
                separator: ", ")
            table.add([
                row.partner, "\(row.timers)", "\(row.met)", "\(row.missed)",
                TimeText.duration(seconds: row.meanSeconds),
                row.timeZone.isEmpty ? "none: round the clock" : row.timeZone, rules.isEmpty ? "-" : rules,
            ])
        }
        return Lines.of(table.text(TextStyle(width: style.width)))
    }

    /// Residencies of leads against those of partners.
    public var transfers: [String] {
        var table = TextTable([
            ("LEADS OF", .left), ("PARTNER", .left), ("KEEPS DATA IN", .left), ("LEADS", .right), ("OUTSIDE", .right),
            ("BY LEADLINE", .right),
        ])
        for row in records.transfers {
            table.add([
                row.leadResidency.isEmpty ? "(not stated)" : row.leadResidency, row.partner,
                row.partnerResidencies.joined(separator: ","), "\(row.leads)", "\(row.outside)",
                "\(row.outsideByLeadline)",
            ])
        }
        return Lines.of(table.text(TextStyle(width: style.width)))
            + [
                "outside: the partner's profile does not cover the lead's residency. Imported history and humans are not bound by hard rules; Leadline is, where the policy has one"
            ]
    }

    private var archived: [String] {
        records.archived.map { part in
            let role = part.archivedBy.map { " by \($0)" } ?? ""
            let place = part.path.map { "; the archive was at \($0)" } ?? "; they have not left this journal"
            return
                "\(part.time ?? "(stated in an archive)") archived entries \(part.first) to \(part.next - 1)\(role), archive \(part.archive), position \(part.position)\(place)"
        }
    }

    /// Erasures, restrictions, objections, and archives.
    public var retention: [String] {
        [
            "executed: \(records.executions.isEmpty ? "no erasure, no retention so far" : Self.counts(records.executions))",
            "input payloads are deleted in the transaction that journals them; sealed data ends by erasure, and by the policy's retention where it sets one",
        ]
            + records.retention.suffix(100).map { execution in
                let policy = execution.policyVersion.map { " by policy \($0.prefix(12))" } ?? ""
                return
                    "\(execution.time) \(execution.kind)\(policy) at position \(execution.position), \(execution.effects) events"
            } + archived
    }

    /// What each policy changed, and which logic versions were adopted.
    public var changes: [String] {
        policyChanges
            + records.logic.enumerated().map { index, change in
                let event = change.event.map { ", event \($0)" } ?? ""
                return
                    "\(change.time) logic version \(change.version) \(index == 0 ? "decides from the beginning" : "adopted; it decides from position \(change.position) on")\(event)"
            }
    }

    private var policyChanges: [String] {
        records.policies.flatMap { card in
            let difference = card.difference.map {
                "decided again over the history before it: \($0.changed) of \($0.decisions) decisions would have been others"
            }
            return ["\(card.from) \(card.version.prefix(12)) \(card.name)"]
                + card.changes.map { "  \($0.field): \($0.before ?? "-") -> \($0.after ?? "-")" }
                + [difference.map { "  " + $0 }].compactMap { $0 }
        }
    }

    static func counts(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
