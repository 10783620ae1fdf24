import Engine
public import Journal
public import LeadlineCore
public import LeadlineSchemas
import TextFormats

/// Fills ``ProgramRecords`` while a program's entries are read in order, once.
public struct RecordsBuilder {
    var records: ProgramRecords
    var persons: Set<Digest128> = []
    var fairness: [String: ProgramRecords.PartnerFairness] = [:]
    /// How the deals of leads ended last.
    private var dealsEnded: [String: (partnerID: String, isWon: Bool)] = [:]
    var promises: [String: ProgramRecords.PartnerPromise] = [:]
    var responseMicros: [String: Int64] = [:]
    var transfers: [String: ProgramRecords.Transfer] = [:]
    var residencies: [String: [String]] = [:]
    /// Of leads that are not closed, where one is stated.
    var leadResidency: [String: String] = [:]
    var reviewed: [String: String] = [:]
    /// Decisions of Leadline's own in which a partner was in question; what stands beside history decided nothing.
    var inQuestion: [String: Int] = [:]
    var countries: [String: ProgramRecords.CountryFairness] = [:]
    var model = ModelLedger()
    var impact = ImpactLedger()
    var currency = ""
    /// Every policy with its position.
    public internal(set) var policies: [(position: UInt64, fact: PolicyPublished)] = []

    /// Segments that have left the journal.
    private let left: [ArchivedSegment]
    private let words: any AuditWording

    /// A builder for a program.
    /// - Parameters:
    ///   - left: segments that have left the journal, whose statements may have left it too.
    ///   - words: how hard rules are said.
    public init(program: String, left: [ArchivedSegment] = [], words: any AuditWording) {
        self.left = left
        self.words = words
        records = ProgramRecords(
            program: program,
            processing: .init(
                purpose: "routing sales enquiries to the partner most likely to help, and answering for each decision",
                people: "prospects who enquired; partners who are sole traders; people who asked for or made reviews",
                measures: [
                    "every field is sealed (AES-256-GCM, one key a person) unless the schema marks it clear with a reason; the decider sees clear fields alone",
                    "keys are wrapped under a master key outside the data folder; erasing a person destroys the key",
                    "hash chain, Merkle tree and signed checkpoints over the journal's stored bytes",
                    "reads of sealed data by an operator are noted in the access log",
                ]))
    }

    /// Takes in the entry at the next position.
    public mutating func take(_ entry: EntryRecord, at position: UInt64) {
        count(entry)
        switch entry.input.fact {
        case .programRegistered(let fact):
            if currency.isEmpty { currency = fact.currency }
            if records.logic.isEmpty { decides(by: fact.logicVersion, entry, position + 1) }
        case .logicVersionAdopted(let version):
            // What was disregarded changed nothing.
            if entry.events.isEmpty { decides(by: version, entry, position + 1) }
        case .segmentArchived(let fact): archived(fact, entry, position)
        case .policyPublished(let fact): publish(fact, entry, position)
        case .partnerUpserted(let profile): profiled(profile, entry.input.timeZone, position)
        case .leadSubmitted(let fact):
            if !entry.events.contains(where: \.isRepetition) { dealsEnded[fact.leadID] = nil }
            if !fact.attributes.residency.isEmpty { leadResidency[fact.leadID] = fact.attributes.residency }
            submitted(fact, entry.events)
            records.processing.lawfulBases[
                fact.attributes.lawfulBasis.name.isEmpty ? "not stated" : fact.attributes.lawfulBasis.name, default: 0] +=
                1
        case .leadUpdated(let fact):
            if entry.clears("residency") { leadResidency[fact.leadID] = nil }
            if !fact.attributes.residency.isEmpty { leadResidency[fact.leadID] = fact.attributes.residency }
        case .processingRestricted: execute("restriction", entry, position)
        case .processingObjected: execute("objection", entry, position)
        case .erasureRequested: execute("erasure", entry, position)
        case .processingResumed(let fact):
            execute(fact.objectionWithdrawn ? "objection withdrawn" : "restriction lifted", entry, position)
        case .rejectedRecordsErased: execute("erasure of rejected records", entry, position)
        case .leadWithdrawn: execute("withdrawal", entry, position)
        default: break
        }
        let shredded = entry.events.count { if case .retentionApplied = $0 { true } else { false } }
        if shredded > 0 { execute("retention", entry, position, count: shredded) }
        for event in entry.events { take(event) }
        model.take(entry, approver: records.policies.last?.approver)
        impact.take(entry, policy: policies.last?.fact.policy)
    }

    /// Where an enquiry went on its first decision, by its country; history decided about others.
    private mutating func submitted(_ fact: LeadSubmitted, _ events: [Event]) {
        for event in events {
            let isAssigned: Bool
            switch event {
            case .leadAssigned(let event) where event.cause != .imported: isAssigned = true
            case .leadEscalated: isAssigned = false
            default: continue
            }
            var row = countries[fact.attributes.country] ?? .init(country: fact.attributes.country)
            row.leads += 1
            if isAssigned { row.assigned += 1 } else { row.toHuman += 1 }
            countries[fact.attributes.country] = row
        }
    }

    private mutating func count(_ entry: EntryRecord) {
        let name =
            MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact))?.fullName
            ?? "Leadline's own (deadlines, repetitions)"
        records.processing.inputs[name, default: 0] += 1
        if !entry.sealed.isEmpty { records.processing.sealedEntries += 1 }
        if let subject = entry.input.subject { persons.insert(subject) }
    }

    private mutating func decides(by version: UInt32, _ entry: EntryRecord, _ position: UInt64) {
        records.logic.append(
            .init(version: version, position: position, time: RFC3339.format(entry.stamp), event: entry.origin?.eventID)
        )
    }

    private mutating func archived(_ fact: SegmentArchived, _ entry: EntryRecord, _ position: UInt64) {
        guard fact.firstPosition < fact.nextPosition else { return }
        records.archived.append(
            .init(
                first: fact.firstPosition, next: fact.nextPosition,
                archive: Digest(fact.archiveDigest)?.description ?? "", position: position,
                time: RFC3339.format(entry.stamp), archivedBy: fact.archivedBy.isEmpty ? nil : fact.archivedBy,
                path: nil))
    }

    private mutating func publish(_ fact: PolicyPublished, _ entry: EntryRecord, _ position: UInt64) {
        let time = RFC3339.format(entry.stamp)
        if !records.policies.isEmpty { records.policies[records.policies.count - 1].until = time }
        records.policies.append(
            .init(
                version: fact.version, name: fact.policy.name, position: position, from: time,
                event: entry.origin?.eventID,
                approver: fact.policy.approvedBy.isEmpty ? nil : fact.policy.approvedBy,
                hardRules: [], method: "\(fact.policy.method)"))
        policies.append((position, fact))
    }

    private mutating func profiled(_ profile: PartnerProfile, _ zone: TimeZoneRules?, _ position: UInt64) {
        residencies[profile.partnerID] = profile.residencies
        promises[profile.partnerID, default: .init(partner: profile.partnerID)].timeZone = profile.timeZone
        if let zone, promises[profile.partnerID]?.calendars[zone.tzVersion] == nil {
            promises[profile.partnerID]?.calendars[zone.tzVersion] = position
        }
    }

    private mutating func execute(_ kind: String, _ entry: EntryRecord, _ position: UInt64, count: Int = 1) {
        records.executions[kind, default: 0] += count
        records.retention.append(
            .init(
                kind: kind, position: position, time: RFC3339.format(entry.stamp), effects: entry.events.count,
                policyVersion: kind == "retention" ? records.policies.last?.version : nil))
        if records.retention.count > 2 * ProgramRecords.executionsMax {
            records.retention.removeFirst(ProgramRecords.executionsMax)
        }
    }

    // MARK: Events

    private mutating func take(_ event: Event) {
        if let summary = event.evaluated?.summary { weighed(summary) }
        question(event)
        if let award = event.overriddenAward {
            fairness[award.partnerID, default: .init(partner: award.partnerID)].overridden += 1
        }
        switch event {
        case .leadAssigned(let event): assigned(event)
        case .assignmentExpired(let event):
            promises[event.partnerID, default: .init(partner: event.partnerID)].missed += 1
            fairness[event.partnerID, default: .init(partner: event.partnerID)].takenBack += 1
        case .assignmentEnded(let event):
            fairness[event.partnerID, default: .init(partner: event.partnerID)].takenBack += 1
        case .firstResponseMet(let event):
            promises[event.partnerID, default: .init(partner: event.partnerID)].met += 1
            responseMicros[event.partnerID, default: 0] += event.elapsedMicros
        case .answerCredited(let event):
            promises[event.partnerID]?.missed -= 1
            promises[event.partnerID]?.met += 1
            responseMicros[event.partnerID, default: 0] += event.elapsedMicros
        case .leadClosed(let event): closed(event)
        case .reviewOpened(let event): if !event.partnerID.isEmpty { reviewed[event.leadID] = event.partnerID }
        case .reviewResolved(let event):
            guard let partner = reviewed.removeValue(forKey: event.leadID) else { break }
            fairness[partner, default: .init(partner: partner)].reviews += 1
        default: break
        }
    }

    /// Who could have been chosen, and was if Leadline chose it otherwise than by its rank.
    private mutating func question(_ event: Event) {
        if case .shadowDecided = event { return }
        var partners = event.evaluated?.summary.best.map(\.partnerID) ?? []
        if case .leadAssigned(let event) = event, event.evaluation != nil, !partners.contains(event.partnerID) {
            partners.append(event.partnerID)
        }
        for partner in partners { inQuestion[partner, default: 0] += 1 }
    }

    private mutating func weighed(_ summary: EvaluationSummary) {
        for candidate in summary.best {
            fairness[candidate.partnerID, default: .init(partner: candidate.partnerID)].considered += 1
        }
        if let index = records.policies.lastIndex(where: { $0.version == summary.policyVersion }) {
            records.policies[index].decisions += 1
        }
    }

    private mutating func assigned(_ event: LeadAssigned) {
        let isHuman = event.cause == .human && event.evaluation == nil
        let isOwn = !isHuman && event.cause != .imported
        var row = fairness[event.partnerID] ?? .init(partner: event.partnerID)
        if isOwn { row.assigned += 1 } else if isHuman { row.byHuman += 1 } else { row.fromHistory += 1 }
        fairness[event.partnerID] = row
        if event.respondBy != nil { promises[event.partnerID, default: .init(partner: event.partnerID)].timers += 1 }
        let (residency, places) = (leadResidency[event.leadID] ?? "", residencies[event.partnerID] ?? [])
        var transfer =
            transfers["\(residency)\n\(event.partnerID)"]
            ?? .init(
                leadResidency: residency, partner: event.partnerID, partnerResidencies: places, leads: 0, outside: 0)
        transfer.partnerResidencies = places
        transfer.leads += 1
        if !residency.isEmpty && !places.contains(residency) {
            transfer.outside += 1
            if isOwn { transfer.outsideByLeadline += 1 }
        }
        transfers["\(residency)\n\(event.partnerID)"] = transfer
    }

    private mutating func closed(_ event: LeadClosed) {
        leadResidency[event.leadID] = nil
        guard event.reason == .won || event.reason == .lost, !event.partnerID.isEmpty else { return }
        let isWon = event.reason == .won
        // A correction, of the end or of the amount alone, is no deal more.
        if let before = dealsEnded.updateValue((event.partnerID, isWon), forKey: event.leadID) {
            if before.isWon {
                fairness[before.partnerID]?.won -= 1
            } else {
                fairness[before.partnerID]?.lost -= 1
            }
        }
        if isWon {
            fairness[event.partnerID, default: .init(partner: event.partnerID)].won += 1
        } else {
            fairness[event.partnerID, default: .init(partner: event.partnerID)].lost += 1
        }
    }

    // MARK: Result

    /// The records of everything taken in.
    public func result() -> ProgramRecords {
        var records = records
        records.processing.persons = persons.count
        let cards = model.result()
        records.models = cards.suffix(ProgramRecords.modelsMax)
        records.modelVersions = cards.count
        records.retention = records.retention.suffix(ProgramRecords.executionsMax)
        records.fairness = partners
        records.countries = countriesWithRates
        records.jainOfAssigned = JainIndex.of(records.fairness.map { Double($0.assigned) })
        records.processing.timeLimits = ProgramRecords.TimeLimit.all(policies.last?.fact.policy.retention)
        records.processing.recipients = Set(transfers.values.lazy.map(\.partner)).sorted()
        records.promises = promises.values.sorted { $0.partner < $1.partner }.map { promise in
            var promise = promise
            promise.meanSeconds =
                promise.met > 0 ? Double(responseMicros[promise.partner] ?? 0) / Double(promise.met) / 1_000_000 : nil
            return promise
        }
        records.archived = archived
        for (index, policy) in policies.map(\.fact.policy).enumerated() {
            records.policies[index].hardRules = policy.hardRules.map(words.rule)
            records.policies[index].words = words.policy(policy, currency: currency)
        }
        records.transfers = transfers.values.sorted { ($0.leadResidency, $0.partner) < ($1.leadResidency, $1.partner) }
        records.impact = impact.result(records, policy: policies.last?.fact.policy)
        return records
    }

    /// What the journal states, with where it went, and segments whose statement has left it too.
    private var archived: [ProgramRecords.Archival] {
        var rows = records.archived
        for segment in left {
            if let index = rows.lastIndex(where: { $0.position == segment.statement }) {
                rows[index].path = segment.path
            } else {
                rows.append(
                    .init(
                        first: segment.first, next: segment.next, archive: "\(segment.archiveDigest)",
                        position: segment.statement, time: nil, archivedBy: nil, path: segment.path))
            }
        }
        return rows.sorted { $0.next < $1.next }
    }

    private var partners: [ProgramRecords.PartnerFairness] {
        var rows = fairness.values.sorted { $0.partner < $1.partner }
        for index in rows.indices {
            let row = rows[index], held = row.assigned + row.byHuman + row.fromHistory
            rows[index].overrideRate = held > 0 ? Double(row.overridden) / Double(held) : nil
            rows[index].selectionRate = inQuestion[row.partner].map { Double(row.assigned) / Double($0) }
        }
        let highest = rows.lazy.compactMap(\.selectionRate).max() ?? 0
        if highest == 0 { return rows }
        for index in rows.indices { rows[index].disparity = rows[index].selectionRate.map { $0 / highest } }
        return rows
    }

    private var countriesWithRates: [ProgramRecords.CountryFairness] {
        var rows = countries.values.sorted { $0.country < $1.country }
        for index in rows.indices { rows[index].rate = Double(rows[index].assigned) / Double(rows[index].leads) }
        let highest = rows.lazy.map(\.rate).max() ?? 0
        if highest == 0 { return rows }
        for index in rows.indices { rows[index].disparity = rows[index].rate / highest }
        return rows
    }
}

extension Event {
    /// True if it says that a lead came again.
    fileprivate var isRepetition: Bool { if case .leadMerged(let event) = self { event.sameID } else { false } }
}
