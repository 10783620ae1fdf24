// The open leads of each person, the newest first. Since logic version 7.

extension State {
    mutating func linkToPerson(_ slot: Int) {
        let subject = leads.leads[slot].subject
        guard isLogic(7), subject != .zero else { return }
        leads.leads[slot].personLink = newestOpen[subject] ?? LeadTable.nowhere
        newestOpen[subject] = UInt32(slot)
    }

    mutating func unlinkFromPerson(_ slot: Int) {
        let subject = leads.leads[slot].subject
        guard isLogic(7), subject != .zero, let newest = newestOpen[subject] else { return }
        let head = leads.unchain(slot, from: newest, by: \.personLink)
        newestOpen[subject] = head == LeadTable.nowhere ? nil : head
    }

    /// Of leads that were there before, in the order in which they came.
    mutating func beginPersonLinks() {
        let open = leads.leads.indices.filter { leads.leads[$0].isOpen }
        let order = open.sorted { a, b in
            let (x, y) = (leads.leads[a].submittedAt, leads.leads[b].submittedAt)
            return x == y ? a < b : x < y
        }
        for slot in order { linkToPerson(slot) }
    }

    /// Whom nobody's link leads to is its person's newest.
    mutating func rebuildPersonLinks(_ at: Int) throws(StateBytesError) {
        var isOlder = BitRow()
        for lead in leads.leads where lead.personLink != LeadTable.nowhere {
            guard lead.personLink < leads.leads.count else { throw .invalid(at: at) }
            isOlder[Int(lead.personLink)] = true
        }
        for slot in leads.leads.indices
        where leads.leads[slot].isOpen && leads.leads[slot].subject != .zero && !isOlder[slot] {
            newestOpen[leads.leads[slot].subject] = UInt32(slot)
        }
    }
}
