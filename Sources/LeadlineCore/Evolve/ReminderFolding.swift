// Reminders of a promise. Before logic version 5 there was one at most.

extension LeadTable.Lead {
    /// Which reminder is sent at a moment at which one is due: the last whose time has come; nil once the deadline has,
    /// for then a reminder says nothing that the next entry does not undo.
    func reminderToSend(at stamp: Timestamp) -> UInt32? {
        if dueAt <= stamp { return nil }
        let passed = laterReminders.prefix { $0 <= stamp }.count
        return UInt32(Int(reminderCount) - laterReminders.count + passed)
    }
}

extension State {
    /// The lead's reminders, as it was assigned with them.
    mutating func planReminders(_ event: LeadAssigned, _ slot: Int) {
        leads.leads[slot].remindAt = event.remindAt ?? .distantFuture
        leads.leads[slot].laterReminders = event.laterReminders.map(\.at)
        leads.leads[slot].reminderCount = isLogic(5) && event.remindAt != nil
            ? UInt8(clamping: 1 + event.laterReminders.count) : 0
        if let reminder = event.remindAt { agenda.add(.reminder, UInt32(slot), at: reminder) }
    }

    mutating func stopReminders(_ slot: Int) {
        leads.leads[slot].remindAt = .distantFuture
        leads.leads[slot].laterReminders = []
        leads.leads[slot].reminderCount = 0
    }

    /// A reminder is due: it and all others whose time has come are over, sent or not.
    mutating func takeDueReminder(_ through: Timestamp, at stamp: Timestamp) {
        guard isLogic(5), let item = agenda.first, item.at <= through, item.kind == .reminder else { return }
        let slot = Int(item.index)
        let rest = leads.leads[slot].laterReminders.drop { $0 <= stamp }
        guard let next = rest.first, leads.leads[slot].dueAt > stamp else { return stopReminders(slot) }
        leads.leads[slot].remindAt = next
        leads.leads[slot].laterReminders = Array(rest.dropFirst())
        agenda.add(.reminder, item.index, at: next)
    }

    mutating func noteReminder(_ event: ReminderDue) {
        if isLogic(5) { return }
        if let slot = leads.slot(of: event.leadID) { leads.leads[slot].remindAt = .distantFuture }
    }
}
