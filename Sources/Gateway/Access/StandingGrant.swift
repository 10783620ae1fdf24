import Engine
import LeadlineCore

/// A grant while something that began under it goes on: a stream, a wait. It is looked up again and again, so that its
/// end reaches what is open within a second.
struct StandingGrant: Sendable {
    /// How often it is looked up.
    static let interval = Duration.milliseconds(400)

    private let grant: Grant
    private let services: GatewayServices

    init(_ grant: Grant, _ services: GatewayServices) {
        self.grant = grant
        self.services = services
    }

    /// The grant as it stands now; nil if it lets do nothing any more.
    func now() async throws -> Grant? {
        if case .key = grant.credential, let trusted = services.access.trusted(id: grant.id) { return inForce(trusted) }
        return try await lookedUp()
    }

    /// The same, looked up whatever is known of it.
    func lookedUp() async throws -> Grant? { inForce(try await current()) }

    private func inForce(_ current: Grant?) -> Grant? {
        current.flatMap { $0.isInForce(at: services.folder.now()) ? $0 : nil }
    }

    private func current() async throws -> Grant? {
        let access = services.access
        switch grant.credential {
        case .key:
            let id = grant.id
            return try await services.readers.run { try access.grant(id: id) }
        case .session(let id, _):
            let current = try await services.readers.run { try access.grant(session: id) }
            return current.flatMap { services.stillSigns($0) ? $0 : nil }
        case .link: return grant
        case .token(let keyID):
            // A token can't be called back; it ends by itself, with its issuer's key, or with its principal's stop.
            guard let oauth = services.oauth, await oauth.verifier.keys.has(keyID) else { return nil }
            let grant = grant
            let isStopped = try await services.readers.run {
                try access.isStopped(grant.principal, program: grant.program)
            }
            return isStopped ? nil : grant
        }
    }

    /// Returns once the grant lets do nothing any more, or something else than before.
    func awaitEnd() async throws {
        while let current = try await now(), current.hasRights(of: grant) {
            try await services.folder.machine.passingTime.sleep(for: Self.interval)
        }
    }
}
