import Crypto
import Foundation
import GRDB

/// Holds the keys of data subjects: finds or makes a subject, seals and opens for it, erases it.
///
/// The file holds, wrapped under the master key, one key a subject, and keyed digests of what the
/// subject is known by. It holds no personal data, and without the master key file it opens nothing.
///
/// New subjects and aliases stay in memory until ``flush()``, which the engine calls just before it
/// commits the entries that use them. So no committed entry ever lacks its key; keys that a crash
/// leaves without an entry are found again by their lookups and used then.
///
/// A vault belongs to one actor and is used from it alone. One process at a time may open the file.
public final class Vault {
    private let queue: DatabaseQueue
    private let source: any SubjectKeySource
    private let wrapping: Sealing
    private let retiringWrappings: [Sealing]
    private let fingerprint: [UInt8]
    private let retiringFingerprint: [UInt8]?
    private let recordLookups: KeyedHash
    private let recordCodes: KeyedHash

    var pending = PendingKeys()
    private var subjects: BoundedCache<Pseudonym, SubjectID>
    private var keys: BoundedCache<SubjectID, SymmetricKey>
    /// True while keys may be wrapped under a master key that is being retired.
    public private(set) var needsRewrap: Bool
    /// Where rewrapping goes on.
    private var rewrappedThrough: Int64 = 0
    // Few and decisive, so all are kept in memory.
    private var tombstones: Set<SubjectID>
    /// Whose erasure is decided and not durable yet: nothing new is sealed for them, nobody is found as one of them.
    private var ending: Set<SubjectID> = []
    /// SQLite's number of what other connections have changed, when it was last looked at.
    private var seenVersion: Int64?

    /// Opens the vault at a path.
    ///
    /// - Parameters:
    ///   - making: makes the vault where there is none; else that is an error.
    ///   - keySource: Where new subjects' ids and keys come from.
    ///   - cachedEntries: How many keys, and how many lookups, stay in memory.
    /// - Throws: ``VaultError/absent(path:)``, ``VaultError/wrongMasterKey(path:)``, ``VaultError/notAVault(path:)``,
    ///   ``VaultError/newerFormat(path:found:supported:)``; `DatabaseError` for SQLite's own failures.
    public init(
        path: String, masterKey: MasterKey, keySource: any SubjectKeySource = RandomSubjectKeys(),
        making: Bool = true, cachedEntries: Int = 100_000
    ) throws {
        let fingerprints = masterKey.fingerprints
        let (queue, place) = try VaultDatabase.open(path: path, fingerprints: fingerprints, making: making)
        self.queue = queue
        needsRewrap = place > 0
        fingerprint = fingerprints[0]
        retiringFingerprint = fingerprints.dropFirst().first
        source = keySource
        wrapping = masterKey.wrapping
        retiringWrappings = masterKey.retiringWrappings
        recordLookups = KeyedHash(key: masterKey.lookupSubkey("leadline dead letters v1"))
        recordCodes = KeyedHash(key: masterKey.lookupSubkey("leadline dead letter codes v1"))
        subjects = BoundedCache(capacity: cachedEntries)
        keys = BoundedCache(capacity: cachedEntries)
        tombstones = try queue.read(KeyTable.tombstones)
    }

    /// Takes in what another connection has written since: whoever was erased by it is erased here, and no key is
    /// remembered. To be called before each use of a vault that somebody else writes to.
    public func refresh() throws {
        let version = try access { try Int64.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) }
        if version == seenVersion { return }
        tombstones = try access(KeyTable.tombstones)
        subjects = BoundedCache(capacity: subjects.capacity)
        keys = BoundedCache(capacity: keys.capacity)
        seenVersion = version
    }

    /// Finds the subject known by the first of these lookups that is known at all, or makes a new
    /// one. Whatever lookup the subject was not known by becomes one of its aliases.
    ///
    /// A lookup that two subjects share goes on finding the one that had it first.
    public func subject(lookups: [Pseudonym]) throws -> SubjectID {
        precondition(!lookups.isEmpty, "a subject is known by something")
        let owners = try lookups.map(findSubject)
        let subject = try owners.lazy.compactMap { $0 }.first ?? makeSubject(lookups[0].bytes)
        for (lookup, owner) in zip(lookups, owners) where owner != subject {
            try addAlias(lookup, subject, isSecondary: owner != nil)
        }
        return subject
    }

    /// Has a subject found by one more lookup, beside whoever else is known by it.
    public func add(_ lookup: Pseudonym, to subject: SubjectID) throws {
        if try allSubjects(lookup).contains(subject) { return }
        try addAlias(lookup, subject, isSecondary: holder(of: lookup) != nil)
    }

    /// The subject known by a lookup, or `nil`; where several are, whoever has it goes before those who gave it up.
    /// Makes nothing.
    public func findSubject(_ lookup: Pseudonym) throws -> SubjectID? {
        let (holder, former) = try look(lookup)
        return holder ?? former.first { $0.standing == .former && !ending.contains($0.subject) }?.subject
    }

    /// The subject that has a lookup; nil where nobody does, or only such as gave it up.
    func holder(of lookup: Pseudonym) throws -> SubjectID? { try look(lookup).holder }

    /// Who has a lookup; where that took a look into the file, also who had it and has it no more.
    func look(_ lookup: Pseudonym) throws -> (holder: SubjectID?, former: [(subject: SubjectID, standing: Standing)]) {
        if let subject = pending.subject(lookup) ?? subjects[lookup], has(lookup, subject) { return (subject, []) }
        let stored = try access { try KeyTable.subjects(lookup, in: $0) }
        // Nearly every lead is of somebody new.
        if stored.isEmpty && pending.subject(lookup) == nil { return (nil, []) }
        let known = withPending(stored, lookup)
        let holder = known.first { $0.standing.isHeld && !ending.contains($0.subject) }?.subject
        // Whom others may yet come before is not remembered, nor what may be taken back.
        if let holder, ending.isEmpty, pending.standing(lookup, of: holder) == nil,
            stored.contains(where: { $0.subject == holder })
        {
            subjects[lookup] = holder
        }
        return (holder, known.filter { !$0.standing.isHeld })
    }

    private func has(_ lookup: Pseudonym, _ subject: SubjectID) -> Bool {
        !ending.contains(subject) && pending.standing(lookup, of: subject)?.isHeld ?? true
    }

    /// Whoever is known by nothing that a subject is not known by as well: keys made for what was said of the person's
    /// leads before the person was known.
    public func subjectsWithin(_ subject: SubjectID) throws -> [SubjectID] {
        let known = Set(try lookups(of: subject))
        var seen: Set<SubjectID> = [subject]
        return try known.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.flatMap { try allSubjects($0) }
            .filter { seen.insert($0).inserted }.filter { try known.isSuperset(of: lookups(of: $0)) }
    }

    /// Everything that a subject is known by.
    private func lookups(of subject: SubjectID) throws -> [Pseudonym] {
        let stored = try access { try KeyTable.lookups(of: subject, in: $0) }
        return stored + pending.lookups(of: subject).filter { !stored.contains($0) }
    }

    /// All subjects known by a lookup, the one that had it first in front, who gave it up behind, who passed it on last.
    public func allSubjects(_ lookup: Pseudonym) throws -> [SubjectID] { try standings(lookup).map(\.subject) }

    /// Who is known by a lookup, and how.
    func standings(_ lookup: Pseudonym) throws -> [(subject: SubjectID, standing: Standing)] {
        withPending(try access { try KeyTable.subjects(lookup, in: $0) }, lookup)
    }

    private func withPending(_ stored: [(subject: SubjectID, standing: Standing)], _ lookup: Pseudonym) -> [(
        subject: SubjectID, standing: Standing
    )] {
        if pending.isEmpty { return stored }
        var known = stored
        for alias in pending.aliases where alias.lookup == lookup && !known.contains(where: { $0.subject == alias.subject }) {
            known.append((alias.subject, alias.isSecondary ? .second : .first))
        }
        for index in known.indices {
            if let standing = pending.standing(lookup, of: known[index].subject) { known[index].standing = standing }
        }
        return known.filter(\.standing.isHeld) + known.filter { $0.standing == .former }
            + known.filter { $0.standing == .passedOn }
    }

    /// Seals bytes for a subject, in a context that ``open(_:subject:context:)`` must name again.
    ///
    /// AES-256-GCM; gives nonce (12 bytes), ciphertext, tag (16 bytes). The same bytes in the same
    /// context always give the same result. A nonce derived from context and plaintext makes that
    /// safe: other bytes get another nonce, save for a collision in 96 bits.
    ///
    /// - Throws: ``VaultError/erased(_:)``, ``VaultError/keyMissing(_:)``.
    public func seal(_ plaintext: [UInt8], subject: SubjectID, context: [UInt8]) throws -> [UInt8] {
        try Sealing(key: key(of: subject)).seal(plaintext, context: context)
    }

    /// Opens what was sealed for a subject in a context.
    ///
    /// - Throws: ``VaultError/erased(_:)`` once the subject is erased, ``VaultError/keyMissing(_:)``,
    ///   ``VaultError/notAuthentic(_:)``.
    public func open(_ sealed: [UInt8], subject: SubjectID, context: [UInt8]) throws -> [UInt8] {
        guard let plaintext = try Sealing(key: key(of: subject)).open(sealed, context: context) else {
            throw VaultError.notAuthentic(subject)
        }
        return plaintext
    }

    /// Seals a rejected record under a key of its own, stored and erased like a subject's.
    ///
    /// - Parameter mentions: Whom the record speaks of, by lookups. When one who is known by such a lookup is erased,
    ///   ``deadLetters(about:)`` finds the record's key.
    public func sealDeadLetter(_ bytes: [UInt8], mentions: [Pseudonym] = []) throws -> (
        keyID: SubjectID, sealed: [UInt8]
    ) {
        let lookup = recordLookups.code(domain: 0x01) { $0.add(bytes) }
        let keyID = try makeSubject(Array(lookup))
        // Never the first of its lookup: nobody is found by it, letters are.
        for mention in mentions { try addAlias(letterLookup(mention), keyID, isSecondary: true) }
        return (keyID, try seal(bytes, subject: keyID, context: Self.deadLetterContext))
    }

    /// A keyed code of what a rejected record's letter says in clear, which outlives the record's own key: 32 bytes.
    public func letterCode(_ clear: [UInt8]) -> [UInt8] { Array(recordCodes.code(clear)) }

    /// The keys of rejected records that speak of a subject, by any of its lookups.
    public func deadLetters(about subject: SubjectID) throws -> [SubjectID] {
        try deadLetters(mentioning: lookups(of: subject))
    }

    /// The keys of rejected records that mention any of these, each once.
    public func deadLetters(mentioning lookups: [Pseudonym]) throws -> [SubjectID] {
        var seen: Set<SubjectID> = []
        return try lookups.flatMap { try allSubjects(letterLookup($0)) }.filter { seen.insert($0).inserted }
    }

    /// Those of these ids that are keys of rejected records which came on one of these days, or of records that named no
    /// program. A person's key never is: a person is known by something else.
    public func rejectedRecords(_ ids: [SubjectID], days: [Pseudonym]) throws -> [SubjectID] {
        let days = Set(days.map(letterLookup))
        return try ids.filter { id in
            guard try storedOrPendingKey(id) != nil else { return false }
            let lookups = try lookups(of: id)
            return lookups.isEmpty || lookups.contains(where: days.contains)
        }
    }

    /// A letter is found by another digest than the person whom it speaks of.
    private func letterLookup(_ mention: Pseudonym) -> Pseudonym {
        Pseudonym(truncatingCode: recordLookups.code(domain: 0x02) { $0.add(mention.bytes) })
    }

    /// Opens a rejected record, byte for byte.
    ///
    /// - Throws: As ``open(_:subject:context:)``.
    public func openDeadLetter(keyID: SubjectID, sealed: [UInt8]) throws -> [UInt8] {
        try open(sealed, subject: keyID, context: Self.deadLetterContext)
    }

    /// True if the vault has never held a key: it was just made.
    public var isEmpty: Bool {
        get throws {
            try tombstones.isEmpty && pending.isEmpty
                && access { try Int.fetchOne($0, sql: "SELECT 1 FROM keys LIMIT 1") == nil }
        }
    }

    /// Whether the subject was erased.
    public func isErased(_ subject: SubjectID) -> Bool {
        tombstones.contains(subject)
    }

    private static let deadLetterContext = Array("leadline dead letter v1".utf8)
}

// MARK: - Durability

extension Vault {
    /// Writes all new keys and aliases in one transaction. Once it returns they survive a power cut;
    /// if it throws, nothing was written and all of it is still pending.
    public func flush() throws {
        guard !pending.isEmpty else { return }
        try pending.wrap(under: wrapping)
        let batch = pending
        try queue.write { db in
            try KeyTable.insert(batch, in: db)
            try KeyTable.apply(batch.changes, in: db)
            try KeyTable.rewrap(batch.rewrapped, in: db)
            if let fingerprint = batch.fingerprint { try VaultDatabase.set(fingerprint, in: db) }
        }
        for alias in batch.aliases where !alias.isSecondary { subjects[alias.lookup] = alias.subject }
        for change in batch.changes { subjects[change.lookup] = nil }
        for key in batch.keys { keys[key.subject] = key.key }
        pending = PendingKeys()
    }

    /// Forgets what was not flushed. Subjects made since the last flush no longer exist.
    public func discardPending() {
        needsRewrap = needsRewrap || pending.fingerprint == fingerprint
        rewrappedThrough = 0
        pending = PendingKeys()
        ending.removeAll()
    }

    /// A place among the keys and aliases that are not flushed.
    public struct PendingMark: Sendable, Equatable {
        let keys: Int
        let aliases: Int
        let changes: Int
    }

    /// The present place: what comes after can be taken back until the next flush or erasure.
    public var pendingMark: PendingMark { pending.mark }

    /// Takes back the subjects and aliases made since, for an input of which nothing is kept.
    public func rollBack(to mark: PendingMark) { pending.rollBack(to: mark) }

    /// Says that a subject's erasure is decided and comes with the next ``erase(_:)-([SubjectID])``: from here on nobody
    /// is found as this subject, so that nothing new is sealed under a key that is about to die.
    public func beginErasure(of subject: SubjectID) { ending.insert(subject) }

    /// Whether the subject was erased, or is about to be.
    public func isErasedOrEnding(_ subject: SubjectID) -> Bool {
        tombstones.contains(subject) || ending.contains(subject)
    }

    /// Every subject that the next flush adds or gives a new alias, whole: what the keys topic must
    /// be told in the same transaction.
    public func pendingRecords() throws -> [KeyRecord] {
        try pending.wrap(under: wrapping)
        let (added, stated) = (pending.lookupsBySubject, pending.statedBySubject)
        let standings = pending.standingsBySubject
        return try pending.touchedSubjects.map {
            try record($0, added: added[$0] ?? [], stated: stated[$0] ?? [:], standings: standings[$0] ?? [:])
        }
    }

    /// True if there is anything to flush.
    public var hasPending: Bool { !pending.isEmpty }

    /// Wraps the next keys that an old master key wrapped under the newest one, pending until ``flush()``. When none
    /// is left, the vault no longer needs the old key.
    ///
    /// - Parameter limit: Keys that are looked at.
    public func rewrapSome(_ limit: Int = 1_000) throws {
        guard needsRewrap else { return }
        let rows = try access { try KeyTable.keys(after: rewrappedThrough, limit: limit, in: $0) }
        for row in rows where !tombstones.contains(row.subject) {
            if wrapping.open(row.wrapped, context: row.subject.bytes) != nil { continue }
            pending.rewrap(row.subject, try wrapping.wrap(unwrap(row.wrapped, row.subject), of: row.subject))
        }
        if let last = rows.last {
            rewrappedThrough = last.row
        } else {
            pending.fingerprint = fingerprint
            needsRewrap = false
        }
    }

    /// The keys of all flushed subjects and dead letters, in the order they were made.
    public func forEachKey(_ body: (KeyRecord) throws -> Void) throws {
        try access { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT subject, wrapped FROM keys ORDER BY row")
            while let row = try rows.next() {
                guard let subject = SubjectID(row[0] as Data) else { continue }
                let lookups = try KeyTable.lookups(of: subject, in: db)
                try body(
                    KeyRecord(
                        subject: subject, lookups: lookups, wrappedKey: [UInt8](row[1] as Data),
                        stated: KeyTable.stated(by: subject, in: db), notHeld: KeyTable.notHeld(by: subject, in: db)))
            }
        }
    }

    /// Takes in a key from the keys topic, pending until ``flush()``. A key that is known stays; one
    /// whose subject was erased is refused silently, because a record may overtake its tombstone.
    ///
    /// - Throws: ``VaultError/notAuthentic(_:)`` if the key was not wrapped under this master key.
    public func adopt(_ record: KeyRecord) throws {
        guard !tombstones.contains(record.subject) else { return }
        let isNew = try storedOrPendingKey(record.subject) == nil
        if isNew {
            let key = try unwrap(record.wrappedKey, record.subject)
            if !needsRewrap, let retiringFingerprint,
                wrapping.open(record.wrappedKey, context: record.subject.bytes) == nil
            {
                pending.fingerprint = retiringFingerprint
                needsRewrap = true
            }
            pending.add(.init(subject: record.subject, key: key, wrapped: record.wrappedKey))
        }
        for lookup in record.lookups {
            let owner = try holder(of: lookup)
            if owner == record.subject { continue }
            try addAlias(lookup, record.subject, isSecondary: owner != nil, stated: record.stated[lookup])
        }
        if !isNew || !(record.givenUp.isEmpty && record.passedOn.isEmpty) { try adoptStandings(record) }
    }

    /// Erases a subject for ever: key and aliases go, a tombstone stays, so that no old copy of the
    /// key is taken in again. Does not wait for ``flush()``.
    ///
    /// The deleted rows are overwritten with zeros and the write-ahead log is cut to nothing. What
    /// the disk or a backup keeps of them is beyond its reach. Erasing an unknown or erased subject
    /// is allowed; if it throws, do it again.
    public func erase(_ subject: SubjectID) throws { try erase([subject]) }

    /// Erases many subjects as ``erase(_:)-(SubjectID)`` does one, in one transaction.
    public func erase(_ erased: [SubjectID]) throws {
        if erased.isEmpty { return }
        let lookups = try access { db in try erased.flatMap { try KeyTable.lookups(of: $0, in: db) } }
        try queue.write { db in
            for subject in erased { try KeyTable.erase(subject, in: db) }
        }
        tombstones.formUnion(erased)
        ending.subtract(erased)
        pending.remove(Set(erased))
        for subject in erased { keys[subject] = nil }
        for lookup in lookups { subjects[lookup] = nil }
        _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    }

    /// Erases again whom the journal says was erased, with the rejected records about them. A vault restored from an
    /// old backup, or a crash between journal and vault, must not bring anybody back.
    /// - Returns: how many subjects the vault had brought back.
    @discardableResult
    public func repeatErasures(of erased: [SubjectID]) throws -> Int {
        let revived = erased.filter { !isErased($0) }
        try erase(revived.flatMap { try keysOfErasure($0) })
        return revived.count
    }
}

// MARK: - Keys

extension Vault {
    /// Every key that ends with a subject's: those made for the person before the person was known, and those of
    /// rejected records about the person.
    public func keysOfErasure(_ subject: SubjectID) throws -> [SubjectID] {
        let persons = try [subject] + subjectsWithin(subject)
        var seen = Set(persons)
        return persons + (try persons.flatMap { try deadLetters(about: $0) }.filter { seen.insert($0).inserted })
    }

    /// Makes a subject from a seed for the key source. A computing source gives the id of an erased subject again, or
    /// that of another to whom the seed led before; a count after the seed leads it on to the next.
    func makeSubject(_ seed: [UInt8], others: [SubjectID] = []) throws -> SubjectID {
        var made = source.make(for: seed)
        var attempt: UInt8 = 1
        while isErasedOrEnding(made.id) || others.contains(made.id) {
            precondition(attempt < .max, "the key source goes on giving ids of erased subjects")
            made = source.make(for: seed + [attempt])
            attempt += 1
        }
        if !pending.contains(made.id) {
            pending.add(.init(subject: made.id, key: made.key))
        }
        return made.id
    }

    func addAlias(_ lookup: Pseudonym, _ subject: SubjectID, isSecondary: Bool, stated: Pseudonym? = nil) throws {
        // A shared lookup may long be an alias of both.
        if isSecondary, try access({ try KeyTable.hasAlias(lookup, subject, in: $0) }) { return }
        pending.add(Alias(lookup: lookup, subject: subject, isSecondary: isSecondary, stated: stated))
    }

    private func record(
        _ subject: SubjectID, added: [Pseudonym], stated: [Pseudonym: Pseudonym], standings: [Pseudonym: Standing]
    ) throws -> KeyRecord {
        // A new subject has no aliases but the new ones.
        let stored = pending.contains(subject) ? [] : try access { try KeyTable.lookups(of: subject, in: $0) }
        guard let wrapped = try pending.wrapped(subject) ?? pending.rewrapped[subject] ?? access({ try KeyTable.wrappedKey(subject, in: $0) })
        else { throw VaultError.keyMissing(subject) }
        return KeyRecord(
            subject: subject, lookups: stored + added.filter { !stored.contains($0) }, wrappedKey: wrapped,
            stated: try self.stated(by: subject, changed: stated),
            notHeld: try notHeld(by: subject, changed: standings))
    }

    private func key(of subject: SubjectID) throws -> SymmetricKey {
        if tombstones.contains(subject) { throw VaultError.erased(subject) }
        guard let key = try storedOrPendingKey(subject) else { throw VaultError.keyMissing(subject) }
        return key
    }

    private func storedOrPendingKey(_ subject: SubjectID) throws -> SymmetricKey? {
        if let key = pending.key(subject) ?? keys[subject] { return key }
        guard let wrapped = try access({ try KeyTable.wrappedKey(subject, in: $0) }) else { return nil }
        let key = try unwrap(wrapped, subject)
        keys[subject] = key
        return key
    }

    private func unwrap(_ wrapped: [UInt8], _ subject: SubjectID) throws -> SymmetricKey {
        for sealing in [wrapping] + retiringWrappings {
            if let key = sealing.open(wrapped, context: subject.bytes) { return SymmetricKey(data: key) }
        }
        throw VaultError.notAuthentic(subject)
    }

    /// `read` would begin a transaction and forbid writing for its time, at five times the cost of
    /// the look-up itself.
    func access<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try queue.writeWithoutTransaction(body)
    }
}
