import Foundation
import Testing

/// Goal: the reports run as commands, on the demo's journal. Method: the built program, on a folder that the demo made.
@Suite struct ReportCommandTests {
    private static var example: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("deploy/examples/emea").path
    }

    private func demo() throws -> Binary {
        let binary = try Binary()
        try binary.mustRun("demo", "--no-wait", "--data", binary.data, "--example", Self.example)
        return binary
    }

    @Test("Complaint 16: a change is tested on all history before it goes live")
    func complaint16_replayAgainstACandidate() throws {
        let binary = try demo()
        let policy = try String(contentsOfFile: Self.example + "/policy.yaml", encoding: .utf8)
        let same = try binary.mustRun("replay", "--policy", try binary.file("same.yaml", policy))
        #expect(same.out.contains("0 would have been different (0.0 %)"))
        let file = try binary.file("candidate.yaml", policy.replacing("vertical: 30", with: "vertical: 5").replacing("dealSize: 20", with: "dealSize: 0"))
        let report = try #require(try binary.mustRun("replay", "--policy", file, "--json").objects().first)
        let changed = try #require(report["changed"] as? Int)
        let differences = try #require(report["differences"] as? [[String: Any]])
        #expect(report["decisions"] as? Int == 221 && changed > 0 && differences.count == changed)
        #expect(differences.allSatisfy { $0["before"] as? String != $0["after"] as? String })
        #expect(report["verdict"] as? String == "refused")
        let shown = try binary.mustRun("replay", "--policy", file)
        #expect(shown.out.contains("EXPECTED BEFORE") && shown.out.contains("No conclusion"))
        #expect(try binary.run("replay", "--policy", file, "--require-conclusion").code == 1)
        let part = try #require(try binary.mustRun("replay", "--policy", file, "--json", "--to", "2025-06-30").objects().first)
        #expect((part["decisions"] as? Int ?? 0) < 221)
        // The journal is as it was, and the policy in force too.
        #expect(try binary.mustRun("policy", "apply", "-f", Self.example + "/policy.yaml").out.contains("in force already"))
        try binary.remove()
    }

    @Test("Report, pilot report and forecast of the demo's program")
    func reports() throws {
        let binary = try demo()
        let page = binary.root.appendingPathComponent("channel.html").path
        let report = try #require(try binary.mustRun("report", "--json", "--html", page).objects().first)
        let whole = try #require(report["whole"] as? [String: Any])
        #expect(whole["arrived"] as? Int == 220 && (report["partners"] as? [Any])?.count == 40 && (report["windows"] as? [Any])?.count == 16)
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<svg") && !html.contains("<script") && !html.contains("http://www.w3.org/1999") && html.contains("alfa-industria"))
        #expect(!html.contains("Alfa Industria S.r.l.") && !html.contains(".example"))
        let text = try binary.mustRun("report", "--time-zone", "Europe/Rome")
        #expect(text.out.contains("WIN RATE (95 %)") && text.out.contains("+02:00"))
        #expect(try binary.mustRun("report", "--from", "2030-01-01").out.contains("Nothing to report"))

        let pilot = try #require(try binary.mustRun("pilot", "report", "--json").objects().first)
        #expect(pilot["pilot"] as? String == "" && (pilot["shadow"] as? [String: Any])?["leads"] as? Int == 214)
        #expect(try binary.run("pilot", "report", "--pilot", "autumn").code == 2)

        let forecast = try #require(try binary.mustRun("forecast", "--json", "--backtest").objects().first)
        #expect(((forecast["backtest"] as? [String: Any])?["quarters"] as? [Any])?.count == 2)
        #expect(((forecast["forecast"] as? [String: Any])?["partners"] as? [Any])?.isEmpty == false)
        #expect(try binary.mustRun("forecast", "--json").out == (try binary.mustRun("forecast", "--json").out))
        for (command, word) in [(["pilot", "report"], "Where Leadline did not act"), (["forecast", "--backtest"], "Past quarters")] {
            let file = binary.root.appendingPathComponent("page.html").path
            try binary.mustRun(command + ["--time-zone", "Europe/Rome", "--html", file])
            let page = try String(contentsOfFile: file, encoding: .utf8)
            #expect(page.contains(word) && page.hasPrefix("<!DOCTYPE html>") && !page.contains("<script") && page.contains("</html>"))
        }
        let enabled = try binary.mustRun("forecast", "--certify", "collina-partners=iso-27001")
        #expect(enabled.out.contains("collina-partners: certifications + iso-27001") && enabled.out.contains("expected in 91 days"))
        try binary.remove()
    }

    @Test("What is asked wrongly is refused with a reason")
    func wrongQuestions() throws {
        let binary = try Binary()
        #expect(try binary.run("replay", "--policy", "x.yaml", "--at", "5").err.contains("--to ends a replay"))
        #expect(try binary.run("replay", "--all").code == 2)
        #expect(try binary.run("report", "--from", "yesterday").err.contains("2026-03-31"))
        #expect(try binary.run("report", "--from", "2026-02-01", "--to", "2026-01-01").code == 2)
        for command in [["report"], ["pilot", "report"], ["forecast"]] {
            #expect(try binary.run(command + ["--time-zone", "Mars"]).code == 2)
        }
        for options in [["--runs", "5"], ["--candidate-method", "highest-fit", "--start", "truth"], ["--candidate", "a", "--candidate-method", "highest-fit"], ["--settled"], ["--incumbent", "bid-price"]] {
            #expect(try binary.run(["arena", "nowhere"] + options).code == 2, "\(options)")
        }
        #expect(try binary.run("forecast", "--enable", "alfa=retail").err.contains("PARTNER:FIELD=VALUE"))
        #expect(try binary.run("forecast", "--days", "0").code == 2)
        #expect(try binary.run("report").code == 3)
        try binary.remove()
    }
}
