import LeadlineSchemas
import UseCases

/// What a request for a key must be.
enum GrantRules {
    static func check(_ request: GrantRequest) throws(Problem) {
        try check(days: request.days)
        try check(request.budgets)
        guard FieldLimits.isID(request.program) else {
            throw Problem(.invalid, "no program can have this id; ids match [A-Za-z0-9._:-]{1,128}", at: "program")
        }
        if request.role.isPartner != (request.partner != nil) {
            throw Problem(
                .invalid,
                request.role.isPartner
                    ? "a key of the role \(request.role.rawValue) speaks for one partner, and none is named"
                    : "a key of the role \(request.role.rawValue) speaks for no partner", at: "partner")
        }
        if let partner = request.partner, !FieldLimits.isID(partner) {
            throw Problem(.invalid, "no partner can have this id; ids match [A-Za-z0-9._:-]{1,128}", at: "partner")
        }
        if let scopes = request.scopes, let one = scopes.subtracting(request.role.scopes).map(\.rawValue).min() {
            throw Problem(.invalid, "the role \(request.role.rawValue) does not have the scope \(one)", at: "scopes")
        }
        guard request.sources.count <= 100, request.sources.allSatisfy({ (1...512).contains($0.utf8.count) }) else {
            throw Problem(.invalid, "give at most 100 sources of 1 to 512 bytes", at: "sources")
        }
        if request.sources.contains("*") && request.role != .admin {
            throw Problem(.invalid, "only an admin's key may send from any source", at: "sources")
        }
        guard request.label.utf8.count <= 128 else {
            throw Problem(.invalid, "a label has at most 128 bytes", at: "label")
        }
    }

    static func check(_ budgets: Budgets) throws(Problem) {
        for name in Budgets.Name.allCases {
            guard let budget = budgets[name], !(0...Budgets.most).contains(budget) else { continue }
            throw Problem(.invalid, "a budget is from 0 to \(Budgets.most)", at: name.rawValue)
        }
    }

    static func check(days: Int) throws(Problem) {
        guard (1...1_830).contains(days) else {
            throw Problem(.invalid, "a key holds from 1 to 1830 days", at: "days")
        }
    }
}
