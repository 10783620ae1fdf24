import Foundation
import Testing

/// Goal: `import --train` teaches and decides nothing new. Method: the built program on a small history.
@Suite struct ImportTrainTests {
    private static let mapping = """
        source: /imports/test
        program: {id: history, name: Test, currency: EUR}
        dates: {format: YYYY-MM-DD, zone: UTC}
        files:
          agents: {path: agents.csv}
          deals: {path: deals.csv}
        partners: {file: agents, fields: {partner_id: {column: agent}}}
        leads:
          file: deals
          fields: {lead_id: {column: id}, vertical: {column: sector}}
          time: {column: engaged, at: "09:00"}
          assigned_to: {column: agent}
          unknown_partner: route
          stage: stage
          outcomes:
            Won: {result: won, time: {column: closed, at: "17:00"}}
            Lost: {result: lost, time: {column: closed, at: "17:00"}}
        """

    /// Twenty deals of two agents, one of whom wins them all, and one deal that nobody had.
    private func history(_ binary: Binary) throws {
        _ = try binary.file("mapping.yaml", Self.mapping)
        _ = try binary.file("agents.csv", "agent\nanna\nbert\n")
        let deals = (0..<20).map { index in
            let (agent, stage) = index % 2 == 0 ? ("anna", "Won") : ("bert", "Lost")
            return "d\(index),\(agent),energy,\(stage),2024-01-\(10 + index),2024-02-\(10 + index)"
        }
        _ = try binary.file("deals.csv", (["id,agent,sector,stage,engaged,closed"] + deals + ["d99,,energy,Won,2024-01-30,2024-02-29"]).joined(separator: "\n") + "\n")
        try binary.mustRun("init", binary.data, "--master-key-file", binary.key, "--key-seed", "test")
    }

    @Test func itTeachesAndSaysWhatItTaught() throws {
        let binary = try Binary()
        try history(binary)
        let arguments = ["import", "--mapping", binary.root.path + "/mapping.yaml", "--from", binary.root.path, "--train"]
        let result = try #require(try binary.mustRun(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], "--train", "--json").objects().first)
        #expect(result["assignedAsItWas"] as? Int == 20 && result["routed"] as? Int == 0 && result["refused"] as? Int == 1)
        let training = try #require(result["training"] as? [String: Any])
        #expect(training["outcomes"] as? Int == 20 && training["won"] as? Int == 10 && training["heldOut"] as? Int == 10)
        #expect((training["scores"] as? [[String: Any]])?.first?["model"] as? String == "leadline")
        let show = try #require(try binary.mustRun("model", "show", "--program", "history", "--json").objects().first)
        #expect(training["modelVersion"] as? String == show["version"] as? String)
        // Every assignment that a consumer sees says that it is history.
        let decisions = try binary.mustRun("consume", "decisions", "--program", "history", "--json").objects()
        let assigned = decisions.filter { $0["type"] as? String == "leadline.v1.LeadAssigned" }.compactMap { $0["data"] as? [String: Any] }
        #expect(assigned.count == 20 && assigned.allSatisfy { ($0["cause"] as? String)?.hasSuffix("IMPORTED") == true })
        // The same again changes nothing and says the same.
        let again = try binary.mustRun(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], "--train")
        #expect(again.out.contains("Already imported") && again.out.contains("Learned from 20 outcomes (10 won, 10 lost)"))
        #expect(again.out.contains("Held out: each of the last 10 awards"))
        try binary.remove()
    }

    @Test func trainingIsNotRouting() throws {
        let binary = try Binary()
        let result = try binary.run("import", "--mapping", "m", "--from", "f", "--train", "--route")
        #expect(result.code != 0 && result.err.contains("--train or --route"))
        try binary.remove()
    }
}
