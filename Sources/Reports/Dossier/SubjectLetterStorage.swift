import Audit
import LeadlineCore

// For how long the data is kept.

extension SubjectLetter {
    var storage: [Part] {
        guard let retention = facts.retention else { return [.paragraph(words.text("storage.noPolicy"))] }
        func period(_ days: UInt32, _ name: String) -> String {
            days == 0 ? words.text("storage.unlimited") : words.text(name, ["count": .count(Int(days))])
        }
        let isLimited = retention.closedDealDays > 0 || retention.otherLeadDays > 0
        return [
            .fact(words.text("storage.deals"), period(retention.closedDealDays, "storage.afterClosing")),
            .fact(words.text("storage.others"), period(retention.otherLeadDays, "storage.afterClosing")),
            .fact(words.text("storage.refused"), period(retention.deadLetterDays, "storage.afterArrival")),
            .paragraph(words.text("storage.open")),
        ] + (isLimited ? [.paragraph(words.text("storage.end"))] : [])
    }
}
