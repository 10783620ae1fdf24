import Engine
import LeadlineCore
import LeadlineSchemas

/// Somebody's address to which decisions are sent, and how far that has come.
struct WebhookEndpoint: Sendable, Equatable {
    /// What a message looks like.
    enum Format: String, Sendable, CaseIterable {
        /// A CloudEvent in JSON.
        case standard
        /// A sentence, as the incoming webhooks of these take it.
        case slack, teams
        /// As the endpoint's template says.
        case template
        /// A message to the partner's agent, which answers offers in what it sends back.
        case a2a
    }

    /// How it stands, in a word.
    enum State: String, Sendable, CaseIterable { case active, failing, disabled }

    /// A range that is sent once more, before what is new.
    struct Replay: Sendable, Equatable {
        var after: DecisionCursor
        var through: DecisionCursor
    }

    /// Why no more is sent.
    enum Reason: String, Sendable, CaseIterable {
        /// Somebody switched it off.
        case switchedOff = "switched-off"
        /// Every try of one message failed, over days.
        case failing
        /// The receiver answered 410.
        case gone
        /// Whoever answers for it may not any more.
        case rightsEnded = "rights-ended"
        /// What it has not got has left the journal for an archive.
        case archived
    }

    var id: String
    var program: String
    /// The partner whose edition is sent; nil for the vendor's.
    var partner: String?
    /// The principal who answers for it.
    var owner: String
    var target: WebhookTarget
    var format: Format
    /// Types of decisions; none for all.
    var kinds: [String]
    var label: String
    /// The newest first.
    var secrets: [WebhookSecret]
    var created: Timestamp
    /// Nil while decisions are sent.
    var disabled: Reason?
    var disabledAt: Timestamp?
    /// The last decision that was delivered, or passed over.
    var cursor: DecisionCursor
    var replay: Replay?
    /// Tries of the next message that have failed.
    var failures: Int
    var failingSince: Timestamp?
    var nextTry: Timestamp
    /// True if messages of an assignment bring a link to answer it by.
    var sendsLinks = false
    /// What messages of the format `template` look like; none for other formats.
    var template: WebhookTemplate?

    var state: State { disabled != nil ? .disabled : failures > 0 ? .failing : .active }

    /// True if it is told of decisions of that type.
    func wants(_ type: String) -> Bool {
        if kinds.isEmpty { return format != .a2a || type == EventKind.offerMade.fullName }
        return kinds.contains(type)
    }

    /// Secrets that sign at a moment: during a rotation the old one as well.
    func signing(at moment: Timestamp) -> [WebhookSecret] {
        secrets.filter { $0.until.map { moment.micros < $0 } ?? true }
    }

    /// True if the bearer may see and change it: who speaks for a partner, that partner's alone.
    func isVisible(to grant: Grant) -> Bool {
        program == grant.program && (grant.partner == nil || grant.partner == partner)
    }
}

/// How an endpoint fares, wherever that is kept.
extension WebhookEndpoint {
    /// A message was taken: the endpoint stands after it, and is well.
    mutating func taken(through cursor: DecisionCursor, isReplay: Bool) {
        // A replay that was called off meanwhile stays so.
        if isReplay { replay?.after = cursor } else { self.cursor = cursor }
        (failures, failingSince, nextTry) = (0, nil, Timestamp(micros: 0))
    }

    /// An offer's time ended before anybody took it: the next ones are not held up.
    mutating func passedOver(_ attempt: WebhookTry, through cursor: DecisionCursor, isReplay: Bool) {
        if isReplay { replay?.after = cursor } else { self.cursor = cursor }
        notTaken(attempt, next: Timestamp(micros: 0))
    }

    /// A message was not taken: it is tried again at `next`.
    mutating func notTaken(_ attempt: WebhookTry, next: Timestamp) {
        failures += 1
        failingSince = failingSince ?? attempt.at
        nextTry = next
    }

    /// No more is sent, until somebody switches it on again.
    /// - Parameter isTried: True if a try of now decided it.
    mutating func disable(_ reason: Reason, at moment: Timestamp, isTried: Bool) {
        if disabled != nil { return }
        (disabled, disabledAt) = (reason, moment)
        if isTried {
            failures += 1
            failingSince = failingSince ?? moment
        }
    }

    /// All of a replay was sent; another that began meanwhile goes on.
    mutating func end(_ replay: Replay?) { if self.replay == replay { self.replay = nil } }
}

/// One try, as the delivery log has it. It holds nothing of what was sent or answered.
struct WebhookTry: Sendable, Equatable {
    enum Cause: String, Sendable, CaseIterable { case decision, replay, test }

    var number: Int64
    /// The decision's id, or the test's.
    var message: String
    var at: Timestamp
    var cause: Cause
    var outcome: WebhookOutcome
    var millis: Int64
}

/// How a try ended.
struct WebhookOutcome: Sendable, Equatable {
    enum Word: String, Sendable, CaseIterable {
        case delivered
        /// An agent took an offer and sent nothing back that is an answer.
        case noAnswer = "no-answer"
        /// Another status than 2xx.
        case refused
        /// Not done in time.
        case timedOut = "timed-out"
        /// The name stands for no address.
        case unresolved
        /// An address that no message is sent to.
        case forbiddenAddress = "forbidden-address"
        /// No connection, or none that holds.
        case unreachable
        /// The certificate is not the name's.
        case untrusted
    }

    var word: Word
    var status: Int?
    /// What the receiver asks to be given.
    var retryAfterSeconds: Int64?

    init(_ word: Word, status: Int? = nil, retryAfterSeconds: Int64? = nil) {
        self.word = word
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }

    var isDelivered: Bool { word == .delivered || word == .noAnswer }
    /// 410: nobody is there any more.
    var isGone: Bool { status == 410 }
}
