import Engine
import LeadlineCore

/// Leads whose persons were erased: for what is kept of leads outside of the journal.
public struct ErasedLeads: Sendable {
    /// Their ids.
    public let leads: [String]
    /// The last entry that erases anybody; nil where none does.
    public let through: UInt64?
}

extension Deployment {
    /// Leads whose persons were erased, or had their data's time, by entries after one.
    /// - Parameter position: that entry; nil begins with the first.
    public func leadsErased(after position: UInt64?) throws(Problem) -> ErasedLeads {
        try Problem.told {
            let found = try leadsProjection().leadsErased(after: position, program: program)
            return ErasedLeads(leads: found.leads, through: found.through)
        }
    }

    /// The last entry that erases anybody; nil where none does.
    public func lastErasure() throws(Problem) -> UInt64? {
        try Problem.told { try leadsProjection().lastErasure(of: program) }
    }

    /// Whether a person of any of these leads was erased.
    public func isAnyErased(_ leads: Set<String>) throws(Problem) -> Bool {
        try Problem.told { try leadsProjection().isAnyErased(leads, program: program) }
    }
}
