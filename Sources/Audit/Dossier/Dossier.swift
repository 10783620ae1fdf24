/// Everything Leadline holds and decided about one person, as data: what the data subject gets as a portable file.
/// Field names are a contract.
public struct Dossier: Sendable, Encodable, Equatable {
    /// A field of an input.
    public struct Field: Sendable, Codable, Equatable {
        /// Its name in the schema, e.g. "contact.email".
        public var name: String
        /// Its value.
        public var value: String
        /// A field from its parts.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A lead of the person.
    public struct Lead: Sendable, Codable, Equatable {
        /// Its id.
        public var lead: String
        /// How it stands, as `leads list` says it.
        public var status: String
        /// When it came in, RFC 3339.
        public var submitted: String
    }

    /// One input about the person, or one that decisions about the person drew on.
    public struct Source: Sendable, Codable, Equatable {
        /// Position of its entry.
        public var position: UInt64
        /// The entry's stamp, RFC 3339.
        public var time: String
        /// The message's full name.
        public var type: String
        /// Where it came from; nil on Leadline's own inputs.
        public var topic: String?
        /// Partition on the topic.
        public var partition: UInt32?
        /// Offset on the topic.
        public var offset: Int64?
        /// The producer's id of the event.
        public var eventID: String?
        /// The CloudEvents source that the producer named, or "keyed:" and a keyed digest of one that looks like a
        /// person's data; nil on Leadline's own inputs, and in entries from before sources were kept.
        public var source: String?
        /// True if it speaks of the person's company rather than of the person.
        public var isAboutAccount: Bool
        /// What the decider sees.
        public var clear: [Field]
        /// "nothing", "opened", "erased" or "unavailable".
        public var sealedState: String
        /// What only the master key opens; empty unless `sealedState` is "opened".
        public var sealed: [Field]
    }

    /// A partner as a decision saw it.
    public struct Candidate: Sendable, Codable, Equatable {
        /// The partner.
        public var partner: String
        /// 0 to 1.
        public var fit: Double
        /// 0 to 1.
        public var conversion: Double
        /// In minor units of the program's currency.
        public var score: Double
        /// The score less the price of the place, in minor units.
        public var net: Double
    }

    /// A partner that was out before scoring.
    public struct Exclusion: Sendable, Codable, Equatable {
        /// The partner.
        public var partner: String
        /// Why, in words.
        public var reason: String
    }

    /// One decision about a lead of the person.
    public struct Decision: Sendable, Encodable, Equatable {
        /// program/position/ordinal.
        public var id: String
        /// The lead.
        public var lead: String
        /// RFC 3339.
        public var time: String
        /// What was decided, in one line.
        public var decided: String
        /// Who decided.
        public var decider: DecisionMaker
        /// What the record says of it: how it was decided, what was decisive, what did not count.
        public var statements: [AccountStatement]
        /// The version of the decider's logic.
        public var logicVersion: UInt32
        /// Content hash of the policy; empty where none was consulted.
        public var policyVersion: String
        /// The policy's own name.
        public var policyName: String
        /// Version of the model; empty where none was consulted.
        public var modelVersion: String
        /// The policy's hard rules, in words.
        public var rules: [String]
        /// Every scored partner, best first.
        public var candidates: [Candidate]
        /// Everybody else.
        public var excluded: [Exclusion]
        /// Which event stated each value that the decision used.
        public var inputs: [ValueSource]
        /// The whole explanation in words.
        public var explanation: [String]
        /// Digest of the evaluation as recorded; nil where nobody was weighed.
        public var recordedDigest: String?
        /// The same, computed again.
        public var recomputedDigest: String?
        /// True if deciding again gave exactly what was recorded.
        public var isReproduced: Bool
    }

    /// A partner that held a lead of the person.
    public struct Recipient: Sendable, Codable, Equatable {
        /// The partner.
        public var partner: String
        /// The lead.
        public var lead: String
        /// From when, RFC 3339.
        public var from: String
        /// Until when; nil if it still holds it.
        public var until: String?
        /// How it ended.
        public var ended: String?
    }

    /// What would have been decided had the lead been different: decided again by the same logic, in the same state.
    public struct Counterfactual: Sendable, Codable, Equatable {
        /// The decision that was repeated.
        public var decision: String
        /// What the change is about: "lead", "partner" or "policy".
        public var subject: Audit.Counterfactual.Subject
        /// What kind of change it is: "dealValue", "country", "withoutRule", ...
        public var kind: Audit.Counterfactual.Kind
        /// The country, the lawful basis, the hard rule or the partner that it is about; nil for other kinds.
        public var value: String?
        /// The deal's value that it was decided with; nil for other kinds.
        public var amountMinorUnits: Int64?
        /// The currency of that value.
        public var currency: String?
        /// What was changed, in words.
        public var change: String
        /// What came of it, in words.
        public var outcome: String
        /// Who would have come first; nil if nobody.
        public var first: String?
        /// Who would have come second; nil if nobody.
        public var second: String?
        /// What would have come of the lead: "same", "otherPartner", "partner", "human", "humanOtherwise" (a human all the
        /// same, for another reason or with another suggestion) or "nothing".
        public var result: Audit.Counterfactual.Result
        /// True if the lead would have gone elsewhere.
        public var differs: Bool
    }

    /// That the decisions above are what the journal and the program lead to.
    public struct Certificate: Sendable, Codable, Equatable {
        /// How it was tested, in words.
        public var method: String
        /// Decisions that were decided again.
        public var decisions: Int
        /// How many came out as recorded.
        public var reproduced: Int
        /// Entries of the stream at that moment.
        public var streamSize: UInt64
        /// Head of the hash chain.
        public var chainHead: String
        /// The newest signed checkpoint, as it was signed; nil if none was.
        public var checkpoint: String?
    }

    /// A review by a human, from request to outcome.
    public struct Review: Sendable, Codable, Equatable {
        /// The lead.
        public var lead: String
        /// When it was asked for, RFC 3339; nil if a human decided unasked.
        public var requested: String?
        /// Who asked; nil if unknown or erased.
        public var requester: String?
        /// Why it was asked for.
        public var requestNote: String?
        /// When a human decided; nil while it is open.
        public var decided: String?
        /// Who decided.
        public var reviewer: String?
        /// The reviewer's reason.
        public var note: String?
        /// What was decided, and what came of it.
        public var outcome: String?
        /// True if the decision had an effect; nil while the review is open.
        public var hadEffect: Bool?
    }

    /// A restriction, an objection, a rectification or an erasure, with what came of it.
    public struct Request: Sendable, Codable, Equatable {
        /// "restriction", "objection", "rectification", "erasure" or "withdrawal".
        public var kind: String
        /// The lead.
        public var lead: String
        /// Position of its entry.
        public var position: UInt64
        /// RFC 3339.
        public var time: String
        /// Who asked; nil if unknown or erased.
        public var requester: String?
        /// What was stated anew, for a rectification.
        public var fields: [Field]
        /// What was decided because of it, at once.
        public var effects: [String]
        /// Partners who held the lead then or got it by it, and so were told on `leadline.decisions`.
        public var told: [String]
    }

    /// A rejected record, or an outcome that waits for its lead, which speaks of the person.
    public struct Rejected: Sendable, Codable, Equatable {
        /// "rejected" or "waiting".
        public var state: String
        /// Offset on `leadline.deadletter`, partition:offset on a cluster; of a waiting outcome the position of its
        /// entry.
        public var place: String
        /// When it came, RFC 3339.
        public var received: String
        /// Topic that it came on.
        public var topic: String
        /// Why it was rejected, as `deadletter list` names it.
        public var reason: String
        /// The same in words.
        public var detail: String
        /// What it holds, as text; other bytes are repaired.
        public var content: String
        /// True if it holds more.
        public var isCut: Bool
    }

    /// A record about somebody else that names the person.
    public struct Mention: Sendable, Codable, Equatable {
        /// Position of its entry; of a line of the access log its number.
        public var position: UInt64
        /// RFC 3339.
        public var time: String
        /// The message's full name; "access log" for a line of the access log.
        public var type: String
        /// The field that names the person.
        public var field: String
        /// True if it is sealed, under the key of whom the record is about.
        public var isSealed: Bool

        /// The type of a line of the access log.
        public static let accessLog = "access log"

        /// A mention from its parts.
        public init(position: UInt64, time: String, type: String, field: String, isSealed: Bool) {
            self.position = position
            self.time = time
            self.type = type
            self.field = field
            self.isSealed = isSealed
        }
    }

    /// "leadline dossier v1".
    public var format = "leadline dossier v1"
    /// The program.
    public var program: String
    /// The program's currency.
    public var currency: String
    /// When it was made, RFC 3339.
    public var made: String
    /// The random ids by which the journal knows the person.
    public var subjects: [String]
    /// True if the person's key is destroyed: what was sealed stays so.
    public var isErased: Bool
    /// The person's leads.
    public var leads: [Lead]
    /// The procedure and the principles that were applied, in plain words: what `opening`, the decisions and `closing`
    /// state, a paragraph an element.
    public var account: [String] = []
    /// What is to be said before the decisions.
    public var opening: [AccountStatement] = []
    /// What is to be said after them, a paragraph an element.
    public var closing: [[AccountStatement]] = []
    /// What is held, with where it came from.
    public var sources: [Source]
    /// What was decided.
    public var decisions: [Decision]
    /// What would have been decided otherwise.
    public var counterfactuals: [Counterfactual]
    /// Who got the person's leads.
    public var recipients: [Recipient]
    /// What humans looked at.
    public var reviews: [Review]
    /// What the person asked for.
    public var requests: [Request]
    /// What it was checked against.
    public var certificate: Certificate
    /// Rejected records and waiting outcomes that speak of the person.
    public var rejected: [Rejected] = []
    /// Rejected records and waiting outcomes that could not be searched whole, and may speak of anybody.
    public var unsearchableRecords = 0
    /// Partners that the person is, or is the contact of; what is held of them is among the sources.
    public var partners: [String] = []
    /// Records about others that name the person, by the name that was asked for or an address of the person.
    public var mentions: [Mention] = []
    /// Whether they were looked for: always where the person has no leads, else if it was asked for.
    public var mentionsSearched = false
    /// Why rejected records were not searched; nil if they were.
    public var rejectedNotSearched: String?
}

extension Dossier {
    /// The person's own addresses, as inputs about the person's leads state them; none where nothing opens.
    public var ownAddresses: [String] {
        sources.filter { !$0.isAboutAccount }.flatMap(\.sealed).filter { $0.name == "contact.email" }.map(\.value)
    }
}
