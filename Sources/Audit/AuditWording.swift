public import LeadlineCore

/// The words for what Audit writes down about a journal in dossiers and records. Audit says what happened; how it is
/// said is the business of whoever shows it.
public protocol AuditWording: Sendable {
    /// The events of an entry in one line.
    func line(_ events: [Event], currency: String) -> String
    /// A hard rule with its name.
    func rule(_ rule: HardRule) -> String
    /// A whole policy, each of its fields in a line.
    func policy(_ policy: Policy, currency: String) -> [String]
    /// Why a partner was out before scoring.
    func exclusion(_ partner: ExcludedPartner, in explanation: Explanation) -> String
    /// An explanation, line by line, every partner in it.
    func explanation(_ explanation: Explanation) -> [String]
    /// The value that an event stated.
    func value(_ source: ValueSource) -> String
    /// Why a partner no longer holds a lead, by the event that took it away; a lead that went to the next one has none.
    func ending(_ event: Event?) -> String
    /// What a human decided, and what came of it.
    func outcome(_ decision: HumanDecisionRecorded.Decision, _ events: [Event], currency: String) -> String
    /// What was changed for a counterfactual.
    func change(_ change: Counterfactual.Change) -> String
    /// What came of it.
    func outcome(_ counterfactual: Counterfactual) -> String
    /// The procedure and the principles that were applied to a person, from what the dossier holds.
    func account(_ dossier: Dossier) -> [String]
    /// How a dossier's decisions were tested.
    var method: String { get }
}
