public import Engine
import Foundation
public import Journal
import LeadlineCore
import LeadlineSchemas

/// Says that a person was erased, by whom it was asked, and what is left; signed by the log's key, with the proof that
/// the erasure stands in the journal. A signed note whose text is a first line, the log's origin, the statement as one
/// line of JSON and the inclusion proof in base64.
public struct ErasureCertificate: Sendable {
    /// The first line.
    public static let title = "leadline erasure certificate v1"

    /// What is certified. Field names are a contract.
    public struct Statement: Sendable, Codable, Equatable {
        /// The program.
        public var program: String
        /// The random ids by which the journal knew the person.
        public var subjects: [String]
        /// The person's leads.
        public var leads: [String]
        /// Who asked, as the operator stated it.
        public var requestedBy: String
        /// Position of the entry that records the erasure.
        public var position: UInt64
        /// When it was recorded, RFC 3339.
        public var erased: String
        /// When this certificate was made, RFC 3339.
        public var issued: String
        /// True if the vault holds no key of the person any more, and nobody can compute it again.
        public var keyDestroyed: Bool
        /// Rejected records whose contents were removed.
        public var deadLettersEmptied: Int
        /// Waiting outcomes whose contents were removed.
        public var waitingEmptied: Int
        /// Names of clear fields that stay in the journal, since decisions rest on them.
        public var residualFields: [String]
        /// Until when copies on Kafka's topics may still stand, RFC 3339; nil where no Kafka is used.
        public var provisionalUntil: String?
        /// Each topic that may hold a copy, with when that has ended; nil in certificates that do not tell them apart.
        public var copies: [Copy]?
        /// Keys of rejected records about the person that were destroyed; nil in certificates that do not count them.
        public var deadLetterKeysDestroyed: Int?
        /// Backups of the vault from before that the operator named; nil in certificates that do not tell.
        public var backups: [String]?
        /// True if the folder's keys are computed from a seed, so that whoever has it makes a destroyed key again.
        public var keysAreComputed: Bool?
        /// Rejected records that could not be searched whole for whom they mention, and so were not erased; nil in
        /// certificates that do not tell.
        public var unsearchableRecords: Int?
        /// Observations of the person's company that stay, under the company's pseudonym and no person's.
        public var companyObservations: Int?

        /// Partners whose profiles were sealed for the person; nil in certificates that do not tell.
        public var partners: [String]?
        /// Records of others that name the person as who asked, decided, reported or approved, and stay; nil where they
        /// were not looked for.
        public var namedElsewhere: Int?

        /// A topic that may hold a copy, sealed under the destroyed key or due to be deleted.
        public struct Copy: Sendable, Codable, Equatable {
            /// The topic.
            public var topic: String
            /// What stands on it.
            public var holds: String
            /// When retention or compaction has ended it at the latest, RFC 3339.
            public var until: String

            /// A copy from its parts.
            public init(topic: String, holds: String, until: String) {
                self.topic = topic
                self.holds = holds
                self.until = until
            }
        }

        /// A statement from its parts.
        public init(
            program: String, subjects: [String], leads: [String], requestedBy: String, position: UInt64, erased: String,
            issued: String,
            keyDestroyed: Bool, deadLettersEmptied: Int, waitingEmptied: Int, residualFields: [String],
            copies: [Copy] = [],
            deadLetterKeysDestroyed: Int? = nil
        ) {
            self.program = program
            self.subjects = subjects
            self.leads = leads
            self.requestedBy = requestedBy
            self.position = position
            self.erased = erased
            self.issued = issued
            self.keyDestroyed = keyDestroyed
            self.deadLettersEmptied = deadLettersEmptied
            self.waitingEmptied = waitingEmptied
            self.residualFields = residualFields
            self.copies = copies
            self.deadLetterKeysDestroyed = deadLetterKeysDestroyed
            provisionalUntil = copies.map(\.until).max()
        }

        /// The statement for people.
        public var lines: [String] {
            [
                "Erasure certificate, program \(program)",
                leads.isEmpty
                    ? !(partners ?? []).isEmpty
                        ? "Profiles of the partners \((partners ?? []).joined(separator: ", ")), known as \(subjects.joined(separator: ", ")); no lead of the person is known."
                    : "No lead of the person is known; rejected records that mention the person were erased."
                    : "Leads \(leads.joined(separator: ", ")) of the person known as \(subjects.joined(separator: ", ")).",
                "Requested by: \(requestedBy). Recorded \(erased) at position \(position); this certificate was issued \(issued).",
                key,
                "Contents of \(deadLettersEmptied) rejected records and \(waitingEmptied) waiting outcomes were removed."
                    + (deadLetterKeysDestroyed.map { " Keys of rejected records destroyed: \($0)." } ?? ""),
            ] + notCovered + [
                "What stays in the journal, under random ids: \(residualFields.isEmpty ? "nothing" : residualFields.joined(separator: ", ")).",
                provisionalUntil.map {
                    "Provisional: copies on Kafka's topics end by retention and compaction by \($0)."
                } ?? "No Kafka topic held a copy.",
            ] + (copies ?? []).map { "  \($0.topic): \($0.holds), ended by \($0.until)" }
        }

        private var key: String {
            if keysAreComputed == true {
                return
                    "THIS IS NO PROOF OF ERASURE: the folder's keys are computed from a seed (--key-seed), and whoever has the seed makes the key again."
            }
            if !keyDestroyed { return "THE KEY IS NOT DESTROYED." }
            if leads.isEmpty && (partners ?? []).isEmpty { return "The keys of these records are not in this vault any more." }
            return
                "The person's key is not in this vault any more: what the journal and copies of it hold sealed under it opens with no key that is in this vault."
        }

        /// What the certificate does not speak for.
        private var notCovered: [String] {
            guard let backups else { return [] }
            var lines = [
                backups.isEmpty
                    ? "Not covered: backups of vault.db made before. With the master key they open what was erased until they are deleted; none was named."
                    : "Not covered until they are deleted: backups of vault.db made before, named as \(backups.joined(separator: "; "))."
            ]
            if let unsearchableRecords, unsearchableRecords > 0 {
                lines.append(
                    "Not covered: \(unsearchableRecords) rejected records could not be searched whole and may mention the person; 'leadline deadletter erase' erases them by age or one by one."
                )
            }
            if let companyObservations, companyObservations > 0 {
                lines.append(
                    "Not erased: \(companyObservations) observations of the person's company, kept under the company's pseudonym; they name no person."
                )
            }
            if let partners, !partners.isEmpty {
                lines.append(
                    "Not erased: the partner ids \(partners.joined(separator: ", ")) and the numbers of their profiles, which stand in clear: decisions rest on them, and who decided what must stay accountable."
                )
            }
            if let namedElsewhere, namedElsewhere > 0 {
                lines.append(
                    "Not erased: \(namedElsewhere) records of others name the person as who asked, decided, reported or approved. They are sealed under those persons' keys or are ids in clear, and end with those persons' records: decisions must stay accountable."
                )
            }
            return lines
        }
    }

    /// What is certified.
    public let statement: Statement
    /// The log's origin.
    public let origin: String
    /// That the erasure's entry is in the journal.
    public let proof: InclusionProof
    /// As it is written to a file.
    public let note: SignedNote
    /// The certificate as its file holds it.
    public var text: String { note.description }

    /// Issues a certificate: proves the entry and signs.
    /// - Throws: ``ProverError``, `CheckpointRefusal`, `LogKeyError`, `NoteError`.
    public init(_ statement: Statement, in folder: DataFolder) throws {
        try self.init(statement, Prover(folder, program: statement.program), LogKeyFile.load(from: folder.logKeyPath))
    }

    /// The same with what many certificates share.
    init(_ statement: Statement, _ prover: Prover, _ key: LogKey) throws {
        self.statement = statement
        proof = try prover.inclusion(of: statement.position)
        origin = LogOrigin.of(statement.program, in: key.log)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(statement), as: UTF8.self)
        var note = try SignedNote(
            text: [Self.title, origin, json, Data(proof.text.utf8).base64EncodedString()].joined(separator: "\n") + "\n"
        )
        try note.sign(key.signer.named(origin))
        self.note = note
    }

    /// Reads a certificate. Checks no signature and no proof.
    /// - Throws: `NoteError` for what is none.
    public init(_ note: SignedNote) throws {
        let lines = note.text.lines.map(String.init)
        guard lines.count == 5, lines[0] == Self.title, lines[4].isEmpty, let proof = Data(base64Encoded: lines[3])
        else {
            throw NoteError.badProof(
                reason: "it is no erasure certificate: title, origin, statement and proof must be one line each")
        }
        origin = lines[1]
        guard let statement = try? JSONDecoder().decode(Statement.self, from: Data(lines[2].utf8)) else {
            throw NoteError.badProof(reason: "its statement is not the JSON of an erasure")
        }
        self.statement = statement
        self.proof = try InclusionProof(Array(proof))
        self.note = note
    }

    /// Checks that the proof leads to its checkpoint, is of this log, and that its entry erases the person.
    /// - Throws: `NoteError`, `ProofFault`.
    func verifyContents() throws {
        let checkpoint = try Checkpoint(text: proof.checkpoint.text)
        guard checkpoint.origin == origin, LogOrigin.parts(origin)?.program == statement.program else {
            throw NoteError.badProof(reason: "the certificate is of \(origin), its proof of \(checkpoint.origin)")
        }
        guard let bytes = proof.entry, proof.position == statement.position else {
            throw NoteError.badProof(reason: "its proof is not of the entry at position \(statement.position)")
        }
        try proof.verify(leaf: HashChain.leaf(of: bytes))
        let isErasure =
            switch (try? EntryCodec.decode(bytes))?.input.fact {
            case .erasureRequested(let fact)?: statement.leads.contains(fact.leadID)
            case .rejectedRecordsErased?: statement.leads.isEmpty
            default: false
            }
        guard isErasure else {
            throw NoteError.badProof(reason: "the proven entry does not erase the person of these leads")
        }
    }
}
