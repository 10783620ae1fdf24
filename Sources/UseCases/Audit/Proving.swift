import Audit
import Engine
import GRDB
import Journal

/// What a proof is about.
public enum ProofSubject: Sendable {
    /// The entry at a position.
    case position(UInt64)
    /// Every entry about a lead.
    case lead(String)
    /// That a newer stream begins with an older one; both are sizes of checkpoints, nil is the newest.
    case consistency(from: UInt64, to: UInt64?)
}

/// A proof as a file.
public struct ProofFile: Sendable {
    /// A name for it, e.g. "demo-451.tlog-proof".
    public let name: String
    public let text: String
}

extension Deployment {
    /// Proves entries, or that nothing earlier was changed.
    /// - Parameter withEntry: false leaves the entry's bytes out of a proof, for someone who has them.
    public func prove(_ subject: ProofSubject, withEntry: Bool = true) throws(Problem) -> [ProofFile] {
        try Problem.told {
            let prover = try Prover(folder, program: program)
            let positions: [UInt64]
            switch subject {
            case .consistency(let from, let to):
                let proof = try prover.consistency(from: from, to: to)
                let size = try Checkpoint(text: proof.new.text).size
                return [ProofFile(name: "\(program)-\(from)-\(size).tlog-consistency", text: proof.text)]
            case .position(let position): positions = [position]
            case .lead(let lead): positions = try self.positions(of: lead)
            }
            return try positions.map {
                ProofFile(
                    name: "\(program)-\($0).tlog-proof", text: try prover.inclusion(of: $0, withEntry: withEntry).text)
            }
        }
    }

    /// The stored bytes of an entry, in which what is personal is sealed; nil where there is none.
    public func entryBytes(at position: UInt64) throws(Problem) -> [UInt8]? {
        try Problem.told {
            try journalReader().read { try JournalReader().entry(program: program, position: position, in: $0) }
        }
    }

    private func positions(of lead: String) throws -> [UInt64] {
        guard let row = try leadsProjection(label: "indexing").lead(lead, program: program), !row.positions.isEmpty
        else {
            throw Problem(
                .notFound, "the program \(program) has no lead \(lead)",
                remedy: "'leadline leads list' shows those it has")
        }
        // What an entry in an archive is about, only the archive tells; its proof holds no entry then.
        _ = try folder.openJournalReadOnly().read { try JournaledLead(row, skipsArchived: true, in: $0) }
        return row.positions
    }
}
