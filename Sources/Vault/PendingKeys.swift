import Crypto

/// New keys and aliases that are not flushed yet, in the order they were made.
struct PendingKeys {
    struct Key {
        let subject: SubjectID
        let key: SymmetricKey
        let wrapped: [UInt8]
    }

    private(set) var keys: [Key] = []
    private(set) var aliases: [Alias] = []
    /// Stored keys under another master key than before.
    private(set) var rewrapped: [SubjectID: [UInt8]] = [:]
    private var rewrappedOrder: [SubjectID] = []
    /// What the vault is to note of the key that its keys are wrapped under; nil leaves it.
    var fingerprint: [UInt8]?
    private var keyIndexes: [SubjectID: Int] = [:]
    private var subjects: [Pseudonym: SubjectID] = [:]

    var isEmpty: Bool { keys.isEmpty && aliases.isEmpty && rewrapped.isEmpty && fingerprint == nil }

    /// Every subject with a new key or alias, once, in the order they were touched.
    var touchedSubjects: [SubjectID] {
        var seen: Set<SubjectID> = []
        return (keys.map(\.subject) + aliases.map(\.subject) + rewrappedOrder).filter { seen.insert($0).inserted }
    }

    func contains(_ subject: SubjectID) -> Bool { keyIndexes[subject] != nil }

    func key(_ subject: SubjectID) -> SymmetricKey? { keyIndexes[subject].map { keys[$0].key } }

    func wrapped(_ subject: SubjectID) -> [UInt8]? { keyIndexes[subject].map { keys[$0].wrapped } }

    func subject(_ lookup: Pseudonym) -> SubjectID? { subjects[lookup] }

    /// Each subject's new lookups, in the order they became known.
    var lookupsBySubject: [SubjectID: [Pseudonym]] {
        var lookups: [SubjectID: [Pseudonym]] = [:]
        for alias in aliases { lookups[alias.subject, default: []].append(alias.lookup) }
        return lookups
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

    /// How much there is, so that what is added from here on can be taken back.
    var mark: Vault.PendingMark { Vault.PendingMark(keys: keys.count, aliases: aliases.count) }

    /// Takes back what was added since. The mark must be of what is pending now.
    mutating func rollBack(to mark: Vault.PendingMark) {
        precondition(mark.keys <= keys.count && mark.aliases <= aliases.count, "the mark is of other pending keys")
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
        for subject in rewrappedOrder where !removed.contains(subject) {
            if let wrapped = rewrapped[subject] { rest.rewrap(subject, wrapped) }
        }
        rest.fingerprint = fingerprint
        self = rest
    }
}
