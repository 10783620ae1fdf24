import ArgumentParser
import Audit
import Engine
import Foundation
import Simulation
import UseCases

/// A person's dossier in a large program.
struct BenchDossierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dossier", abstract: "Measure a person's dossier in a program of very many leads.",
        discussion: """
            Makes a program in a temporary folder, which it removes, and asks for the dossiers of an early, a middle \
            and a late lead, from the search for the person to the last counterfactual. A million leads take some \
            minutes to make and 4 GB of disk. --keep names a folder that is used as it is if it is there, and stays.
            """)

    @Option(help: "Leads of the program.") var leads = 1_000_000
    @Option(help: "Partners of the program.") var partners = 40
    @Option(help: ArgumentHelp("Where the temporary folder is made.", valueName: "dir")) var directory =
        NSTemporaryDirectory()
    @Option(help: ArgumentHelp("Folder that stays.", valueName: "dir")) var keep: String?
    @Flag(help: "Print JSON instead of a table.") var json = false

    private static let program = "bench"

    func validate() throws {
        if leads < 1_000 || leads > 10_000_000 { throw ValidationError("--leads must be from 1000 to 10000000") }
        if partners < 1 || partners > 10_000 { throw ValidationError("--partners must be from 1 to 10000") }
    }

    func run() async throws {
        let path = keep ?? directory + "/leadline-bench-\(UUID().uuidString)"
        defer { if keep == nil { _ = try? FileManager.default.removeItem(atPath: path) } }
        var figures: [BenchmarkFigure] = []
        let folder = try await folder(path, &figures)
        let count = try LeadsProjection(journal: folder.openJournalReadOnly(), derived: folder.openDerived()).counts(
            program: Self.program
        )
        .reduce(0) { $0 + $1.count }
        var bar = ProgressBar("dossiers", unit: "dossiers")
        defer { bar.finish() }
        for (done, (name, share)) in [("early", 0.001), ("middle", 0.5), ("late", 0.999)].enumerated() {
            bar.update(UInt64(done), of: 3)
            let lead = try Self.lead(near: Int(Double(count) * share), folder)
            let began = ContinuousClock.now
            let deployment = Deployment(folder, namedProgram: Self.program, asker: .atTerminal(reason: "measuring"))
            // Made-up telephone numbers meet: in so large a program they link strangers.
            let dossier = try deployment.dossier(of: lead, linked: false)
            guard dossier.certificate.decisions > 0, dossier.certificate.reproduced == dossier.certificate.decisions
            else {
                throw Problem(.checkFailed, "the dossier of \(lead) does not come out as recorded")
            }
            figures.append(
                BenchmarkFigure(
                    name: "dossier of a\(name == "early" ? "n" : "") \(name) lead",
                    value: began.duration(to: .now).inSeconds, unit: "s", aim: 5))
        }
        bar.finish()
        try BenchmarkTable.show(figures, json: json)
    }

    /// A lead by its number; other records are numbered with leads, so the next one may be meant.
    private static func lead(near number: Int, _ folder: DataFolder) throws -> String {
        let projection = LeadsProjection(journal: try folder.openJournalReadOnly(), derived: try folder.openDerived())
        for number in number..<(number + 10_000) {
            if try projection.lead("lead-\(number)", program: program) != nil { return "lead-\(number)" }
        }
        throw Problem(.checkFailed, "the program has no lead near number \(number)")
    }

    private func folder(_ path: String, _ figures: inout [BenchmarkFigure]) async throws -> DataFolder {
        if let folder = try? DataFolder(path: path) { return folder }
        let folder = try DataFolder.create(
            path: path, settings: .init(program: Self.program, masterKeyFile: path + ".key", keySeed: "bench"))
        var bar = ProgressBar("making", unit: "leads")
        let began = ContinuousClock.now
        try await LargeProgram(leads: leads, partners: partners).make(in: folder) { bar.update(UInt64($0), of: UInt64($1)) }
        bar.finish()
        figures.append(
            BenchmarkFigure(
                name: "program of \(leads) leads made and settled", value: began.duration(to: .now).inSeconds, unit: "s"
            ))
        return folder
    }
}
