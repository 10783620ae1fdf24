import DequeModule

/// Closed leads whose persons' keys the policy has destroyed in time, in order of closing. Kept from logic 2 on, and
/// only for what the policy does not keep for ever.
struct RetentionQueue: Sendable {
    struct Lead: Sendable, Equatable {
        var id: String
        var subject: Digest128
    }

    /// A lead whose time is over.
    struct Due: Sendable, Equatable {
        var lead: Lead
        var category: RetentionCategory
        var closedAt: Timestamp
    }

    /// Leads that one entry applies the policy to at most; the next entry takes the rest.
    static let leadsMax = 1_000

    private(set) var deals = TimedQueue<Lead>()
    private(set) var others = TimedQueue<Lead>()
    /// The first day, counted from 1970, of which rejected records are still kept.
    var lettersFrom: Int64 = 0

    mutating func append(_ lead: Lead, _ category: RetentionCategory, at stamp: Timestamp) {
        switch category {
        case .closedDeal: deals.append(lead, at: stamp)
        case .otherLead: others.append(lead, at: stamp)
        case .deadLetter: preconditionFailure("rejected records are no leads")
        }
    }

    mutating func clear(_ category: RetentionCategory) {
        switch category {
        case .closedDeal: deals = TimedQueue()
        case .otherLead: others = TimedQueue()
        case .deadLetter: break
        }
    }

    /// Takes a person out who was erased on request.
    mutating func remove(_ subject: Digest128) {
        deals.removeAll { $0.subject == subject }
        others.removeAll { $0.subject == subject }
    }

    /// When something's time is over next: at the end of a day, so that what a day brought falls due together.
    func firstDue(_ rule: RetentionRule) -> Timestamp? {
        guard let leads = firstLeadDue(rule) else { return lettersDue(rule) }
        return min(leads, lettersDue(rule) ?? leads)
    }

    private func lettersDue(_ rule: RetentionRule) -> Timestamp? {
        if rule.deadLetterDays == 0 { return nil }
        return Timestamp(micros: (lettersFrom + Int64(rule.deadLetterDays) + 1) * Timestamp.microsPerDay)
    }

    /// The day before which rejected records are kept no longer at a moment; nil if there is nothing new.
    func lettersEnd(through moment: Timestamp, _ rule: RetentionRule) -> Int64? {
        guard let due = lettersDue(rule), due <= moment else { return nil }
        return moment.micros / Timestamp.microsPerDay - Int64(rule.deadLetterDays)
    }

    private func firstLeadDue(_ rule: RetentionRule) -> Timestamp? {
        let deal = deals.items.first.flatMap { rule.due($0.at, .closedDeal) }
        guard let other = others.items.first.flatMap({ rule.due($0.at, .otherLead) }) else { return deal }
        return min(deal ?? other, other)
    }

    /// Leads whose time is over at a moment, deals first, at most `leadsMax`.
    func due(through moment: Timestamp, _ rule: RetentionRule) -> [Due] {
        var found: [Due] = []
        for category in RetentionCategory.ofLeads {
            for item in queue(category).items {
                guard found.count < Self.leadsMax, let due = rule.due(item.at, category), due <= moment else { break }
                found.append(Due(lead: item.element, category: category, closedAt: item.at))
            }
        }
        return found
    }

    /// Takes out what `due` gave.
    mutating func remove(_ due: [Due]) {
        for item in due {
            switch item.category {
            case .closedDeal: _ = deals.popFirst(before: .distantFuture)
            case .otherLead: _ = others.popFirst(before: .distantFuture)
            case .deadLetter: break
            }
        }
    }

    private func queue(_ category: RetentionCategory) -> TimedQueue<Lead> {
        switch category {
        case .closedDeal: deals
        case .otherLead: others
        case .deadLetter: TimedQueue()
        }
    }
}

extension RetentionRule {
    /// When the time of a lead closed at `stamp` is over: at the end of the day on which its days have passed; nil for
    /// ever.
    func due(_ stamp: Timestamp, _ category: RetentionCategory) -> Timestamp? {
        let days = days(category)
        if days == 0 { return nil }
        let passed = stamp.adding(micros: Int64(days) * Timestamp.microsPerDay)
        return passed.adding(micros: Timestamp.microsPerDay - passed.micros % Timestamp.microsPerDay)
    }
}

extension LeadTable.Lead {
    /// Under which rule the closed lead is kept.
    var retentionCategory: RetentionCategory { flags.contains(.learned) ? .closedDeal : .otherLead }
}

extension State {
    /// When something's time is over next.
    var retentionDue: Timestamp? {
        guard let rule = policy?.retention else { return nil }
        return retention.firstDue(rule)
    }

    /// What is kept no longer.
    struct Ended {
        var leads: [RetentionQueue.Due]
        /// Rejected records that came before this day.
        var lettersBefore: Int64?
    }

    /// What the time up to `through` ends the keeping of; nil while a timer is due before.
    func retentionEnded(through: Timestamp) -> Ended? {
        guard let rule = policy?.retention, let due = retention.firstDue(rule), due <= through,
            agenda.first.map({ due < $0.at }) ?? true
        else { return nil }
        return Ended(
            leads: retention.due(through: through, rule), lettersBefore: retention.lettersEnd(through: through, rule))
    }

    /// Forgets what `retentionEnded` gave.
    mutating func end(_ ended: Ended) {
        retention.remove(ended.leads)
        if let before = ended.lettersBefore { retention.lettersFrom = before }
    }

    /// Persons among these who have a lead that is open, or closed and still kept: their key stays until that is over.
    func kept(_ due: [RetentionQueue.Due], at moment: Timestamp) -> Set<Digest128> {
        var kept: Set<Digest128> = []
        guard let rule = policy?.retention else { return kept }
        let subjects = Set(due.map(\.lead.subject))
        for slot in leads.leads.indices where subjects.contains(leads.leads[slot].subject) {
            let lead = leads.leads[slot]
            switch lead.status {
            case .received, .assigned, .escalated, .offered: kept.insert(lead.subject)
            case .merged: break
            case .closed:
                guard let end = rule.due(lead.dueAt, lead.retentionCategory), end <= moment else {
                    kept.insert(lead.subject)
                    break
                }
            }
        }
        return kept
    }

    /// Takes up a policy's retention: leads that were closed before count as well, as far as they are remembered.
    mutating func adopt(_ rule: RetentionRule, before: RetentionRule) {
        if rule.deadLetterDays > 0 && before.deadLetterDays == 0 {
            // Today ends what is too old by now.
            retention.lettersFrom = Int64(Self.day(lastStamp)) - Int64(rule.deadLetterDays) - 1
        }
        for category in RetentionCategory.ofLeads {
            if rule.days(category) == 0 { retention.clear(category) }
            guard rule.days(category) > 0, before.days(category) == 0 else { continue }
            for item in leads.closed.items {
                let lead = leads.leads[Int(item.element)]
                guard lead.status == .closed, lead.retentionCategory == category,
                    lead.subject != .zero
                else { continue }
                retention.append(.init(id: lead.id, subject: lead.subject), category, at: item.at)
            }
        }
    }

    /// Notes a lead that was closed, where the policy does not keep it for ever.
    mutating func noteClosing(_ slot: Int, _ reason: ClosingReason, at stamp: Timestamp) {
        let lead = leads.leads[slot]
        guard let rule = policy?.retention, rule.days(lead.retentionCategory) > 0, reason != .erased,
            lead.subject != .zero
        else { return }
        retention.append(.init(id: lead.id, subject: lead.subject), lead.retentionCategory, at: stamp)
    }
}

// MARK: - Canonical bytes

extension RetentionQueue {
    func write(to w: inout StateWriter) {
        w.put(lettersFrom)
        for queue in [deals, others] {
            w.put(each: queue.items) { w, item in
                w.put(item.at)
                w.put(item.element.id)
                w.put(item.element.subject)
            }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init()
        lettersFrom = try r.get()
        for category in RetentionCategory.ofLeads {
            for _ in 0..<(try r.count()) {
                let at = try r.timestamp()
                let id = try r.string()
                append(.init(id: id, subject: try r.digest()), category, at: at)
            }
        }
    }
}
