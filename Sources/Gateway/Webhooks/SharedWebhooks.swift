public import Engine
import Foundation
import LeadlineCore
public import Logging
import Synchronization
public import UseCases
import Vault

/// Endpoints that all gateways of a deployment share: records of two tables, sealed under the master key, which each of
/// them follows and keeps in memory. Any gateway changes them; whichever sends goes on from what was written down last.
///
/// What somebody asked for stands in one table, which keys stand in too. How far each endpoint has come and what was
/// tried stands in another, so that many deliveries delay no revocation.
public final class SharedWebhooks: WebhookKeeper {
    private let seal: RecordSeal
    private let machine: Machine
    private let logger: Logger
    private let tables = Mutex<(settings: any SharedTable, progress: any SharedTable)?>(nil)
    private let state = Mutex(Known())
    let changes = CommitSignal()

    private struct Known {
        var endpoints: [String: Entry] = [:]
        /// Changes of this gateway that are under way, and what each took the place of.
        var replaced: [String: WebhookSettingsRecord?] = [:]
    }

    /// What is known of one endpoint. Its records stand in different partitions, so any may be told of first.
    private struct Entry {
        var settings: WebhookSettingsRecord?
        var fares: WebhookFares?
        /// By their numbers, of which only so many places are kept.
        var tries: [Int64: WebhookTry] = [:]

        var isEmpty: Bool { settings == nil && fares == nil && tries.isEmpty }

        func endpoint(_ id: String) -> WebhookEndpoint? {
            guard let settings, var endpoint = settings.endpoint(id) else { return nil }
            fares?.apply(to: &endpoint, of: settings.revision)
            return endpoint
        }
    }

    /// What a record says of an endpoint; its key is the word and the endpoint's id.
    private enum Kind: String {
        case settings = "webhook"
        case fares = "webhook-fares"
        /// With the place of the try behind the id.
        case attempt = "webhook-try"

        func key(_ id: String, place: Int64? = nil) -> String {
            rawValue + "/" + id + (place.map { "/\($0)" } ?? "")
        }
    }

    /// Endpoints of a deployment, none known yet; `follow` says where they stand.
    public init(_ folder: DataFolder, logger: Logger) throws(Problem) {
        do { seal = RecordSeal(try folder.openVault().masterKey, purpose: "webhook records") } catch {
            throw Problem(error)
        }
        machine = folder.machine
        self.logger = logger
    }

    /// Sets the tables that records are put into; what stands in either is given to `take`.
    public func follow(settings: any SharedTable, progress: any SharedTable) {
        tables.withLock { $0 = (settings, progress) }
    }

    // MARK: Following

    /// Takes a record of a table. What this master key did not seal is passed over and told of in the log.
    public func take(_ key: String, _ value: [UInt8]?) throws {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard let kind = Kind(rawValue: parts[0]), parts.count == (kind == .attempt ? 3 : 2) else { return }
        let plain: Data?
        do { plain = try value.map { try seal.open(Data($0), as: key) } } catch {
            logger.error("a record of a webhook is not of this deployment", metadata: ["endpoint": "\(parts[1])"])
            return
        }
        switch kind {
        case .settings: take(try plain.map { try JSONDecoder().decode(WebhookSettingsRecord.self, from: $0) }, parts[1])
        case .fares:
            let fares = try plain.map { try JSONDecoder().decode(WebhookFares.self, from: $0) }
            change(parts[1]) { $0.fares = fares }
        case .attempt:
            guard let place = Int64(parts[2]) else { return }
            let record = try plain.map { try JSONDecoder().decode(WebhookTryRecord.self, from: $0) }
            change(parts[1]) { $0.tries[place] = record?.attempt }
        }
    }

    private func take(_ record: WebhookSettingsRecord?, _ id: String) {
        state.withLock { known in
            let before = known.endpoints[id]?.settings
            if let revision = record?.revision, known.replaced[revision] != nil {
                known.replaced[revision] = .some(before)
            }
        }
        change(id) { $0.settings = record }
        changes.committed([:])
    }

    private func change(_ id: String, _ change: (inout Entry) -> Void) {
        state.withLock { known in
            var entry = known.endpoints[id] ?? Entry()
            change(&entry)
            known.endpoints[id] = entry.isEmpty ? nil : entry
        }
    }

    // MARK: Asking

    func endpoint(_ id: String) -> WebhookEndpoint? { state.withLock { $0.endpoints[id]?.endpoint(id) } }

    func all() -> [WebhookEndpoint] {
        state.withLock { known in known.endpoints.compactMap { $1.endpoint($0) } }.sorted { $0.id < $1.id }
    }

    func list(program: String) -> [WebhookEndpoint] {
        all().filter { $0.program == program }.sorted { ($1.created, $0.id) < ($0.created, $1.id) }
    }

    func tries(of id: String, before: Int64, limit: Int) -> [WebhookTry] {
        let oldest = machine.clock.now().adding(micros: -WebhookLimits.triesDays * Timestamp.microsPerDay)
        let tries = state.withLock { $0.endpoints[id]?.tries.values.filter { $0.number < before && $0.at >= oldest } }
        return Array((tries ?? []).sorted { $0.number > $1.number }.prefix(limit))
    }

    // MARK: What somebody asks for

    func add(_ endpoint: WebhookEndpoint) async throws {
        let others = list(program: endpoint.program)
        try WebhookLimits.check(
            endpoint, all: others.count, partners: others.count { $0.partner == endpoint.partner })
        try await put(WebhookSettingsRecord(endpoint, revision: machine.newID()), endpoint.id)
    }

    func change(
        _ id: String, by grant: Grant, _ change: @escaping @Sendable (inout WebhookEndpoint) throws -> Void
    ) async throws -> WebhookEndpoint {
        let changed = try await changed(id) { endpoint in
            guard endpoint.isVisible(to: grant) else { throw Refusal.nothingHere }
            try change(&endpoint)
        }
        guard let changed else { throw Refusal.nothingHere }
        return changed
    }

    /// Changes an endpoint and makes its next try due now; nil where there is none.
    private func changed(
        _ id: String, _ change: (inout WebhookEndpoint) throws -> Void
    ) async throws -> WebhookEndpoint? {
        var base = state.withLock { $0.endpoints[id]?.settings }
        // What this change must take the place of, for nothing to have come between.
        var expected = base?.revision
        var isPut = false
        while let record = base, var endpoint = standing(id, record) {
            do { try change(&endpoint) } catch {
                // The other gateway's change stands: what was put in its place is taken back.
                if isPut { try await restore(record, id) }
                throw error
            }
            endpoint.nextTry = Timestamp(micros: 0)
            let made = WebhookSettingsRecord(endpoint, revision: machine.newID())
            guard let replaced = try await putNoting(made, id) else {
                // It was deleted meanwhile, and stays so.
                try await put(nil, id)
                return nil
            }
            if replaced.revision == expected { return endpoint }
            isPut = true
            // Another gateway changed it at the same time: both changes count, in the order of the topic.
            (base, expected) = (replaced, made.revision)
        }
        return nil
    }

    /// Puts back what stood before, under a revision of its own.
    private func restore(_ record: WebhookSettingsRecord, _ id: String) async throws {
        guard let endpoint = standing(id, record) else { return }
        try await put(WebhookSettingsRecord(endpoint, revision: machine.newID()), id)
    }

    private func standing(_ id: String, _ record: WebhookSettingsRecord) -> WebhookEndpoint? {
        state.withLock { Entry(settings: record, fares: $0.endpoints[id]?.fares).endpoint(id) }
    }

    /// Puts a record, and says what it took the place of.
    private func putNoting(_ record: WebhookSettingsRecord, _ id: String) async throws -> WebhookSettingsRecord? {
        state.withLock { $0.replaced[record.revision] = .some(nil) }
        defer { state.withLock { $0.replaced[record.revision] = nil } }
        try await put(record, id)
        return state.withLock { $0.replaced[record.revision] ?? nil }
    }

    func remove(_ id: String, by grant: Grant) async throws {
        guard let endpoint = endpoint(id), endpoint.isVisible(to: grant) else { throw Refusal.nothingHere }
        let places = state.withLock { $0.endpoints[id]?.tries.keys.sorted() ?? [] }
        try await put(nil, id)
        try await both().progress.put(
            [(Kind.fares.key(id), nil)] + places.map { (Kind.attempt.key(id, place: $0), nil) })
    }

    private func put(_ record: WebhookSettingsRecord?, _ id: String) async throws {
        let key = Kind.settings.key(id)
        try await both().settings.put(key, try record.map { try sealed($0, key) })
    }

    // MARK: What the sender writes

    func keep(
        _ attempt: WebhookTry?, of id: String, _ change: @escaping @Sendable (inout WebhookEndpoint) -> Void
    ) async throws {
        let known = state.withLock { known in known.endpoints[id].map { ($0.endpoint(id), $0.settings?.revision) } }
        guard let known, var endpoint = known.0, let revision = known.1 else { return }
        change(&endpoint)
        let key = Kind.fares.key(id)
        let fares: [(key: String, value: [UInt8]?)] = [
            (key, try sealed(WebhookFares(endpoint, revision: revision), key))
        ]
        try await both().progress.put(fares + (try attempt.map { [try record($0, of: id)] } ?? []))
    }

    func tested(_ endpoint: WebhookEndpoint, _ attempt: WebhookTry) async throws {
        try await both().progress.put([try record(attempt, of: endpoint.id)])
        // How it fares is the sender's to write; that it is tried now is asked for.
        if attempt.outcome.isDelivered { _ = try await changed(endpoint.id) { _ in } }
    }

    /// A try under the next number. It takes the place of the one that so many came after.
    private func record(_ attempt: WebhookTry, of id: String) throws -> (key: String, value: [UInt8]?) {
        var attempt = attempt
        attempt.number = (state.withLock { $0.endpoints[id]?.tries.values.map(\.number).max() } ?? 0) + 1
        let key = Kind.attempt.key(id, place: attempt.number % WebhookLimits.triesMax)
        return (key, try sealed(WebhookTryRecord(attempt), key))
    }

    private func sealed(_ value: some Encodable, _ key: String) throws -> [UInt8] {
        Array(try seal.seal(JSONEncoder().encode(value), as: key))
    }

    private func both() -> (settings: any SharedTable, progress: any SharedTable) {
        guard let tables = tables.withLock({ $0 }) else { preconditionFailure("nothing is put before it is followed") }
        return tables
    }
}
