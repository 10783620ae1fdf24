import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import TextFormats
import Testing

@testable import LeadlineCLI

/// Goal: the ready mappings take the usual exports in, guessed ones are a start, and every key is told. Method: the invented
/// samples beside the mappings, in the columns that those exports have.
@Suite struct ImportReadyTests {
    private static var examples: String {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path + "/deploy/examples/import"
    }

    private func plan(_ name: String) throws -> ImportPlan {
        // Deals won in other currencies than the program's need a rate.
        var policy = WirePolicy()
        (policy.name, policy.attemptsMax, policy.periodDays, policy.humanQueue) = ("rates", 1, 30, "people")
        policy.exchangeRates = ["CHF", "EUR", "JPY", "PLN"].map { currency in
            var rate = WireExchangeRate()
            (rate.currency, rate.rateMicros) = (currency, 1_000_000)
            return rate
        }
        return try ImportPlan(
            mapping: try MappingFile("\(Self.examples)/\(name)/mapping.yaml").mapping, from: "\(Self.examples)/\(name)", policy: policy,
            program: name, mode: .history, now: Timestamp(micros: 1_800_000_000_000_000))
    }

    /// Partners, leads, won, lost, withdrawn, open, refused, left out; what was won, in minor units; and the first lead's moment.
    @Test(arguments: [
        ("salesforce", [3, 6, 3, 1, 0, 2, 0, 1], ["4825000 USD", "990050 EUR", "5400000 JPY"], "2025-01-09T14:00:00.000001Z"),
        ("hubspot", [3, 5, 2, 1, 0, 2, 0, 0], ["1840000 EUR", "9600000 CHF"], "2025-01-13T09:41:00.000001Z"),
        ("pipedrive", [2, 4, 2, 1, 0, 1, 0, 1], ["1250000 PLN", "64000 EUR"], "2025-01-08T10:12:33.000001Z"),
        ("zoho", [2, 4, 1, 1, 1, 1, 0, 0], ["125000000 INR"], "2025-01-06T04:35:00.000001Z"),
        ("dynamics", [2, 4, 1, 1, 1, 1, 0, 0], ["1190000 EUR"], "2025-01-07T09:12:00.000001Z"),
        ("odoo", [2, 3, 1, 1, 0, 1, 0, 1], ["1450000 EUR"], "2025-01-07T08:15:30.000001Z"),
    ])
    func aUsualExportGoesInAsItIs(name: String, counts: [Int], won: [String], first: String) throws {
        let plan = try plan(name)
        let found = plan.counts
        #expect(
            [found.partners, found.leads, found.won, found.lost, found.withdrawn, found.open, found.refused, found.leftOut] == counts,
            "\(plan.ruleCounts.map { "\($0.file) \($0.rule): \($0.rows)" })")
        let leads = plan.rows.filter { $0.came != nil }
        #expect(leads.compactMap(\.amount).map { "\($0.minorUnits) \($0.currency)" } == won)
        #expect(leads.first?.came == RFC3339.parse(first))
        // Nobody's name stands in an id, and whoever had a lead is one of the partners.
        #expect(plan.warnings.isEmpty)
        let partners = Set(plan.rows.filter { $0.outcome == "partner" }.map(\.id))
        #expect(leads.compactMap(\.partner).allSatisfy(partners.contains))
    }

    @Test func theBinaryPrintsWhatLiesBesideTheSamples() throws {
        let binary = try Binary()
        defer { try? binary.remove() }
        for name in ["salesforce", "hubspot", "pipedrive", "zoho", "dynamics", "odoo"] {
            let text = try String(contentsOfFile: "\(Self.examples)/\(name)/mapping.yaml", encoding: .utf8)
            #expect(try binary.mustRun("import", "--ready", name).out == text)
        }
        #expect(try binary.run("import", "--ready", "abacus").code == 2)
        #expect(try binary.run("import").err.contains("--mapping and --from are needed"))
    }

    @Test func everyKeyIsExplained() throws {
        let binary = try Binary()
        defer { try? binary.remove() }
        let text = try binary.mustRun("import", "--explain-mapping").out
        for key in ["skip_lines:", "currency_column:", "days_after_column:", "stage_columns:", "row_number:", "EXPRESSION", "german (1.234,56)", "windows-1252"] {
            #expect(text.contains(key), "\(key)")
        }
        // The page has it word for word.
        let page = try String(contentsOfFile: "\(Self.examples)/../../docs/import.md", encoding: .utf8)
        #expect(page.contains(text.trimmingCharacters(in: .newlines)))
    }

    /// What is guessed of a sample can be imported without a change.
    @Test(arguments: [
        ("salesforce", ["opportunities.csv", "partners.csv"], 4), ("hubspot", ["deals.csv", "partners.csv"], 4), ("zoho", ["deals.csv"], 4),
    ])
    func aGuessIsAStart(name: String, files: [String], leads: Int) throws {
        let binary = try Binary()
        defer { try? binary.remove() }
        let paths = files.map { "\(Self.examples)/\(name)/\($0)" }
        let guessed = try binary.mustRun(["import", "--guess"] + paths)
        #expect(guessed.err.contains("guessed: ") && guessed.out.contains("# A mapping to start from"))
        let mapping = try binary.file("mapping.yaml", guessed.out)
        let result = try binary.mustRun("import", "--mapping", mapping, "--from", "\(Self.examples)/\(name)", "--dry-run", "--json").objects()
        #expect(result.first?["leads"] as? Int == leads, "\(guessed.out)\n\(result)")
    }

    /// A dry run finds what the run would.
    @Test func aDryRunFindsEntriesThatAreThere() throws {
        let binary = try Binary()
        defer { try? binary.remove() }
        try binary.mustRun("init", binary.data, "--master-key-file", binary.key, "--key-seed", "test")
        let arguments = ["import", "--mapping", "\(Self.examples)/hubspot/mapping.yaml", "--from", "\(Self.examples)/hubspot"]
        #expect(try binary.mustRun(arguments + ["--dry-run"]).out.contains("Run it without --dry-run to import."))
        try binary.mustRun(arguments)
        #expect(try binary.mustRun(arguments + ["--dry-run"]).out.contains("all of it is imported already"))
        let route = arguments + ["--route"]
        let (dry, run) = (try binary.run(route + ["--dry-run"]), try binary.run(route))
        #expect(dry.code != 0 && dry.code == run.code && dry.err == run.err && dry.err.contains("already has entries up to"), "\(dry.err)")
    }
}
