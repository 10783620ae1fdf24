import ArgumentParser
import Audit
import Engine
import Foundation
import Reports
import UseCases

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an archive that can be read and verified with nothing else.",
        discussion: """
            Entries as stored, gzipped, every checkpoint, statements of key rotation, policies, the messages' \
            definitions, and a README.txt that says how to read and verify it all without Leadline. A name that ends \
            in .tar gives one file, any other a folder. It signs the newest entries first.

            It holds no keys: names, addresses and free text stay sealed, and who was erased stays erased.

            'leadline audit check' checks it from its files alone; verify, replay and explain read it with --archive. \
            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("Where to; nothing may be there yet.", valueName: "path"))
    var path: String

    @Flag(help: "Every program of the data folder, not the one that is meant alone.")
    var allPrograms = false

    @Flag(help: "Print one JSON object: path, entries, bytes.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let archive = try data.deployment().export(to: path, allPrograms: allPrograms)
        if json {
            return Terminal.line(
                JSONText.object([
                    ("path", JSONText.quoted(archive.path)), ("entries", "\(archive.entries)"),
                    ("bytes", "\(archive.bytes)"),
                ]))
        }
        let entries = "\(CountText.grouped(Int64(archive.entries))) \(archive.entries == 1 ? "entry" : "entries")"
        Terminal.line("Wrote \(path): \(entries), \(CountText.grouped(Int64(archive.bytes))) bytes.")
        Terminal.line("Check it anywhere: leadline audit check \(path) --key KEY")
    }
}
