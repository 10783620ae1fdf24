import ArgumentParser
import Audit
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import TextFormats
import UseCases

struct ArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Move a program's oldest entries to an archive.",
        discussion: """
            Writes the entries that are not archived yet, up to the newest checkpoint signed over no more than \
            --through names, as 'leadline export' writes all; reads the archive back and checks it; has \
            SegmentArchived journaled, with the archive's digest, the Merkle root and the state's hash; and only then \
            deletes the entries' bytes. Their hashes stay, and the state after them: the processor goes on, and \
            proofs and checkpoints hold as before.

            Whoever reads an archived entry from then on names the archive with --with-archive. Without it verify and \
            replay begin after the archived entries and say so. Keep the archive: nothing else has what was in it.

            If it was interrupted, the same command goes on where it stopped. An archive that is there already, as \
            from another instance of the cluster, is taken if the journal states it. On Kafka this trims the local \
            copy of the journal; the topic keeps its entries. \(Outcome.note)
            """)

    @Option(
        help: ArgumentHelp(
            "Last position, or a moment such as 2026-03-31T23:59:59Z. Default: all there is.",
            valueName: "position or time"))
    var through: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to: a .tar file, or a folder.", valueName: "path"))
    var output: String

    @Option(help: ArgumentHelp("Who archives, by the id of a role; no name or address.", valueName: "id"))
    var archivedBy = ""

    @Flag(help: "Print one JSON object: path, first, next, archive, statement, removed.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws { _ = try end() }

    private func end() throws -> ArchiveEnd {
        guard let through else { return .newest }
        if let position = UInt64(through), position < UInt64(Int64.max) { return .count(position + 1) }
        guard let time = RFC3339.parse(through) else {
            throw ValidationError(
                "--through must be a position or a time such as 2026-03-31T23:59:59Z, not '\(through)'")
        }
        return .time(time)
    }

    func run() async throws {
        let archived = try await data.deployment(kafka).archive(through: try end(), to: output, by: archivedBy)
        if json {
            return Terminal.line(
                JSONText.object([
                    ("path", JSONText.quoted(archived.path)), ("first", "\(archived.first)"),
                    ("next", "\(archived.last + 1)"),
                    ("archive", JSONText.quoted(archived.archive)), ("statement", "\(archived.statement)"),
                    ("removed", "\(archived.removed)"),
                ]))
        }
        Terminal.line(
            "Entries \(archived.first) to \(archived.last) are in \(archived.path) and left the journal: "
                + "\(CountText.grouped(Int64(archived.removed))).")
        Terminal.line("archive \(archived.archive), stated at position \(archived.statement)")
        if archived.isCopy {
            Terminal.line("This is the local copy of the journal; leadline.journal on Kafka keeps its entries.")
        }
        if !archived.isCompact {
            Terminal.line("The file keeps its size, for a processor works on it; new entries use the room.")
        }
        Terminal.line(
            "Keep the archive, and a copy elsewhere: nothing else holds what was in it. Commands read it with --with-archive \(archived.path)."
        )
    }
}
