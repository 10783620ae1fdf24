public import Audit
import Engine
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
public import Reports
import SwiftProtobuf
import Vault

extension Deployment {
    /// The edition of a dossier that the person gets, in a language, signed by the log's key. The reads are noted
    /// first, with who asks and why.
    /// - Parameter name: an e-mail address or a lead's id.
    /// - Returns: the edition, and the dossier that it was written from.
    public func subjectEdition(
        of name: String, in language: EditionLanguage, linked: Bool? = nil, searchesOthers: Bool = false
    ) throws(Problem) -> (edition: SubjectEdition, dossier: Dossier) {
        let dossier = try dossier(of: name, linked: linked, searchesOthers: searchesOthers)
        return try Problem.told {
            let profile = try profileInForce(as: "audit dossier")
            let signer = try EditionSigner(folder, program: program)
            let facts = SubjectLetter.Facts(
                dossier: dossier, profile: try profile.map { try letterProfile($0) },
                retention: try state().policy?.retention, partnerNames: try partnerNames(dossier, profile),
                origin: signer.origin, streamSize: signer.checkpoint.size, root: "\(signer.checkpoint.root)")
            return (try signer.sign(SubjectLetter(facts, in: language).statement), dossier)
        }
    }

    /// The profile with its sources under the tokens by which the journal knows them.
    private func letterProfile(_ profile: ProgramProfile) throws -> SubjectLetter.Profile {
        let pseudonyms = Pseudonyms(masterKey: try folder.openVault().masterKey, program: program)
        let tokens = profile.message.sources.map { (SourceToken.of($0.source, pseudonyms), $0.source) }
        return SubjectLetter.Profile(
            version: profile.version, position: profile.position, from: TimeText.utc(profile.from),
            message: profile.message, sourcesByToken: Dictionary(tokens) { first, _ in first })
    }

    /// Names of the partners who held a lead of the person, where the vendor allows them to be told. What cannot be
    /// opened has no name.
    private func partnerNames(_ dossier: Dossier, _ profile: ProgramProfile?) throws -> [String: String] {
        guard profile?.message.namesPartners == true else { return [:] }
        let partners = Set(dossier.recipients.map(\.partner)).sorted()
        if partners.isEmpty { return [:] }
        let line = progress("indexing partners")
        defer { line.finish() }
        do {
            let positions = try PartnerProfiles.positions(of: partners, program: program, in: folder) {
                line.update($0, of: $1)
            }
            return try openedNames(positions)
        } catch JournalError.archived { return [:] }
    }

    private func openedNames(_ positions: [String: UInt64]) throws -> [String: String] {
        let fields = SealedFields(vault: try folder.openVault().vault)
        let entries = try folder.openJournalReadOnly().read { db in
            try positions.compactMapValues { position in
                try JournalReader().entry(program: program, position: position, in: db).map {
                    try EntryCodec.decode($0)
                }
            }
        }
        let subjects = Set(entries.values.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description })
        if !subjects.isEmpty { try note("audit dossier", subjects.sorted()) }
        return try entries.reduce(into: [:]) { names, found in
            // The row says where to look; whose profile it is the entry says.
            guard case .partnerUpserted(let profile) = found.value.input.fact, profile.partnerID == found.key,
                case .opened(let sealed, _) = try fields.open(found.value, program: program)
            else { return }
            names[found.key] = try WirePartnerUpserted(serializedBytes: sealed).name
        }
    }
}
