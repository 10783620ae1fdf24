import Engine
import Synchronization
import UseCases

/// Leads as they were answered, kept until something more is journaled of them. What concerns no lead in particular, an
/// erasure above all, has all of the program forgotten.
///
/// What is kept is never older than what this process has been told is journaled: before anything is answered from here,
/// the entries since are looked through. Nothing that was sealed is kept, and no refusal: who may see nothing of a lead
/// goes the same way as for one that never was.
final class KnownStories: Sendable {
    /// Bytes of answers kept at most, in two halves: once the younger is full the older goes.
    private static let bytesMax = 32 << 20
    /// Entries that are looked through; where there are more, all of the program is forgotten.
    static let entriesMax: UInt64 = 2_000

    private struct Shelf {
        /// Entries of the program's stream that were looked through.
        var size: UInt64 = 0
        var looking: Task<Void, any Error>?
        var young: [String: [String: Answer]] = [:]
        var old: [String: [String: Answer]] = [:]
        var youngBytes = 0

        mutating func forgetAll() { (young, old, youngBytes) = ([:], [:], 0) }
    }

    private let commits: CommitSignal
    private let shelves = Mutex<[String: Shelf]>([:])

    /// - Parameter commits: tells how many entries programs have.
    init(_ commits: CommitSignal) { self.commits = commits }

    /// The answer that a partner, or with nil a vendor role, is given about a lead.
    /// - Parameters:
    ///   - changed: what entries from one position on, before another, say of whom; nil if of more than some leads.
    ///   - make: makes the answer from the journal.
    func answer(
        about lead: String, of program: String, for partner: String?,
        changed: @escaping @Sendable (_ from: UInt64, _ before: UInt64) async throws -> Set<String>?,
        make: () async throws -> Answer
    ) async throws -> Answer {
        let view = partner.map { "partner " + $0 } ?? "all"
        let size = try await lookThrough(program, changed)
        if let known = shelves.withLock({ $0[program]?.young[lead]?[view] ?? $0[program]?.old[lead]?[view] }) {
            return known
        }
        // Made after the size was told, it holds at least so many entries.
        let answer = try await make().tagged
        keep(answer, lead, view, program, size)
        return answer
    }

    private func keep(_ answer: Answer, _ lead: String, _ view: String, _ program: String, _ size: UInt64) {
        shelves.withLock { shelves in
            guard var shelf = shelves.removeValue(forKey: program) else { return }
            defer { shelves[program] = shelf }
            // What was looked through meanwhile may have been about this lead.
            guard shelf.size == size else { return }
            shelf.young[lead, default: [:]][view] = answer
            shelf.youngBytes += answer.body.count + 512
            if shelf.youngBytes > Self.bytesMax / 2 {
                (shelf.old, shelf.young, shelf.youngBytes) = (shelf.young, [:], 0)
            }
        }
    }

    // MARK: Keeping up

    /// Looks through what was journaled since the last time; returns how many entries were.
    private func lookThrough(
        _ program: String, _ changed: @escaping @Sendable (UInt64, UInt64) async throws -> Set<String>?
    ) async throws -> UInt64 {
        while true {
            let end = commits.size(of: program)
            let (size, looking) = shelves.withLock { shelves -> (UInt64, Task<Void, any Error>?) in
                var shelf = shelves.removeValue(forKey: program) ?? Shelf()
                defer { shelves[program] = shelf }
                if shelf.size >= end { return (shelf.size, nil) }
                if end - shelf.size > Self.entriesMax {
                    shelf.forgetAll()
                    // Whoever is looking through older ones has nothing to take out any more.
                    shelf.size = end
                    return (end, nil)
                }
                if let looking = shelf.looking { return (shelf.size, looking) }
                let from = shelf.size
                let looking = Task { [self] in
                    let leads: Result<Set<String>?, any Error>
                    do { leads = .success(try await changed(from, end)) } catch { leads = .failure(error) }
                    try take(leads, from, end, program)
                }
                shelf.looking = looking
                return (shelf.size, looking)
            }
            guard let looking else { return size }
            try await looking.value
        }
    }

    private func take(
        _ leads: Result<Set<String>?, any Error>, _ from: UInt64, _ end: UInt64, _ program: String
    ) throws {
        try shelves.withLock { shelves in
            guard var shelf = shelves.removeValue(forKey: program) else { return }
            defer { shelves[program] = shelf }
            shelf.looking = nil
            let leads = try leads.get()
            guard shelf.size == from else { return }
            shelf.size = end
            guard let leads else { return shelf.forgetAll() }
            for lead in leads {
                shelf.young[lead] = nil
                shelf.old[lead] = nil
            }
        }
    }
}
