import LeadlineCore

extension ProgramRecords {
    /// How long something is kept.
    public struct TimeLimit: Sendable, Codable, Equatable {
        /// What is kept.
        public var what: String
        /// Days; nil where no limit is set.
        public var days: UInt32?
        /// From when the days count, or why there is no limit.
        public var note: String

        /// The limits that a policy sets, and those that nothing sets.
        static func all(_ rule: RetentionRule?) -> [TimeLimit] {
            func limit(_ what: String, _ category: RetentionCategory, _ from: String) -> TimeLimit {
                let days = rule?.days(category) ?? 0
                return TimeLimit(
                    what: what, days: days == 0 ? nil : days,
                    note: days == 0
                        ? "no limit is set: kept until the person is erased" : "\(from); then the key is destroyed")
            }
            return [
                limit("sealed data of leads whose deal was won or lost", .closedDeal, "from the end of the deal"),
                limit("sealed data of leads that were closed otherwise", .otherLead, "from the closing"),
                limit("records that could not be taken in", .deadLetter, "from their coming"),
                TimeLimit(
                    what: "digests by which a producer's repetition is told", days: 30,
                    note: "from the event, in logical time; keyed, 16 bytes"),
                TimeLimit(
                    what: "what gateways keep of agents' tasks (agents.db)", days: 30,
                    note: "from the last change of the task: keyed digests of messages and leads, and sealed which "
                        + "lead, partner or month was asked about and what a change was answered with; a task goes "
                        + "with the person of any lead in it"),
                TimeLimit(
                    what: "the journal's clear part", days: nil,
                    note: "kept with the journal, for proofs and replay; it names nobody once the key is destroyed"),
                TimeLimit(what: "the access log", days: nil, note: "kept in the data folder; no limit is set"),
            ]
        }
    }
}
