import Foundation
import LeadlineSchemas

/// Which leads a task speaks of, by what was asked and what was answered: whatever stands under a name with "lead" in it,
/// and under an event's subject.
struct LeadMentions {
    /// Leads that a task is kept for at most.
    static let most = 1_000

    private(set) var ids: Set<String> = []
    /// True if it speaks of more.
    private(set) var areTooMany = false

    /// - Parameter answer: JSON; nil where nothing is kept of one.
    init(_ asked: [String: JSONValue], answered answer: String?) {
        look(.object(asked), isLead: false)
        if let answer, let value = JSONValue(json: Array(answer.utf8)) { look(value, isLead: false) }
    }

    /// What a message names before anybody has looked whether it may: texts alone, and of arguments that the tool has.
    init(of tool: Tool, asked: [String: JSONValue], answered answer: String? = nil) {
        let names = tool.choices.reduce(into: Set<String>()) { $0.formUnion(ToolSchemas.names(of: $1.operation)) }
        self.init(
            asked.filter { name, value in if case .text = value { names.contains(name) } else { false } },
            answered: answer)
    }

    private mutating func look(_ value: JSONValue, isLead: Bool) {
        switch value {
        case .text(let text): if isLead, FieldLimits.isID(text) { note(text) }
        case .list(let values): for value in values { look(value, isLead: isLead) }
        case .object(let members): for (name, value) in members { look(value, isLead: Self.isLeads(name)) }
        case .null, .flag, .whole, .number: break
        }
    }

    private mutating func note(_ lead: String) {
        if ids.count < Self.most || ids.contains(lead) { ids.insert(lead) } else { areTooMany = true }
    }

    private static func isLeads(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.utf8.firstRange(of: "lead".utf8) != nil || name == "subject"
    }
}
