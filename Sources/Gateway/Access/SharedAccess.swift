import Crypto
public import Engine
import Foundation
import LeadlineCore
public import Logging
import Synchronization
public import UseCases
import Vault

/// API keys and sessions that all gateways of a deployment share: records of a table, sealed under the master key,
/// which each of them follows and keeps in memory.
///
/// A key is one record and its end another, which nothing puts out of force: two gateways that change one key at once
/// cannot undo its end. A gateway that has not followed the table for some seconds refuses every key rather than trust
/// what it knew.
public final class SharedAccess: AccessKeeper {
    /// What was not confirmed for longer is not trusted.
    static let ageMax = Duration.seconds(5)

    private let kept: AccessFile
    private let seal: RecordSeal
    private let logger: Logger
    private let table = Mutex<(any SharedTable)?>(nil)
    /// Ends of keys, and when they expire earlier than they were made for: records of another partition, so they may be
    /// told of before the keys.
    private let ends = Mutex<[Kind: [String: Int64]]>([:])
    /// Budgets of keys, the newest; a record of another partition too.
    private let budgets = Mutex<[String: Budgets]>([:])
    /// Until when sessions last after a use that was told of before the session itself.
    private let uses = Mutex<[String: Int64]>([:])

    /// A key as a record.
    private struct Stored: Codable {
        var id: String, principal: String, program: String, role: Role, scopes: [String]
        var partner: String?
        var sources: [String], label: String, created: Int64, expires: Int64, digest: Data
        var budgets: Budgets?
    }

    /// What a record says of a key. Each stands under a name of its own, so that none takes another's place.
    private enum Kind: String, CaseIterable {
        case grant, ended, expiry
        /// A session, which a record without a value ends; and until when it lasts after a use. What is told of a use
        /// never begins a session anew.
        case session, used
        /// Budgets of a key, what was taken of a principal's, and that a principal is stopped.
        case budgets, charge, stop
        /// For which partner an issuer lets a principal speak.
        case speaker
        /// Who looks at a review.
        case review

        func name(_ id: String) -> String { rawValue + "/" + id }
    }

    /// A moment of a key, in microseconds.
    private struct Moment: Codable {
        var micros: Int64
    }

    /// Keys of a deployment, none known yet; `follow` says where they stand.
    public init(_ folder: DataFolder, logger: Logger) throws(Problem) {
        do {
            kept = try AccessFile(inMemory: folder)
            seal = RecordSeal(try folder.openVault().masterKey, purpose: "gateway records")
        } catch { throw Problem(error) }
        self.logger = logger
    }

    /// Sets the table that keys are put into; its records are given to `take`.
    public func follow(_ table: any SharedTable) { self.table.withLock { $0 = table } }

    // MARK: Following

    /// Takes a record of the table. What this master key did not seal is passed over and told of in the log.
    public func take(_ key: String, _ value: [UInt8]?) throws {
        guard let (kind, id) = Self.read(key) else { return }
        guard let value else {
            if kind == .session { _ = try kept.endSession(id) }
            if kind == .charge { try kept.takeEnd(ofCharge: id) }
            if kind == .speaker { try kept.takeEnd(ofSpeaker: id) }
            if kind == .review { try kept.takeEnd(ofReview: id) }
            return
        }
        let plain: Data
        do { plain = try seal.open(Data(value), as: key) } catch {
            logger.error("a record of a key is not of this deployment", metadata: ["key": "\(id)"])
            return
        }
        if kind == .session || kind == .used { return try takeSession(kind, id, plain) }
        if [.charge, .stop, .speaker, .review].contains(kind) { return try takeUse(kind, plain) }
        if kind == .grant {
            let (grant, digest) = try Self.grant(JSONDecoder().decode(Stored.self, from: plain))
            try kept.take(grant, digest: digest)
        } else if kind == .budgets {
            let told = try JSONDecoder().decode(Budgets.self, from: plain)
            budgets.withLock { $0[id] = told }
        } else {
            let micros = try JSONDecoder().decode(Moment.self, from: plain).micros
            ends.withLock { known in known[kind, default: [:]][id] = min(micros, known[kind]?[id] ?? .max) }
        }
        let (ended, expiry) = ends.withLock { ($0[.ended]?[id], $0[.expiry]?[id]) }
        if let ended { try kept.takeEnd(of: id, at: Timestamp(micros: ended)) }
        if let expiry { try kept.takeExpiry(of: id, Timestamp(micros: expiry)) }
        if let told = budgets.withLock({ $0[id] }) { try kept.takeBudgets(told, of: id) }
        // A key that comes after its principal's stop is over from the beginning.
        if kind == .grant { try kept.endIfStopped(id) }
    }

    private func takeUse(_ kind: Kind, _ plain: Data) throws {
        switch kind {
        case .stop: try kept.take(JSONDecoder().decode(AccessFile.StoredStop.self, from: plain))
        case .speaker: try kept.take(JSONDecoder().decode(AccessFile.StoredSpeaker.self, from: plain))
        case .review: _ = try kept.take(JSONDecoder().decode(AccessFile.StoredReview.self, from: plain))
        default: try kept.take(JSONDecoder().decode(AccessFile.StoredCharge.self, from: plain))
        }
    }

    private func takeSession(_ kind: Kind, _ id: String, _ plain: Data) throws {
        if kind == .session {
            let session = try JSONDecoder().decode(AccessFile.StoredSession.self, from: plain)
            // One that was over long ago may still be on the topic.
            guard session.ends > kept.now.micros else { return }
            try kept.take(session)
            if let idle = uses.withLock({ $0.removeValue(forKey: id) }) { try kept.takeUse(of: id, until: idle) }
            return
        }
        let idle = try JSONDecoder().decode(Moment.self, from: plain).micros
        if idle <= kept.now.micros { return }
        if try !kept.takeUse(of: id, until: idle) { uses.withLock { $0[id] = idle } }
    }

    private static func read(_ key: String) -> (Kind, id: String)? {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1).map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 2, let kind = Kind(rawValue: parts[0]) else { return nil }
        return (kind, parts[1])
    }

    private static func grant(_ stored: Stored) throws -> (Grant, [UInt8]) {
        let grant = Grant(
            id: stored.id, principal: stored.principal, program: stored.program, role: stored.role,
            scopes: Set(stored.scopes.compactMap(Scope.init(rawValue:))), partner: stored.partner,
            sources: stored.sources, label: stored.label, created: Timestamp(micros: stored.created),
            expires: Timestamp(micros: stored.expires), revoked: nil, budgets: stored.budgets ?? Budgets())
        return (grant, Array(stored.digest))
    }

    // MARK: Asking

    /// True if ends of keys were heard of within the time for which what is known is trusted.
    private var isHeardOf: Bool { table.withLock { $0 }.map { $0.age < Self.ageMax } ?? false }

    private func checkAge() throws {
        guard isHeardOf else {
            throw Refusal(
                503, "keys-unknown", "Not possible now",
                "Whether keys have ended has not been heard for some seconds, so none is taken. Ask again.")
        }
    }

    public func grant(for token: KeyToken) throws -> Grant? {
        try checkAge()
        return try kept.grant(for: token)
    }

    public func grant(id: String) throws -> Grant? {
        try checkAge()
        return try kept.grant(id: id)
    }

    public func trusted(for token: KeyToken) -> Grant? { isHeardOf ? kept.trusted(for: token) : nil }

    public func trusted(id: String) -> Grant? { isHeardOf ? kept.trusted(id: id) : nil }

    public func grants(of principal: String, program: String) throws -> [Grant] {
        try checkAge()
        return try kept.grants(of: principal, program: program)
    }

    public func list(program: String) throws(Problem) -> [Grant] { try kept.list(program: program) }

    public func isEmpty() throws(Problem) -> Bool { try kept.isEmpty() }

    // MARK: Budgets

    public func setBudgets(_ budgets: Budgets, of id: String, program: String) async throws(Problem) -> Grant {
        try GrantRules.check(budgets)
        let grant = try kept.known(id, program: program)
        try await put(budgets, Kind.budgets.name(grant.id))
        return try kept.known(id, program: program)
    }

    /// What is taken counts here before the others are told, so that changes at once do not pass each other. Gateways
    /// that are asked in the same moment may each let one pass before they hear of each other.
    public func charge(_ charges: [BudgetCharge], within budgets: Budgets) async throws -> [BudgetOutcome] {
        let outcomes = try kept.charge(charges, within: budgets)
        let taken = zip(charges, outcomes).filter { $0.1 == .taken }.map(\.0)
        do {
            try await tell(taken.map { charge in
                let stored = kept.stored(charge)
                return (Kind.charge.name(stored.name), try JSONEncoder().encode(stored))
            })
        } catch {
            try kept.giveBack(taken)
            throw error
        }
        return outcomes
    }

    public func giveBack(_ charges: [BudgetCharge]) async throws {
        try kept.giveBack(charges)
        try await followed.put(charges.map { (Kind.charge.name(kept.stored($0).name), nil) })
    }

    public func used(by principal: String, program: String, day: Int64) throws -> BudgetUse {
        try checkAge()
        return try kept.used(by: principal, program: program, day: day)
    }

    public func forgetCharges() async throws {
        let names = try kept.chargesOver()
        if !names.isEmpty { try await followed.put(names.map { (Kind.charge.name($0), nil) }) }
    }

    // MARK: Stops

    /// The stop itself ends keys, also such as are told of later; its keys' ends are told besides, for gateways of a
    /// version that knows no stops.
    public func stop(
        _ principal: String, program: String, reason: String, by: String
    ) async throws(Problem) -> AgentStop {
        try AgentStop.check(reason: reason)
        do {
            if let known = try kept.stops(program: program).first(where: { $0.principal == principal }) { return known }
            let stop = AgentStop(program: program, principal: principal, at: kept.now, reason: reason, by: by)
            let stored = kept.stored(stop)
            let ends = try kept.grants(of: principal, program: program).filter { $0.revoked == nil }
            let sessions = try kept.sessions(of: principal, program: program)
            let moment = try JSONEncoder().encode(Moment(micros: stop.at.micros))
            try await tell(
                [(Kind.stop.name(stored.name), try JSONEncoder().encode(stored))]
                    + ends.map { (Kind.ended.name($0.id), moment) })
            for id in sessions { try await end(id) }
            return stop
        } catch { throw Problem(error) }
    }

    public func stops(program: String) throws -> [AgentStop] { try kept.stops(program: program) }

    public func isStopped(_ principal: String, program: String) throws -> Bool {
        try checkAge()
        return try kept.isStopped(principal, program: program)
    }

    // MARK: Whom an issuer lets speak

    /// The others are told once a day. Where that cannot be done now it is done with the next request: who asks is let
    /// in all the same.
    public func note(_ speaker: IssuerSpeaker) async throws {
        guard let stored = try kept.news(of: speaker) else { return }
        do { try await tell([(Kind.speaker.name(stored.name), try JSONEncoder().encode(stored))]) } catch {
            logger.warning("for whom somebody speaks is not told of", metadata: ["why": "\(error)"])
            return
        }
        try kept.take(stored)
    }

    public func speakers(program: String) throws -> [IssuerSpeaker] {
        try checkAge()
        return try kept.speakers(program: program)
    }

    public func forgetSpeakers() async throws {
        let names = try kept.speakersOver()
        if !names.isEmpty { try await followed.put(names.map { (Kind.speaker.name($0), nil) }) }
    }

    // MARK: Who looks at a review

    public func claimReview(_ lead: String, program: String, by principal: String, takesOver: Bool) async throws
        -> ReviewClaim
    {
        try await tell(kept.newReview(lead, program: program, by: principal, takesOver: takesOver))
    }

    public func releaseReview(_ lead: String, program: String, by principal: String) async throws {
        let ended = try kept.newReview(lead, program: program, by: principal, takesOver: false, ends: true)
        if try kept.review(named: ended.name)?.principal == principal { _ = try await tell(ended) }
    }

    /// Of two gateways at once the first to be told of wins, at both. The table keeps the newest record alone, so that
    /// one that came second puts the other's there once more.
    private func tell(_ review: AccessFile.StoredReview) async throws -> ReviewClaim {
        try checkAge()
        let name = Kind.review.name(review.name)
        try await tell([(name, try JSONEncoder().encode(review))])
        guard let stands = try kept.review(named: review.name), stands.principal != review.principal else {
            return review.claim
        }
        var again = review
        (again.principal, again.since, again.until) = (stands.principal, stands.since.micros, stands.until.micros)
        try await tell([(name, try JSONEncoder().encode(again))])
        return stands
    }

    public func reviewClaims(program: String) throws -> [ReviewClaim] {
        try checkAge()
        return try kept.reviewClaims(program: program)
    }

    public func forgetReviews() async throws {
        let names = try kept.reviewsOver()
        if !names.isEmpty { try await followed.put(names.map { (Kind.review.name($0), nil) }) }
    }

    // MARK: Sessions

    public func beginSession(_ token: SessionToken, _ grant: Grant, _ limits: SessionLimits) async throws {
        let session = try kept.newSession(token, grant, limits)
        for id in try kept.surplus(beside: session, limits) { try await end(id) }
        try await put(session, Kind.session.name(session.id))
    }

    public func grant(for token: SessionToken, _ limits: SessionLimits) async throws -> Grant? {
        try checkAge()
        guard let found = try kept.session(token, limits) else { return nil }
        // The others are told seldom: a session is over a tenth of its time sooner or later.
        if found.next - found.idle >= limits.idleMicros / 10 {
            try kept.takeUse(of: found.id, until: found.next)
            do { try await put(Moment(micros: found.next), Kind.used.name(found.id)) } catch {
                logger.warning("the use of a session is not told of", metadata: ["why": "\(error)"])
            }
        }
        return found.grant
    }

    public func grant(session id: String) throws -> Grant? {
        try checkAge()
        return try kept.grant(session: id)
    }

    public func endSession(_ id: String) async throws -> Bool {
        guard try kept.grant(session: id) != nil else { return false }
        try await end(id)
        return true
    }

    public func endSessions(of principal: String, program: String) async throws -> Int {
        let sessions = try kept.sessions(of: principal, program: program)
        for id in sessions { try await end(id) }
        return sessions.count
    }

    public func forgetSessions() async throws {
        for id in try kept.sessionsOver() { try await end(id) }
        let now = kept.now.micros
        uses.withLock { uses in uses = uses.filter { $0.value > now } }
    }

    /// Ends a session at every gateway.
    private func end(_ id: String) async throws {
        for kind in [Kind.session, .used] { try await followed.put(kind.name(id), nil) }
    }

    // MARK: Changing

    public func create(_ request: GrantRequest) async throws(Problem) -> (grant: Grant, token: KeyToken) {
        let made = try kept.made(request)
        try kept.checkRoom(request.program)
        try await put(made.grant, made.token)
        return made
    }

    public func revoke(_ id: String, program: String) async throws(Problem) -> Grant {
        let grant = try kept.known(id, program: program)
        if grant.revoked == nil { try await put(Moment(micros: kept.now.micros), Kind.ended.name(id)) }
        return try kept.known(id, program: program)
    }

    public func rotate(
        _ id: String, program: String, days: Int, overlapHours: Int
    ) async throws(Problem) -> (grant: Grant, token: KeyToken) {
        let change = try kept.successor(of: kept.known(id, program: program), days, overlapHours)
        try kept.checkRoom(program)
        try await put(change.grant, change.token)
        try await put(Moment(micros: change.oldExpires.micros), Kind.expiry.name(id))
        if overlapHours == 0 { try await put(Moment(micros: change.grant.created.micros), Kind.ended.name(id)) }
        return (change.grant, change.token)
    }

    private func put(_ grant: Grant, _ token: KeyToken) async throws(Problem) {
        let stored = Stored(
            id: grant.id, principal: grant.principal, program: grant.program, role: grant.role,
            scopes: grant.scopes.map(\.rawValue).sorted(), partner: grant.partner, sources: grant.sources,
            label: grant.label, created: grant.created.micros, expires: grant.expires.micros,
            digest: Data(kept.digest(of: token)), budgets: grant.budgets.isEmpty ? nil : grant.budgets)
        try await put(stored, Kind.grant.name(grant.id))
    }

    private var followed: any SharedTable {
        guard let table = table.withLock({ $0 }) else { preconditionFailure("nothing is put before it is followed") }
        return table
    }

    private func tell(_ records: [(key: String, plain: Data)]) async throws {
        if records.isEmpty { return }
        try await followed.put(try records.map { ($0.key, Array(try seal.seal($0.plain, as: $0.key))) })
    }

    private func put(_ value: some Encodable, _ key: String) async throws(Problem) {
        do { try await followed.put(key, Array(seal.seal(JSONEncoder().encode(value), as: key))) } catch {
            throw Problem(error)
        }
    }
}
