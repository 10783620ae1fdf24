import Engine
import LeadlineCore
import UseCases

/// Where endpoints stand, how far each has come, and what was tried. What is asked for is durable once it is answered.
protocol WebhookKeeper: Sendable {
    /// Fires with every change that somebody asked for.
    var changes: CommitSignal { get }

    /// One endpoint; nil where there is none.
    func endpoint(_ id: String) throws -> WebhookEndpoint?
    /// A program's endpoints, the newest first.
    func list(program: String) throws -> [WebhookEndpoint]
    /// Every endpoint of every program.
    func all() throws -> [WebhookEndpoint]
    /// Tries of an endpoint below a number, the newest first.
    func tries(of id: String, before: Int64, limit: Int) throws -> [WebhookTry]

    // MARK: What somebody asks for

    /// Keeps a new endpoint, if there is room for it.
    func add(_ endpoint: WebhookEndpoint) async throws
    /// Changes an endpoint that the bearer may see, and makes its next try due now. A change may be made more than once
    /// until it is kept.
    /// - Throws: `Refusal.nothingHere` where there is none, or none that the bearer may see.
    func change(
        _ id: String, by grant: Grant, _ change: @escaping @Sendable (inout WebhookEndpoint) throws -> Void
    ) async throws -> WebhookEndpoint
    /// Forgets an endpoint and its tries.
    func remove(_ id: String, by grant: Grant) async throws

    // MARK: What the sender writes

    /// Keeps how an endpoint fares after a try, or without one. One that was deleted meanwhile stays so.
    func keep(
        _ attempt: WebhookTry?, of id: String, _ change: @escaping @Sendable (inout WebhookEndpoint) -> Void
    ) async throws
    /// A test was sent. Where it was taken, what failed before is due now.
    func tested(_ endpoint: WebhookEndpoint, _ attempt: WebhookTry) async throws
}

extension WebhookKeeper {
    /// Ids of the endpoints that something is sent to.
    func active() throws -> [String] { try all().filter { $0.disabled == nil }.map(\.id) }
}

/// What is kept at most, wherever it is.
enum WebhookLimits {
    /// Most endpoints of a program, and of one partner among them.
    static let endpointsMax = 100
    static let partnersMax = 10
    /// Tries kept of an endpoint, and for how long.
    static let triesMax: Int64 = 1_000
    static let triesDays: Int64 = 30

    /// Refuses an endpoint for which there is no room.
    /// - Parameters:
    ///   - all: endpoints of its program.
    ///   - partners: those of its partner among them.
    static func check(_ endpoint: WebhookEndpoint, all: Int, partners: Int) throws(Problem) {
        guard all < endpointsMax, endpoint.partner == nil || partners < partnersMax else {
            throw Problem(
                .conflict,
                "there are \(endpoint.partner == nil ? endpointsMax : partnersMax) endpoints, and more "
                    + "are not kept; delete one")
        }
    }
}
