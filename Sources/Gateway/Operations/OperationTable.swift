import HTTPTypes

/// Every operation there is.
enum OperationTable {
    static let all: [Operation] =
        LeadOperations.all + LinkOperations.all + AnswerOperations.all + ReviewOperations.all + ClaimOperations.all
        + ReturnOperations.all + OfferOperations.all + EventOperations.all + DecisionOperations.all
        + PartnerOperations.all + CommissionOperations.all + PolicyOperations.all + RateOperations.all
        + ReportOperations.all
        + KeyOperations.all + AgentOperations.all
        + WebhookOperations.all + DeadLetterOperations.all + AuditOperations.all + RightsOperations.all
        + ProgramOperations.all + JobOperations.all + ActionLinkOperations.all + SessionOperations.all
        + ServiceOperations.all

    /// Routes by which another protocol is spoken, and the dashboard's pages; whatever is asked there is asked of the operations above.
    static let faces: [Operation] = MCPRoute.all + A2ARoutes.all + DashboardRoutes.all

    /// The row of an id that our own code names.
    static func row(_ id: String) -> Operation {
        guard let operation = all.first(where: { $0.id == id }) else { preconditionFailure("\(id) is no operation") }
        return operation
    }

    /// Methods that a path takes; none where there is no such path.
    static func methods(of path: String) -> [HTTPRequest.Method] {
        var methods: [HTTPRequest.Method] = []
        for operation in all + faces where operation.matches(path) {
            methods.append(operation.method)
            if operation.method == .get { methods.append(.head) }
        }
        return methods.isEmpty ? [] : methods + [.options]
    }
}
