public import Engine
import Foundation
public import Journal
import LeadlineCore

/// The edition of a dossier that the person gets: what it says, in one language, signed by the log's key together with
/// the checkpoint of the records that it was written from. A signed note whose text is a first line, the log's origin,
/// the statement as one line of JSON and the checkpoint in base64.
public struct SubjectEdition: Sendable {
    /// The first line.
    public static let title = "leadline subject edition v1"

    /// A piece of a section.
    public struct Part: Sendable, Codable, Equatable {
        /// What kind of piece it is.
        public enum Kind: String, Sendable, Codable, CaseIterable { case heading, paragraph, item, fact }

        /// What kind of piece it is.
        public var kind: Kind
        /// The name of a fact; nil for any other piece.
        public var name: String?
        /// What is said.
        public var text: String

        /// A heading below that of the section.
        public static func heading(_ text: String) -> Part { Part(kind: .heading, text: text) }
        /// A paragraph.
        public static func paragraph(_ text: String) -> Part { Part(kind: .paragraph, text: text) }
        /// An item of a list.
        public static func item(_ text: String) -> Part { Part(kind: .item, text: text) }
        /// A name with its value.
        public static func fact(_ name: String, _ text: String) -> Part { Part(kind: .fact, name: name, text: text) }
    }

    /// A section.
    public struct Section: Sendable, Codable, Equatable {
        /// What it is about, the same in every language: "responsible", "decisions", ...
        public var id: String
        /// Its heading.
        public var title: String
        /// What it says.
        public var parts: [Part]

        /// A section from its parts.
        public init(id: String, title: String, parts: [Part]) {
            self.id = id
            self.title = title
            self.parts = parts
        }
    }

    /// The profile of the program that it was written from.
    public struct Profile: Sendable, Codable, Equatable {
        /// Its version.
        public var version: String
        /// Position of its entry.
        public var position: UInt64

        /// A profile's place.
        public init(version: String, position: UInt64) {
            self.version = version
            self.position = position
        }
    }

    /// All that is signed. Field names are a contract.
    public struct Statement: Sendable, Codable, Equatable {
        /// The program.
        public var program: String
        /// ISO 639-1.
        public var language: String
        /// When it was made, RFC 3339.
        public var made: String
        /// The random ids by which the journal knows the person.
        public var subjects: [String]
        /// The person's leads.
        public var leads: [String]
        /// The program's profile; nil if it had none.
        public var profile: Profile?
        /// Entries of the stream at that moment, those of the checkpoint.
        public var streamSize: UInt64
        /// The heading.
        public var title: String
        /// What stands before the sections, a paragraph an element.
        public var introduction: [String]
        /// The sections, in order.
        public var sections: [Section]

        /// A statement from its parts.
        public init(
            program: String, language: String, made: String, subjects: [String], leads: [String], profile: Profile?,
            streamSize: UInt64, title: String, introduction: [String], sections: [Section]
        ) {
            self.program = program
            self.language = language
            self.made = made
            self.subjects = subjects
            self.leads = leads
            self.profile = profile
            self.streamSize = streamSize
            self.title = title
            self.introduction = introduction
            self.sections = sections
        }

        /// The statement for people: what belongs to the line above begins with two spaces more.
        public var lines: [String] {
            [title] + introduction
                + sections.flatMap { section in
                    ["", section.title]
                        + section.parts.map { part in
                            switch part.kind {
                            case .heading: "  \(part.text)"
                            case .paragraph: "    \(part.text)"
                            case .item: "    - \(part.text)"
                            case .fact: "    \(part.name ?? ""): \(part.text)"
                            }
                        }
                }
        }
    }

    /// What is signed.
    public let statement: Statement
    /// The log's origin.
    public let origin: String
    /// The checkpoint of the records.
    public let checkpoint: SignedNote
    /// As it is written to a file.
    public let note: SignedNote
    /// The edition as its file holds it.
    public var text: String { note.description }

    /// Reads an edition. Checks no signature.
    /// - Throws: `NoteError` for what is none.
    public init(_ note: SignedNote) throws {
        let lines = note.text.lines.map(String.init)
        guard lines.count == 5, lines[0] == Self.title, lines[4].isEmpty,
            let checkpoint = Data(base64Encoded: lines[3])
        else {
            throw NoteError.badProof(
                reason: "it is no subject's edition: title, origin, statement and checkpoint must be one line each")
        }
        origin = lines[1]
        guard let statement = try? JSONDecoder().decode(Statement.self, from: Data(lines[2].utf8)) else {
            throw NoteError.badProof(reason: "its statement is not the JSON of a subject's edition")
        }
        self.statement = statement
        self.checkpoint = try SignedNote(Array(checkpoint))
        self.note = note
    }

    fileprivate init(_ statement: Statement, _ origin: String, _ checkpoint: SignedNote, _ note: SignedNote) {
        self.statement = statement
        self.origin = origin
        self.checkpoint = checkpoint
        self.note = note
    }

    /// Checks that the checkpoint is of this log and of the records that the statement names.
    /// - Throws: `NoteError`.
    func verifyContents() throws {
        let checkpoint = try Checkpoint(text: checkpoint.text)
        guard checkpoint.origin == origin, LogOrigin.parts(origin)?.program == statement.program else {
            throw NoteError.badProof(reason: "the edition is of \(origin), its checkpoint of \(checkpoint.origin)")
        }
        guard checkpoint.size == statement.streamSize else {
            throw NoteError.badProof(
                reason: "the edition is of \(statement.streamSize) entries, its checkpoint of \(checkpoint.size)")
        }
    }
}

/// Signs subjects' editions of one program, under the checkpoint of its newest entries.
public struct EditionSigner: Sendable {
    /// The log's origin.
    public let origin: String
    /// The checkpoint.
    public let checkpoint: Checkpoint
    private let signed: SignedNote
    private let key: LogKey

    /// A signer for a program; the newest entries are checked against what was signed before, and signed.
    /// - Throws: `CheckpointRefusal`, `LogKeyError`, `NoteError`.
    public init(_ folder: DataFolder, program: String) throws {
        let stored = try CheckpointSigner(folder).sign(program)
        checkpoint = stored.checkpoint
        signed = stored.note
        key = try LogKeyFile.load(from: folder.logKeyPath)
        origin = LogOrigin.of(program, in: key.log)
    }

    /// The edition that says this.
    /// - Throws: `NoteError`.
    public func sign(_ statement: SubjectEdition.Statement) throws -> SubjectEdition {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = String(decoding: try encoder.encode(statement), as: UTF8.self)
        let lines = [
            SubjectEdition.title, origin, json, Data(signed.description.utf8).base64EncodedString(),
        ]
        var note = try SignedNote(text: lines.joined(separator: "\n") + "\n")
        try note.sign(key.signer.named(origin))
        return SubjectEdition(statement, origin, signed, note)
    }
}
