import Foundation
import LeadlineSchemas

/// Which leads a task speaks of, by what was asked and what was answered: whatever stands under a name with "lead" in it,
/// and under an event's subject.
struct LeadMentions {
    private(set) var ids: Set<String> = []

    /// - Parameter answer: JSON; nil where nothing is kept of one.
    init(_ asked: [String: JSONValue], answered answer: String?) {
        look(.object(asked), isLead: false)
        if let answer, let value = JSONValue(json: Array(answer.utf8)) { look(value, isLead: false) }
    }

    private mutating func look(_ value: JSONValue, isLead: Bool) {
        switch value {
        case .text(let text): if isLead, FieldLimits.isID(text) { ids.insert(text) }
        case .list(let values): for value in values { look(value, isLead: isLead) }
        case .object(let members): for (name, value) in members { look(value, isLead: Self.isLeads(name)) }
        case .null, .flag, .whole, .number: break
        }
    }

    private static func isLeads(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.utf8.firstRange(of: "lead".utf8) != nil || name == "subject"
    }
}
