public import Audit

/// Records as lines for people.
public struct RecordsText {
    private let records: ProgramRecords
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
            "recipients: \(records.transfers.map(\.partner).reduce(into: Set<String>()) { $0.insert($1) }.count) partners, see transfers",
        ] + counts.measures.map { "measure: \($0)" }
    }

    /// One card a version of the policy.
    public var policies: [String] {
        records.policies.flatMap { card in
            [
                "\(card.version.prefix(12)) \(card.name), by \(ReasonWords.method(named: card.method)), from \(card.from) until \(card.until ?? "now"), \(CountText.of(card.decisions, "decision")), position \(card.position), event \(card.event ?? "-"), approver \(card.approver ?? "not recorded")"
            ]
                + card.hardRules.map { "  \($0)" }
        }
    }

    /// One card a version of the model.
    public var models: [String] {
        [
            "\(records.modelVersions) versions used by decisions; a version is a hash over all that the model was told, awards too, so that each decision may have its own\(records.modelVersions > 20 ? ", the newest 20 here and more with --json" : ""); 'leadline model card' shows calibration and weights"
        ]
            + records.models.suffix(20).map {
                "\($0.version) from \($0.from) until \($0.until), \(CountText.of($0.decisions, "decision")), learned \($0.won) won and \($0.lost) lost (positions \($0.trainedFrom.map(String.init) ?? "-") to \($0.trainedThrough.map(String.init) ?? "-")), data \($0.dataHash.prefix(32))"
            }
    }

    /// How partners fared.
    public var fairness: [String] {
        var table = TextTable([
            ("PARTNER", .left), ("AMONG BEST", .right), ("BY LEADLINE", .right), ("BY HUMAN", .right),
            ("IN HISTORY", .right), ("TAKEN BACK", .right), ("WON", .right), ("LOST", .right), ("REVIEWS", .right),
            ("OVERRIDDEN", .right),
        ])
        for row in records.fairness {
            let rate = row.overrideRate.map { "\(row.overridden) (\(NumberText.percent($0)))" } ?? "-"
            table.add([
                row.partner, "\(row.considered)", "\(row.assigned)", "\(row.byHuman)", "\(row.fromHistory)",
                "\(row.takenBack)", "\(row.won)", "\(row.lost)", "\(row.reviews)", rate,
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

    private static func counts(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
