import ArgumentParser
import Audit
import Engine
import Foundation
import Journal
import Reports

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an archive that can be read and verified with nothing else.",
        discussion: """
            Entries as stored, gzipped, every checkpoint, statements of key rotation, policies, the messages' definitions, \
            and a README.txt that says how to read and verify it all without Leadline. A name that ends in .tar gives one \
            file, any other a folder. It signs the newest entries first.

            It holds no keys: names, addresses and free text stay sealed, and who was erased stays erased.

            'leadline audit check' checks it from its files alone; verify, replay and explain read it with --archive. \
            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("Where to; nothing may be there yet.", valueName: "path"))
    var path: String

    @Flag(help: "Print one JSON object: path, entries, bytes.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let folder = try data.folder()
        let isFile = path.hasSuffix(".tar")
        if FileManager.default.fileExists(atPath: path) { throw CommandFailure(.input, "\(ArchiveError.exists(path: path))") }
        let target = isFile ? OpenArchive.temporaryPath() : path
        defer { if isFile { _ = try? FileManager.default.removeItem(atPath: target) } }
        let entries: UInt64
        do {
            var bar = ProgressBar("exporting", unit: "entries")
            defer { bar.finish() }
            entries = try ArchiveWriter(folder, to: target).write(program: data.givenProgram, created: SystemClock().now()) { bar.update($0, of: $1) }
            if isFile { try TarFile.pack(target, to: path) }
        } catch let refusal as CheckpointRefusal {
            throw CommandFailure(.checkFailed, "\(refusal)")
        } catch { throw CommandFailure(ofAudit: error) }
        let bytes = try Self.bytes(path)
        if json { return Terminal.line(JSONText.object([("path", JSONText.quoted(path)), ("entries", "\(entries)"), ("bytes", "\(bytes)")])) }
        Terminal.line("Wrote \(path): \(CountText.grouped(Int64(entries))) \(entries == 1 ? "entry" : "entries"), \(CountText.grouped(Int64(bytes))) bytes.")
        Terminal.line("Check it anywhere: leadline audit check \(path) --key KEY")
    }

    private static func bytes(_ path: String) throws -> Int {
        let names = [""] + (FileManager.default.subpaths(atPath: path) ?? []).map { "/" + $0 }
        return try names.reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
            return sum + (attributes[.type] as? FileAttributeType == .typeRegular ? attributes[.size] as? Int ?? 0 : 0)
        }
    }
}
