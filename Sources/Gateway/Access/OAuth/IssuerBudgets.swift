/// How much those whom an issuer names may have done a day, as its settings say.
struct IssuerBudgets: Sendable, Equatable {
    /// Lines of the settings at most.
    static let subjectsMax = 1_000

    /// Of each whom no other line is about.
    var everyone = Budgets()
    /// By `sub`, or by the principal's id.
    var subjects: [String: Budgets] = [:]
}

extension IssuerBudgets {
    /// - Parameter fields: those of the settings; what is read of them is taken out.
    init(_ fields: inout BodyFields) throws {
        guard var inner = try fields.fields("budgets") else { return }
        everyone = try Self.budgets(inner.fields("everyone"), "budgets.everyone")
        let named = inner.any("subjects")
        if let rest = inner.rest.first { throw Refusal.invalid("There is no such key.", field: "budgets.\(rest)") }
        guard let named else { return }
        guard case .object(let lines) = named, lines.count <= Self.subjectsMax,
            lines.keys.allSatisfy({ (1...255).contains($0.utf8.count) })
        else {
            throw Refusal.invalid("It names at most \(Self.subjectsMax) subjects.", field: "budgets.subjects")
        }
        for (subject, line) in lines.sorted(by: { $0.key < $1.key }) {
            guard case .object(let values) = line else {
                throw Refusal.invalid("A subject's budgets are an object.", field: "budgets.subjects")
            }
            subjects[subject] = try Self.budgets(BodyFields(values), "budgets.subjects")
        }
    }

    private static func budgets(_ fields: BodyFields?, _ place: String) throws -> Budgets {
        guard var fields else { return Budgets() }
        let budgets: Budgets
        do { budgets = try Budgets(&fields) } catch {
            var refusal = error
            refusal.field = place + "." + refusal.field
            throw refusal
        }
        if let rest = fields.rest.first { throw Refusal.invalid("There is no such key.", field: place + "." + rest) }
        return budgets
    }
}

extension Budgets {
    /// Budgets as a request's fields or a file's say them; what is read of the fields is taken out.
    init(_ fields: inout BodyFields) throws(Refusal) {
        self.init(
            leadsPerDay: try fields.number(Name.leads.rawValue, 0...Self.most),
            valueMinorUnitsPerDay: try fields.number(Name.value.rawValue, 0...Self.most),
            offersPerDay: try fields.number(Name.offers.rawValue, 0...Self.most))
    }
}
