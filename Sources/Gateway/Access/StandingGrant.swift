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
        let (access, id, folder) = (services.access, grant.id, services.folder)
        let current = try await services.readers.run { try access.grant(id: id) }
        guard let current, current.isInForce(at: folder.now()) else { return nil }
        return current
    }

    /// Returns once the grant lets do nothing any more, or something else than before.
    func awaitEnd() async throws {
        while let current = try await now(), current.scopes == grant.scopes {
            try await services.folder.machine.passingTime.sleep(for: Self.interval)
        }
    }
}
