public import Engine
import LeadlineCore
import LeadlineSchemas
public import Logging
import UseCases
import Vault

/// What a gateway stands on: the ports behind which a processor is, in this process or elsewhere.
public struct GatewayServices: Sendable {
    /// The data folder.
    public let folder: DataFolder
    /// Where a program is read.
    let place: @Sendable (_ program: String) -> ReadingPlace
    /// How far what is read is behind what was decided; nil where nothing is copied.
    let standing: (@Sendable () -> CopyStanding?)?
    /// Where changes go.
    public let inbox: any Inbox
    /// Where decisions come from.
    public let decisions: any DecisionStream
    /// The state as of the last batch.
    public let live: any LiveState
    public let access: any AccessDirectory
    /// Where decisions are sent to, and how far that has come.
    let webhooks: any WebhookKeeper
    public let webhookSettings: WebhookSettings
    /// How people and machines may be known beside keys.
    public let signIn: SignInSettings
    /// The issuer whose tokens count; nil for none.
    let oauth: OAuth?
    public let logger: Logger
    /// Where spans are written; nil where none are begun.
    public var traces: SpanExport?
    /// Pages of decisions that clients of feeds share, and where they wait for more.
    let pages: SharedPages
    let room: FeedRoom
    /// Leads as they were answered.
    let stories: KnownStories
    /// Threads for what waits for the disk.
    let readers: ReaderThreads
    let identities: Identities
    /// Long work, and what came of it.
    let jobs = Jobs()
    /// Calls whose clients are told how far they are.
    let watchedCalls = WatchedCalls()
    /// Seals what clients keep for the service and bring back.
    let clientStates: RecordSeal
    /// What agents asked for, and what came of it.
    let agentTasks: AgentTaskFile
    /// The agent card, as it is signed.
    let signedCard = SignedCard()
    /// What programs decided lately, for pages.
    let activity = RecentActivity()
    /// Decisions that are made again, to say why.
    let explained: ExplainedDecisions
    /// How long a page waits for a decision to be made again before it goes without; nil for as long as that takes.
    public var explanationPatience: Duration? = .milliseconds(60)
    /// Who was refused what.
    let refusals: RefusalLog

    /// A gateway's ports.
    /// - Parameters:
    ///   - sharedWebhooks: endpoints that gateways share; nil for those of the folder.
    ///   - place: where a program is read.
    ///   - standing: how far that is behind what was decided; nil where nothing is copied.
    public init(
        folder: DataFolder, inbox: any Inbox, decisions: any DecisionStream, access: any AccessDirectory,
        webhooks: WebhookSettings = WebhookSettings(), sharedWebhooks: SharedWebhooks? = nil,
        signIn: SignInSettings = SignInSettings(), logger: Logger, live: any LiveState,
        place: @escaping @Sendable (_ program: String) -> ReadingPlace,
        standing: (@Sendable () -> CopyStanding?)? = nil
    ) throws {
        self.folder = folder
        self.place = place
        self.standing = standing
        self.inbox = inbox
        self.decisions = decisions
        self.live = live
        self.access = access
        self.webhooks = try sharedWebhooks ?? WebhookFile(folder)
        webhookSettings = webhooks
        self.logger = logger
        pages = SharedPages(decisions)
        room = FeedRoom(decisions.commits, folder.machine.passingTime)
        stories = KnownStories(decisions.commits)
        explained = ExplainedDecisions(folder.machine.passingTime)
        readers = ReaderThreads(count: 4, .init(), folder.machine.passingTime)
        let masterKey = try folder.openVault().masterKey
        identities = Identities(masterKey)
        clientStates = RecordSeal(masterKey, purpose: "what clients bring back")
        agentTasks = try AgentTaskFile(folder, masterKey)
        self.signIn = signIn
        oauth = signIn.oauth.map { OAuth($0, masterKey, webhooks, folder.machine.passingTime) }
        refusals = RefusalLog(folder)
    }

    /// The ports of a processor that runs in this process on the folder's own log.
    public static func embedded(
        _ folder: DataFolder, _ runtime: Runtime<EmbeddedLog>, access: any AccessDirectory,
        webhooks: WebhookSettings = WebhookSettings(), signIn: SignInSettings = SignInSettings(), logger: Logger
    ) throws -> GatewayServices {
        let place = try ReadingPlace(folder)
        return try GatewayServices(
            folder: folder, inbox: try runtime.inbox(folder), decisions: try runtime.decisions(folder),
            access: access, webhooks: webhooks, signIn: signIn, logger: logger,
            live: ProcessorState(processor: runtime.processor), place: { _ in place })
    }

    /// Begins spans; nil where none are.
    var spans: SpanRecorder? { traces?.recorder }

    /// What would be decided now; nil where there is no such program.
    func preview(_ program: String, _ fact: Fact) async throws -> [Event]? {
        try await live.look(program) { state in
            Decider.decide(Input(fact, imported: false), at: state.lastStamp, in: state)
        }
    }
}

extension GatewayServices {
    /// A program's currency, which never changes; empty before the program is there.
    func currency(of program: String) async throws -> String {
        let place = place(program)
        return try await readers.run {
            try Deployment(place, program: program, asker: Asker(actor: "webhooks")).currency()
        }
    }
}

/// Names that hang on keys of the deployment: equal for equal requests, and nobody else's.
struct Identities: Sendable {
    private let events: KeyedDigest
    private let confirmations: KeyedDigest
    private let agentTasks: KeyedDigest
    /// What a browser brings back from the issuer.
    let signIns: KeyedDigest
    /// What shows that a page of ours made a form.
    let forms: KeyedDigest
    /// Links by which partners answer without a key.
    let links: ActionLinkCodes
    private let masterKey: MasterKey

    init(_ masterKey: MasterKey) {
        events = KeyedDigest(masterKey, purpose: "Idempotency-Key")
        confirmations = KeyedDigest(masterKey, purpose: "confirmation of an erasure")
        agentTasks = KeyedDigest(masterKey, purpose: "agents' tasks")
        signIns = KeyedDigest(masterKey, purpose: "sign-in at the issuer")
        forms = KeyedDigest(masterKey, purpose: "forms of the dashboard")
        links = ActionLinkCodes(masterKey)
        self.masterKey = masterKey
    }

    /// The id of the event that a request makes, the same for every repeat by the same principal, with whatever key.
    func eventID(_ grant: Grant, operation: String, key: String) -> String {
        Hexadecimal.text(events.digest([grant.program, grant.principal, operation, key]).prefix(16))
    }

    /// The id of the task, or of the context, that an agent's message begins: the same for every repeat of the message.
    func agentTaskID(_ grant: Grant, _ kind: String, message: String) -> String {
        kind + "-" + Hexadecimal.text(agentTasks.digest([grant.program, grant.principal, kind, message]).prefix(16))
    }

    /// What is kept of a lead's id beside an agent's task: enough to find the task once the lead's person is erased.
    func agentLead(_ program: String, _ lead: String) -> String {
        Hexadecimal.text(agentTasks.digest([program, "lead", lead]).prefix(16))
    }

    /// What tells one message's content, or one context's name, from another's, and nothing else.
    func agentDigest(_ grant: Grant, _ kind: String, _ content: [UInt8]) -> String {
        Hexadecimal.text(
            agentTasks.digest([grant.program, grant.principal, kind, String(decoding: content, as: UTF8.self)])
                .prefix(16))
    }

    /// Tells one request's arguments from another's, and nothing else.
    func argumentsDigest(_ grant: Grant, _ arguments: [UInt8]) -> String {
        Hexadecimal.text(confirmations.digest(["arguments", grant.program, grant.principal], arguments).prefix(16))
    }

    /// What confirms a request once it was listed.
    func confirmation(_ parts: [String]) -> String { Hexadecimal.text(confirmations.digest(parts)) }

    /// How the journal names an event's source.
    func sourceToken(_ source: String, program: String) -> String {
        SourceToken.of(source, Pseudonyms(masterKey: masterKey, program: program))
    }
}
