public import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf

extension Deployment {
    /// A person says that a lead is linked to another or to its company, or that it is not; waits until that is
    /// journaled, and says what came of it.
    /// - Parameters:
    ///   - statement: the links; `decidedBy` is the id of who says so. The asker's reason is sealed in the journal.
    ///   - linked: false undoes the link.
    public func state(_ statement: LeadLinkStatement, linked: Bool) async throws(Problem) -> (
        position: UInt64, events: [Event]
    ) {
        try await Problem.told {
            let link: WireLeadLink = statement.link == .sameCompany ? .sameCompany : .sameEnquiry
            let reason = asker.reason
            if linked {
                return try await submit(event(.leadsLinked, try WireLeadsLinked.with {
                    ($0.leadID, $0.otherLeadID, $0.link) = (statement.leadID, statement.otherLeadID, link)
                    ($0.decidedBy, $0.reason) = (statement.decidedBy, reason)
                }.jsonString()))
            }
            return try await submit(event(.leadsUnlinked, try WireLeadsUnlinked.with {
                ($0.leadID, $0.otherLeadID, $0.link) = (statement.leadID, statement.otherLeadID, link)
                ($0.decidedBy, $0.reason) = (statement.decidedBy, reason)
            }.jsonString()))
        }
    }
}
