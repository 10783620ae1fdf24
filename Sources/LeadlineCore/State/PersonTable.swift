/// What stands for persons, by their random ids: rights that bind every lead of theirs, and who is the same person as
/// whom. Since logic version 4.
///
/// A row is there for as long as something stands in it. Rows are in the order in which they came to be, but for the
/// last, which takes the place of one that goes: a function of the journal alone.
struct PersonTable: Sendable {
    struct Standing: OptionSet, Sendable {
        var rawValue: UInt8
        static let restricted = Standing(rawValue: 1)
        static let objected = Standing(rawValue: 2)
    }

    enum LinkKind: UInt8, Sendable {
        /// It follows from a lead's address.
        case inferred = 1
        /// Somebody said so.
        case stated
        /// Somebody said that they are two: no address makes them one again.
        case severed
    }

    struct Link: Sendable, Equatable {
        var to: Digest128
        var kind: LinkKind
        var isInferred: Bool { kind == .inferred }
    }

    struct Person: Sendable, Equatable {
        var subject: Digest128
        var standing: Standing = []
        var links: [Link] = []
    }

    /// Rows at most; what would need more is refused aloud.
    static let countMax = 1_000_000
    /// Ids that are one person at most, so that no producer can make everybody one.
    static let groupMax = 64

    private(set) var persons: ContiguousArray<Person> = []
    private var index = HashIndex()

    init() {}

    /// The table of a snapshot's rows.
    init(_ persons: ContiguousArray<Person>) {
        self.persons = persons
        for row in persons.indices { index.insert(UInt32(row), HashIndex.hash(persons[row].subject)) }
    }

    private func row(of subject: Digest128) -> Int? {
        index.row(HashIndex.hash(subject)) { persons[Int($0)].subject == subject }.map { Int($0) }
    }

    /// The links of one id, severed ones left out.
    func links(of subject: Digest128) -> [Link] { allLinks(of: subject).filter { $0.kind != .severed } }

    private func allLinks(of subject: Digest128) -> [Link] { row(of: subject).map { persons[$0].links } ?? [] }

    /// True if somebody said that these are two persons.
    func isSevered(_ subject: Digest128, _ other: Digest128) -> Bool {
        allLinks(of: subject).contains { $0.to == other && $0.kind == .severed }
    }

    /// Every id that is the same person as one of these, these first.
    func group(of seeds: [Digest128]) -> [Digest128] {
        var group: [Digest128] = []
        for seed in seeds where seed != .zero && !group.contains(seed) { group.append(seed) }
        var next = 0
        while next < group.count {
            for link in links(of: group[next]) where !group.contains(link.to) { group.append(link.to) }
            next += 1
        }
        return group
    }

    /// What stands for a person, by any of the ids.
    func standing(of group: [Digest128]) -> Standing {
        if persons.isEmpty { return [] }
        return group.reduce(into: []) { standing, subject in
            if let row = row(of: subject) { standing.formUnion(persons[row].standing) }
        }
    }

    /// True if all of these can be given a row.
    func hasRoom(for subjects: [Digest128]) -> Bool {
        persons.count + subjects.count { row(of: $0) == nil } <= Self.countMax
    }

    mutating func insert(_ standing: Standing, for subject: Digest128) {
        let row = rowOrInsert(subject)
        persons[row].standing.formUnion(standing)
    }

    mutating func remove(_ standing: Standing, for subject: Digest128) {
        guard let row = row(of: subject) else { return }
        persons[row].standing.subtract(standing)
        prune(subject)
    }

    /// Links two ids, in both directions, or severs them; the newest word stands.
    mutating func link(_ one: Digest128, _ other: Digest128, _ kind: LinkKind) {
        for (from, to) in [(one, other), (other, one)] {
            let row = rowOrInsert(from)
            if let known = persons[row].links.firstIndex(where: { $0.to == to }) {
                persons[row].links[known].kind = kind
            } else {
                persons[row].links.append(Link(to: to, kind: kind))
            }
        }
    }

    private mutating func unlink(_ one: Digest128, _ other: Digest128) {
        for (from, to) in [(one, other), (other, one)] {
            guard let row = row(of: from) else { continue }
            persons[row].links.removeAll { $0.to == to }
            prune(from)
        }
    }

    /// Forgets an id that will never come again.
    mutating func forget(_ subject: Digest128) {
        for link in allLinks(of: subject) { unlink(subject, link.to) }
        if let row = row(of: subject) { index.removeRow(row, of: &persons) { HashIndex.hash($0.subject) } }
    }

    private mutating func rowOrInsert(_ subject: Digest128) -> Int {
        if let known = row(of: subject) { return known }
        persons.append(Person(subject: subject))
        index.insert(UInt32(persons.count - 1), HashIndex.hash(subject))
        return persons.count - 1
    }

    /// Nothing stands in the row any more.
    private mutating func prune(_ subject: Digest128) {
        guard let row = row(of: subject), persons[row].standing.isEmpty, persons[row].links.isEmpty else { return }
        index.removeRow(row, of: &persons) { HashIndex.hash($0.subject) }
    }
}

// MARK: - Canonical bytes

extension PersonTable {
    func write(to w: inout StateWriter) {
        w.put(each: persons) { w, person in
            w.put(person.subject)
            w.put(person.standing.rawValue)
            w.put(each: person.links) { w, link in
                w.put(link.to)
                w.put(link.kind.rawValue)
            }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(ContiguousArray(try r.each { (r) throws(StateBytesError) in
            Person(
                subject: try r.digest(), standing: Standing(rawValue: try r.get()),
                links: try r.each { (r) throws(StateBytesError) in
                    Link(to: try r.digest(), kind: try r.raw())
                })
        }))
        guard persons.indices.allSatisfy({ row(of: persons[$0].subject) == $0 }) else { throw .invalid(at: r.at) }
    }
}
