import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Testing

@testable import LeadlineCLI

/// Goal: the committed mapping takes a whole CRM in, each of its 8,800 rows with its outcome by rule.
///
/// The data is not in this repository: LEADLINE_DATASETS names a folder that holds maven_crm.
@Suite struct ImportMavenTests {
    private static let datasets = ProcessInfo.processInfo.environment["LEADLINE_DATASETS"]
    private static var mappingPath: String {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path + "/deploy/examples/maven_crm/mapping.yaml"
    }

    @Test func theCommittedMappingAndItsPolicyAreValid() throws {
        let mapping = try MappingFile(Self.mappingPath).mapping
        #expect(mapping.leads.outcomes.count == 4)
        let policy = try PolicyBeside.read(try #require(mapping.policy), mapping: Self.mappingPath)
        #expect(policy.hardRules.isEmpty && policy.sla.firstResponseMinutes == 0 && !policy.ownerFirst && policy.samePersonDays == 0)
    }

    @Test(.enabled(if: datasets != nil, "set LEADLINE_DATASETS to a folder that holds maven_crm"))
    func aWholeCRMGoesInRowByRow() async throws {
        let scratch = FileManager.default.temporaryDirectory.path + "/leadline-maven-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let mapping = try MappingFile(Self.mappingPath).mapping
        let policy = try PolicyBeside.read(try #require(mapping.policy), mapping: Self.mappingPath)
        let plan = try ImportPlan(
            mapping: mapping, from: try #require(Self.datasets) + "/maven_crm", policy: policy, program: "maven", mode: .history,
            now: Timestamp(micros: 1_800_000_000_000_000))
        expectEveryRow(plan)

        let folder = try DataFolder.create(
            path: scratch + "/data", settings: DataFolderSettings(program: "maven", masterKeyFile: scratch + "/master.key", keySeed: "00"))
        let processor = try Processor(folder, clock: FixedClock(plan.lastMoment), timeSource: .eventTime)
        #expect(try await processor.importHistory(plan, batchMax: 5_000))
        let result = try ImportResult.read(plan, in: folder)
        #expect(result.rejections == 0 && result.assignedAsItWas == 8_800 && result.shadowDecisions == 8_800)
        #expect(result.won == 4_238 && result.lost == 2_473 && result.learned == 6_711)
    }

    private func expectEveryRow(_ plan: ImportPlan) {
        let deals = plan.rows.filter { $0.file == "sales_pipeline.csv" }
        #expect(deals.count == 8_800 && plan.counts.leads == 8_800 && plan.counts.refused == 0)
        #expect(plan.counts.won == 4_238 && plan.counts.lost == 2_473 && plan.counts.open == 2_089)
        #expect(plan.counts.partners == 35 && plan.counts.accounts == 85)
        for (rule, rows) in [
            ("engage_date missing: end-of-history", 500), ("account missing: without", 1_425),
            ("product: 'GTXPro' read as 'GTX Pro'", 1_480), ("deal_stage Won: won", 4_238), ("deal_stage Lost: lost", 2_473),
            ("deal_stage Engaging: open", 1_589), ("deal_stage Prospecting: open", 500),
        ] {
            #expect(plan.ruleCounts.first { $0.rule == rule && $0.file == "sales_pipeline.csv" }?.rows == rows, "\(rule)")
        }
    }
}
