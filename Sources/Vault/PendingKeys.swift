import Crypto

/// A change of how a subject stands to one of its lookups.
struct StandingChange: Equatable {
    enum Value: Equatable {
        /// Whether it is found by the lookup.
        case standing(Standing)
        /// The address that the lead of this lookup states now.
        case stated(Pseudonym)
    }

    let lookup: Pseudonym
    let subject: SubjectID
    let value: Value
}

/// New keys and aliases that are not flushed yet, in the order they were made.
struct PendingKeys {
    struct Key {
        let subject: SubjectID
        let key: SymmetricKey
        /// Nil until ``PendingKeys/wrap(under:)``.
        var wrapped: [UInt8]?
    }

    private(set) var keys: [Key] = []
    private(set) var aliases: [Alias] = []
    /// What changed of aliases, new ones and stored ones, in the order it changed.
    private(set) var changes: [StandingChange] = []
    private var standings: [SubjectLookup: Standing] = [:]
    /// Stored keys under another master key than before.
    private(set) var rewrapped: [SubjectID: [UInt8]] = [:]
    private var rewrappedOrder: [SubjectID] = []
    /// What the vault is to note of the key that its keys are wrapped under; nil leaves it.
    var fingerprint: [UInt8]?
    private var keyIndexes: [SubjectID: Int] = [:]
    private var subjects: [Pseudonym: SubjectID] = [:]

    private struct SubjectLookup: Hashable {
        let lookup: Pseudonym
        let subject: SubjectID
    }

    var isEmpty: Bool { keys.isEmpty && aliases.isEmpty && changes.isEmpty && rewrapped.isEmpty && fingerprint == nil }

    /// Every subject with a new key or alias, once, in the order they were touched.
    var touchedSubjects: [SubjectID] {
        var seen: Set<SubjectID> = []
        return (keys.map(\.subject) + aliases.map(\.subject) + changes.map(\.subject) + rewrappedOrder)
           .filter { seen.insert($0).inserted }
    }

    func contains(_ subject: SubjectID) -> Bool { keyIndexes[subject] != nil }

    func key(_ subject: SubjectID) -> SymmetricKey? { keyIndexes[subject].map { keys[$0].key } }

    func wrapped(_ subject: SubjectID) -> [UInt8]? { keyIndexes[subject].flatMap { keys[$0].wrapped } }

    func subject(_ lookup: Pseudonym) -> SubjectID? { subjects[lookup] }

    /// Each subject's new lookups, in the order they became known.
    var lookupsBySubject: [SubjectID: [Pseudonym]] {
        var lookups: [SubjectID: [Pseudonym]] = [:]
        for alias in aliases { lookups[alias.subject, default: []].append(alias.lookup) }
        return lookups
    }

    /// Wraps the keys that are not wrapped yet, on all cores: nobody needs them so before they are written.
    mutating func wrap(under wrapping: Sealing) throws {
        let bare = keys.indices.filter { keys[$0].wrapped == nil }
        let made = keys
        let wrapped = bare.mappedByAllCores { part in
            part.map { index in Result { try wrapping.wrap(made[index].key, of: made[index].subject) } }
        }
        for (index, wrapped) in zip(bare, wrapped) { self.keys[index].wrapped = try wrapped.get() }
    }

    mutating func add(_ key: Key) {
        keyIndexes[key.subject] = keys.count
        keys.append(key)
    }

    mutating func rewrap(_ subject: SubjectID, _ wrapped: [UInt8]) {
        if rewrapped.updateValue(wrapped, forKey: subject) == nil { rewrappedOrder.append(subject) }
    }

    /// Adding an alias again changes nothing.
    mutating func add(_ alias: Alias) {
        if alias.isSecondary {
            guard !aliases.contains(alias) else { return }
        } else if subjects[alias.lookup] == alias.subject {
            return
        }
        aliases.append(alias)
        if !alias.isSecondary { subjects[alias.lookup] = alias.subject }
    }

    mutating func add(_ change: StandingChange) {
        changes.append(change)
        note(change)
    }

    private mutating func note(_ change: StandingChange) {
        guard case .standing(let standing) = change.value else { return }
        standings[SubjectLookup(lookup: change.lookup, subject: change.subject)] = standing
    }

    /// How a subject stands to a lookup since the last flush; nil if that did not change.
    func standing(_ lookup: Pseudonym, of subject: SubjectID) -> Standing? {
        standings.isEmpty ? nil : standings[SubjectLookup(lookup: lookup, subject: subject)]
    }

    /// What each subject's leads have come to state since the last flush: for many subjects, found in one walk.
    var statedBySubject: [SubjectID: [Pseudonym: Pseudonym]] {
        var stated: [SubjectID: [Pseudonym: Pseudonym]] = [:]
        for alias in aliases { if let address = alias.stated { stated[alias.subject, default: [:]][alias.lookup] = address } }
        for change in changes {
            if case .stated(let address) = change.value { stated[change.subject, default: [:]][change.lookup] = address }
        }
        return stated
    }

    /// How each subject has come to stand to its lookups since the last flush, likewise.
    var standingsBySubject: [SubjectID: [Pseudonym: Standing]] {
        var bySubject: [SubjectID: [Pseudonym: Standing]] = [:]
        for (key, standing) in standings { bySubject[key.subject, default: [:]][key.lookup] = standing }
        return bySubject
    }

    /// How a subject has come to stand to its lookups since the last flush.
    func standings(of subject: SubjectID) -> [Pseudonym: Standing] {
        standings.reduce(into: [:]) { own, standing in
            if standing.key.subject == subject { own[standing.key.lookup] = standing.value }
        }
    }

    /// What leads of a subject have come to state since the last flush.
    func stated(by subject: SubjectID) -> [Pseudonym: Pseudonym] {
        var stated: [Pseudonym: Pseudonym] = [:]
        for alias in aliases where alias.subject == subject { if let address = alias.stated { stated[alias.lookup] = address } }
        for change in changes where change.subject == subject {
            if case .stated(let address) = change.value { stated[change.lookup] = address }
        }
        return stated
    }

    /// How much there is, so that what is added from here on can be taken back.
    var mark: Vault.PendingMark { Vault.PendingMark(keys: keys.count, aliases: aliases.count, changes: changes.count) }

    /// Takes back what was added since. The mark must be of what is pending now.
    mutating func rollBack(to mark: Vault.PendingMark) {
        precondition(
            mark.keys <= keys.count && mark.aliases <= aliases.count && mark.changes <= changes.count,
            "the mark is of other pending keys")
        if mark.changes < changes.count {
            changes.removeLast(changes.count - mark.changes)
            standings = [:]
            for change in changes { note(change) }
        }
        while keys.count > mark.keys { keyIndexes[keys.removeLast().subject] = nil }
        while aliases.count > mark.aliases {
            let alias = aliases.removeLast()
            // The first of a lookup had no owner before it, unless that one is ending.
            if !alias.isSecondary, subjects[alias.lookup] == alias.subject {
                subjects[alias.lookup] =
                    aliases.last { $0.lookup == alias.lookup && !$0.isSecondary }?.subject
            }
        }
    }

    /// What a subject has come to be known by since the last flush.
    func lookups(of subject: SubjectID) -> [Pseudonym] { aliases.filter { $0.subject == subject }.map(\.lookup) }

    mutating func remove(_ removed: Set<SubjectID>) {
        if isEmpty { return }
        var rest = PendingKeys()
        for key in keys where !removed.contains(key.subject) { rest.add(key) }
        for alias in aliases where !removed.contains(alias.subject) { rest.add(alias) }
        for change in changes where !removed.contains(change.subject) { rest.add(change) }
        for subject in rewrappedOrder where !removed.contains(subject) {
            if let wrapped = rewrapped[subject] { rest.rewrap(subject, wrapped) }
        }
        rest.fingerprint = fingerprint
        self = rest
    }
}
