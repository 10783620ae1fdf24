public import Engine
import GRDB
import Journal
import LeadlineCore
public import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

/// What a program tells the people whose data it processes, as somebody wants it.
public struct ProposedProgramProfile: Sendable {
    /// As it is sent.
    public let message: WireProgramProfileSet
    /// The version that it gets.
    public let version: String

    /// Reads a profile by intake's own rules.
    /// - Throws: `Rejection` with the field.
    public init(_ message: WireProgramProfileSet, clock: any WallClock = SystemClock()) throws {
        self.message = message
        version = try ProfileVersion.of(message)
        _ = try Validation.fact(
            Array(try message.jsonString().utf8), as: .programProfileSet, at: clock.now())
    }
}

/// A program's profile as the journal holds it, opened.
public struct ProgramProfile: Sendable {
    /// The first 32 hexadecimal digits of the SHA-256 of the whole profile.
    public let version: String
    /// Position of its entry.
    public let position: UInt64
    /// When it came into force.
    public let from: Timestamp
    /// What it says.
    public let message: WireProgramProfileSet

    /// proto3 JSON with the schema's field names.
    public func json() throws(Problem) -> String { try Problem.told { try SchemaJSON.text(message) } }
}

extension Deployment {
    /// Compares a profile with the one in force. The read is noted with who asks and why.
    public func compare(_ profile: ProposedProgramProfile) throws(Problem) -> SettingChange {
        try checkRegistered()
        return try Problem.told {
            let current = try profileInForce(as: "program apply")
            let before = try current.map { try JSONLeaves.of(json: SchemaJSON.text($0.message)) } ?? []
            return SettingChange(
                differences: FieldDiff.between(before, try JSONLeaves.of(json: SchemaJSON.text(profile.message))),
                versionInForce: current?.version, isUnchanged: current?.version == profile.version)
        }
    }

    /// Publishes a profile; it holds from its event on.
    public func publish(_ profile: ProposedProgramProfile) async throws(Problem) -> Publication {
        try await Problem.told {
            try await publish([
                event(.programProfileSet, try profile.message.jsonString())
            ])
        }
    }

    /// The profile in force, or an older one. The read is noted with who asks and why.
    /// - Parameter version: the beginning of a version; nil for the one in force.
    /// - Throws: `Problem` where there is none.
    public func programProfile(version: String? = nil) throws(Problem) -> ProgramProfile {
        try checkRegistered()
        let none = Problem(
            .notFound, "the program \(program) has no profile: nothing is stated about who answers for it",
            remedy: "Apply one: 'leadline program apply -f program.yaml'")
        return try Problem.told {
            guard let version else {
                guard let profile = try profileInForce(as: "program show") else { throw none }
                return profile
            }
            let found = try profiles(as: "program show").last { $0.version.hasPrefix(version) }
            guard let found, !version.isEmpty else {
                throw Problem(
                    .notFound, "the program has no profile of the version \(Escaping.harmless(version))",
                    remedy: "'leadline program show' shows the one in force")
            }
            return found
        }
    }

    /// The profile in force; nil if there is none. What the index says is read in the journal.
    func profileInForce(as command: String) throws -> ProgramProfile? {
        try profiles(as: command, newestOnly: true).last
    }

    /// The program's profiles, the oldest first.
    private func profiles(as command: String, newestOnly: Bool = false) throws -> [ProgramProfile] {
        let positions = try leadsProjection(label: "indexing").profiles(program: program)
        if positions.isEmpty { return [] }
        let fields = SealedFields(vault: try folder.openVault().vault)
        return try folder.openJournalReadOnly().read { db in
            let entries = try positions.suffix(newestOnly ? 1 : positions.count).map { position in
                guard let bytes = try JournalReader().entry(program: program, position: position, in: db) else {
                    throw JournalError.unknownProgram(program)
                }
                return try EntryCodec.decode(bytes)
            }
            let subjects = Set(entries.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description })
            if !subjects.isEmpty { try note(command, subjects.sorted()) }
            return try entries.compactMap { try profile($0, fields) }
        }
    }

    /// The profile of an entry, its clear part and what the vault opens put together; nil for an entry of another kind.
    private func profile(_ entry: EntryRecord, _ fields: SealedFields) throws -> ProgramProfile? {
        guard case .programProfileSet = entry.input.fact else { return nil }
        var bytes = FactCodec.encode(entry.input.fact).bytes
        if case .opened(let sealed, _) = try fields.open(entry, program: program) { bytes += sealed }
        let message = try WireProgramProfileSet(serializedBytes: bytes)
        return ProgramProfile(
            version: try ProfileVersion.of(message), position: entry.position, from: entry.stamp, message: message)
    }
}
