/// What a program's journal says of itself to an auditor: registers and logs, without any personal data. Field names
/// are a contract.
public struct ProgramRecords: Sendable, Codable, Equatable {
    /// What is processed, on what ground and for whom (GDPR Art. 30).
    public struct Processing: Sendable, Codable, Equatable {
        /// Why personal data is processed.
        public var purpose: String
        /// Whose data it is.
        public var people: String
        /// Leads by lawful basis.
        public var lawfulBases: [String: Int] = [:]
        /// Entries by kind of input.
        public var inputs: [String: Int] = [:]
        /// Entries with sealed fields.
        public var sealedEntries = 0
        /// Persons, counted by their random ids.
        public var persons = 0
        /// Categories of data.
        public var categories: [DataCategory] = DataCategory.all
        /// How long each kind is kept, by the policy in force.
        public var timeLimits: [TimeLimit] = []
        /// Partners that got leads: the recipients, by id.
        public var recipients: [String] = []
        /// Technical and organisational measures.
        public var measures: [String]
    }

    /// One version of the policy.
    public struct PolicyCard: Sendable, Codable, Equatable {
        /// Its content hash.
        public var version: String
        /// Its own name.
        public var name: String
        /// Position of the entry that published it.
        public var position: UInt64
        /// In force from, RFC 3339.
        public var from: String
        /// Until; nil if it still is.
        public var until: String?
        /// The event that published it, where it came from outside.
        public var event: String?
        /// Who approved it, by the id that it names; nil if it names nobody.
        public var approver: String?
        /// Decisions made by it.
        public var decisions = 0
        /// Its hard rules, in words.
        public var hardRules: [String]
        /// How it chooses.
        public var method: String
        /// The whole policy in words, each of its fields in a line.
        public var words: [String] = []
        /// Fields that differ from the version before, by name: before and after.
        public var changes: [Change] = []
        /// What it would have changed, decided again over the history before it; nil where that was not computed.
        public var difference: Difference?
    }

    /// A field that a new version changed.
    public struct Change: Sendable, Codable, Equatable {
        /// Its name.
        public var field: String
        /// Nil where it was not set.
        public var before: String?
        /// Nil where it is not set any more.
        public var after: String?
        /// A change from its parts.
        public init(field: String, before: String?, after: String?) {
            self.field = field
            self.before = before
            self.after = after
        }
    }

    /// What a policy would have changed in the history before it.
    public struct Difference: Sendable, Codable, Equatable {
        /// Recorded decisions that were decided again.
        public var decisions: Int
        /// How many would have gone elsewhere.
        public var changed: Int
        /// A difference from its parts.
        public init(decisions: Int, changed: Int) {
            self.decisions = decisions
            self.changed = changed
        }
    }

    /// What predictions were worth, once outcomes were known: of awards whose partner was among the recorded best, by
    /// their first outcome.
    public struct ModelMetrics: Sendable, Codable, Equatable {
        /// Awards that were won or lost.
        public var outcomes = 0
        /// Won of them.
        public var won = 0
        /// Mean of what was predicted, 0 to 1.
        public var predicted = 0.0
        /// Share that was won.
        public var observed = 0.0
        /// Mean of -log of the probability given to what happened.
        public var logLoss = 0.0
        /// Mean square of probability minus outcome.
        public var brier = 0.0
    }

    /// One trained version of the model: what a month made of it under one logic version and one policy.
    public struct ModelCard: Sendable, Codable, Equatable {
        /// Hash over all that it had been told at the last decision that used it.
        public var version: String
        /// The month in which it learned and decided, in UTC: "2026-03".
        public var month: String
        /// The version of the decider's logic, which holds its settings.
        public var logicVersion: UInt32
        /// The policy that set its prior.
        public var policyVersion: String
        /// Who approved that policy, by the id that it names; nil if it names nobody.
        public var approver: String?
        /// First decision that used it, RFC 3339.
        public var from: String
        /// Last decision that used it.
        public var until: String
        /// Decisions that used it.
        public var decisions: Int
        /// Won deals that it had learned from by its last decision.
        public var won: Int
        /// Lost deals that it had learned from.
        public var lost: Int
        /// First position of what it had learned from.
        public var trainedFrom: UInt64?
        /// Last position of what it had learned from.
        public var trainedThrough: UInt64?
        /// SHA-256 over the outcomes it had learned from, in order, as a chain of Merkle leaves.
        public var dataHash: String
        /// What its predictions were worth; nil while none of them has an outcome.
        public var metrics: ModelMetrics?
    }

    /// How a partner fared.
    public struct PartnerFairness: Sendable, Codable, Equatable {
        /// The partner.
        public var partner: String
        /// Decisions in which it was among the best eight, those that stand beside history among them.
        public var considered = 0
        /// Leads that Leadline gave it.
        public var assigned = 0
        /// Leads that it had before Leadline decided: imported history.
        public var fromHistory = 0
        /// Leads that a human gave it.
        public var byHuman = 0
        /// Leads that it declined or that were taken back.
        public var takenBack = 0
        /// Deals it won.
        public var won = 0
        /// Deals it lost.
        public var lost = 0
        /// Reviews of leads that it held.
        public var reviews = 0
        /// Leads that a human took away from it or closed, asked to review them or not.
        public var overridden = 0
        /// `overridden` over the leads that it had; nil without leads.
        public var overrideRate: Double?
        /// Leads that Leadline gave it over Leadline's own decisions in which it was in question: among the best eight,
        /// or chosen otherwise than by its rank. What stands beside history does not count. Nil without any.
        public var selectionRate: Double?
        /// `selectionRate` over the highest of any partner: 1 is the highest; nil without a rate.
        public var disparity: Double?
    }

    /// What became of enquiries of one country on their first decision by Leadline.
    public struct CountryFairness: Sendable, Codable, Equatable {
        /// The country; empty where none is stated.
        public var country: String
        /// Enquiries that Leadline decided about.
        public var leads = 0
        /// Those that went to a partner.
        public var assigned = 0
        /// Those that went to a human.
        public var toHuman = 0
        /// Share that went to a partner.
        public var rate = 0.0
        /// `rate` over the highest of any country: 1 is the highest; nil where nobody's enquiries went to a partner.
        public var disparity: Double?
    }

    /// How a partner kept its promise of a first response.
    public struct PartnerPromise: Sendable, Codable, Equatable {
        /// The partner.
        public var partner: String
        /// Leads with a timer.
        public var timers = 0
        /// First responses in time.
        public var met = 0
        /// Timers that ran out.
        public var missed = 0
        /// Mean time to the first response in seconds; nil without any.
        public var meanSeconds: Double?
        /// Its time zone; empty where none is named.
        public var timeZone = ""
        /// Versions of the time-zone rules, with the position from which each holds.
        public var calendars: [String: UInt64] = [:]
    }

    /// Leads of one residency that one partner got.
    public struct Transfer: Sendable, Codable, Equatable {
        /// Where the lead's data must stay; empty where nothing is stated.
        public var leadResidency: String
        /// The partner.
        public var partner: String
        /// Where the partner keeps data, as its profile said at the newest of them.
        public var partnerResidencies: [String]
        /// Leads.
        public var leads: Int
        /// Leads whose residency the partner's profile did not cover at that moment.
        public var outside: Int
        /// Those of them that Leadline gave it; the others came by a human or from imported history.
        public var outsideByLeadline = 0
    }

    /// An erasure, a restriction or an objection; or leads whose time was over, one execution for all of a day.
    public struct Execution: Sendable, Codable, Equatable {
        /// "erasure", "restriction", "objection", "withdrawal" or "retention".
        public var kind: String
        /// Position of its entry.
        public var position: UInt64
        /// RFC 3339.
        public var time: String
        /// Events that came of it; of a retention, the leads whose persons' keys were destroyed.
        public var effects: Int
        /// The policy by which a retention was executed.
        public var policyVersion: String?
    }

    /// Entries that were moved to an archive.
    public struct Archival: Sendable, Codable, Equatable {
        /// Position of the first.
        public var first: UInt64
        /// The position after the last.
        public var next: UInt64
        /// SHA-256 of the archive's manifest, hexadecimal.
        public var archive: String
        /// Position of the entry that states it.
        public var position: UInt64
        /// When it was stated, RFC 3339; nil where the statement itself is archived and not at hand.
        public var time: String?
        /// Who archived, by the id that it names; nil if it names nobody or is not at hand.
        public var archivedBy: String?
        /// Where the archive was when the entries left; nil where they are here still.
        public var path: String?
    }

    /// An adoption of a logic version.
    public struct LogicChange: Sendable, Codable, Equatable {
        /// The version.
        public var version: UInt32
        /// Position of the first entry that was decided by it.
        public var position: UInt64
        /// When it was adopted, RFC 3339.
        public var time: String
        /// The event that adopted it, where it came from outside.
        public var event: String?
    }

    /// The program.
    public var program: String
    /// Art. 30.
    public var processing: Processing
    /// Every version of the policy.
    public var policies: [PolicyCard] = []
    /// Trained versions of the model, the newest `modelsMax`.
    public var models: [ModelCard] = []
    /// Trained versions of the model in all.
    public var modelVersions = 0
    /// Per partner, by id.
    public var fairness: [PartnerFairness] = []
    /// Per country of the enquiry.
    public var countries: [CountryFairness] = []
    /// How evenly Leadline's leads are spread over partners: 1 where all have the same, 1 / n where one has all.
    public var jainOfAssigned = 1.0
    /// Facts for an impact assessment.
    public var impact = ImpactInputs()
    /// Per partner, by id.
    public var promises: [PartnerPromise] = []
    /// By residency and partner.
    public var transfers: [Transfer] = []
    /// What was executed for people, in order; the newest `executionsMax`.
    public var retention: [Execution] = []
    /// Entries that were moved to archives, in order.
    public var archived: [Archival] = []
    /// Logic versions that decided, the first that of the program's registration.
    public var logic: [LogicChange] = []
    /// Counts of what was executed, by kind.
    public var executions: [String: Int] = [:]

    /// Model versions that are listed.
    public static let modelsMax = 200
    /// Executions that are listed.
    public static let executionsMax = 10_000
}
