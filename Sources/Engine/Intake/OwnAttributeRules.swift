import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

/// What intake asks of a lead's own attributes. They are sealed, but for those that the policy declares, so that the
/// limits of clear fields do not reach them: they are looked over before they are split.
public enum OwnAttributeRules {
    /// Most attributes of one message.
    public static let countMax = 64
    /// Longest value, in characters as Unicode counts them.
    public static let valueCharactersMax = 2_000

    /// - Throws: what its author must mend; the attribute is told by its place, and never quoted.
    static func check(_ lead: some LeadMessage) throws(Rejection) {
        if lead.attributes.count > countMax { throw invalid("attributes", "has more than \(countMax) entries") }
        for (place, attribute) in lead.attributes.enumerated() {
            let which = "in entry \(place + 1)"
            guard FieldLimits.isID(attribute.name) else {
                throw invalid("attributes.name", "must be an id, [A-Za-z0-9._:-]{1,128}, \(which)")
            }
            if attribute.value.unicodeScalars.count > valueCharactersMax {
                throw invalid("attributes.value", "has more than \(valueCharactersMax) characters, \(which)")
            }
        }
        // What a producer states here is held to the limits that it would have in clear.
        if lead.declaredAttributes.count > countMax {
            throw invalid("declared_attributes", "has more than \(countMax) entries")
        }
        do throws(LimitBreach) {
            for attribute in lead.declaredAttributes {
                try FieldLimits().id(attribute.name, "declared_attributes.name", required: true)
                try FieldLimits().word(attribute.value, "declared_attributes.value", required: true)
            }
        } catch { throw Rejection(error) }
    }

    /// Puts all of a message's attributes in one place, whatever it says of them itself: which stand in clear is the
    /// policy's to say. Of a name that is stated more than once the last statement counts, as of a field (protobuf, "Last
    /// One Wins").
    /// - Returns: whether anything was moved or taken out.
    static func gather(_ lead: inout some LeadMessage) -> Bool {
        if lead.attributes.isEmpty && lead.declaredAttributes.isEmpty { return false }
        let stated = lead.attributes.count
        let declared = lead.declaredAttributes.map { declared in
            WireOwnAttribute.with { ($0.name, $0.value) = (declared.name, declared.value) }
        }
        var seen: Set<String> = []
        let all = (lead.attributes + declared).reversed().filter { seen.insert($0.name).inserted }
        lead.attributes = all.reversed()
        lead.declaredAttributes = []
        return !declared.isEmpty || all.count < stated
    }

    /// Takes what the policy in force declares out of what is sealed, and states it with the fact.
    /// - Throws: what its author must mend, where the policy refuses all others.
    static func declare(_ checked: inout CheckedRecord, by policy: AttributePolicy) throws(Rejection) {
        guard policy != AttributePolicy() else { return }
        guard checked.kind == .leadSubmitted || checked.kind == .leadUpdated, !checked.sealed.isEmpty else { return }
        let (declared, sealed, left) = try taken(checked.sealed, by: policy)
        if let first = left.first, let refusal = refusal(of: first.name, first.value, by: policy) { throw refusal }
        if declared.isEmpty { return }
        checked.clear += OwnAttributeFields.bytes(declared)
        checked.sealed = sealed
        switch checked.fact {
        case .leadSubmitted(var fact):
            fact.declaredAttributes = declared
            checked.fact = .leadSubmitted(fact)
        case .leadUpdated(var fact):
            fact.declaredAttributes = declared
            checked.fact = .leadUpdated(fact)
        default: break
        }
    }

    /// What a policy that refuses undeclared attributes says of one; nil where it takes it.
    static func refusal(of name: String, _ value: String, by policy: AttributePolicy) -> Rejection? {
        if policy.undeclared == .sealed || policy.declares(name, value) { return nil }
        return refusal(of: name, policy.rules)
    }

    private static func taken(_ sealed: [UInt8], by policy: AttributePolicy) throws(Rejection) -> (
        declared: [DeclaredAttribute], sealed: [UInt8], left: [DeclaredAttribute]
    ) {
        do { return try OwnAttributeFields.takeDeclared(sealed, by: policy) } catch {
            throw Rejection(.malformed, "the data is not protobuf of this message type")
        }
    }

    /// Names that the policy declares are quoted, and no others, nor any value.
    private static func refusal(of name: String, _ rules: [AttributeRule]) -> Rejection {
        guard let rule = rules.first(where: { $0.name == name }) else {
            let names = rules.map(\.name).joined(separator: ", ")
            return invalid(
                "attributes.name",
                "is one that the policy in force does not declare, and it refuses those: "
                    + (names.isEmpty ? "it declares none" : "it declares \(names)"))
        }
        let spelling = rule.type == .number ? ", without zeros before it" : ""
        return invalid(
            "attributes.value", "of \(rule.name) must be \(rule.valuesText)\(spelling), as the policy in force declares")
    }

    private static func invalid(_ field: String, _ says: String) -> Rejection {
        Rejection(.invalidField, "\(field) \(says)", field: field)
    }
}

/// The two messages that state what a lead is.
protocol LeadMessage {
    var country: String { get set }
    var attributes: [WireOwnAttribute] { get set }
    var declaredAttributes: [WireDeclaredAttribute] { get set }
}

extension WireLeadSubmitted: LeadMessage {}
extension WireLeadUpdated: LeadMessage {}

extension AttributePolicy {
    /// What a policy says before it is published; a rule that has no type yet declares nothing.
    init(_ policy: WirePolicy) {
        let rules = policy.attributes.compactMap { rule in
            UInt8(exactly: rule.type.rawValue).flatMap(AttributeType.init).map { type in
                AttributeRule(
                    name: rule.name, type: type, values: rule.values, atLeast: rule.hasAtLeast ? rule.atLeast : nil,
                    atMost: rule.hasAtMost ? rule.atMost : nil)
            }
        }
        self.init(rules: rules, undeclared: policy.undeclaredAttributes == .refused ? .refused : .sealed)
    }
}
