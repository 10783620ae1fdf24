import Engine
import HTTPTypes
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// Leads by the line: good ones are appended in one commit, each bad one is told of on its own line.
struct BulkSubmission {
    static let linesMax = 5_000

    private let call: Call
    private let grant: Grant
    private let lines: [ArraySlice<UInt8>]

    /// - Throws: `Refusal` for more lines than are read at a time.
    init(_ call: Call) throws {
        self.call = call
        grant = try call.grant
        lines = call.body.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy { $0 == 13 || $0 == 32 } }
        guard lines.count <= Self.linesMax else {
            throw Refusal(413, "too-large", "Too large", "At most \(Self.linesMax) lines are read at a time.")
        }
        // A key that is none is the request's fault, and no line's.
        _ = try Submission(call, "submitLeads")
    }

    /// A line that is a lead, on its way.
    private struct Line {
        var index: Int
        var lead: String
        var event: String
        var change: Submission.Change
        /// What it took of the sender's budgets.
        var leave = BudgetGate.Leave.free
    }

    private var gate: BudgetGate { BudgetGate(services: call.services, grant: grant) }

    func answer() async throws -> Answer {
        var results = [String](repeating: "", count: lines.count)
        var records: [Line] = []
        for (index, line) in lines.enumerated() {
            do { records.append(try record(Array(line), index)) } catch {
                results[index] = refused(index, Refusal(error))
            }
        }
        leaveOutRefused(&records, &results)
        try await charge(&records, &results)
        let appended = try await append(&records, &results)
        for (line, fate) in zip(records, try await fates(of: appended)) {
            results[line.index] = accepted(line.index, line.lead, fate)
        }
        return Answer(
            status: 200, type: "application/x-ndjson", body: results.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] })
    }

    /// What intake would refuse takes nothing of a budget from the lines after it.
    private func leaveOutRefused(_ records: inout [Line], _ results: inout [String]) {
        if grant.budgets.isEmpty { return }
        var rules = IntakeRules()
        let now = call.services.folder.now()
        records.removeAll { line in
            guard let rejection = rules.rejection(of: line.change.record, now: now) else { return false }
            results[line.index] = refused(line.index, .rejected(rejection))
            return true
        }
    }

    /// Leaves out the lines that are past the sender's budgets, as if they had come one by one.
    private func charge(_ records: inout [Line], _ results: inout [String]) async throws {
        let leaves = try await gate.ask(records.map { ($0.event, $0.change.wish) })
        for (place, leave) in leaves.enumerated() {
            records[place].leave = leave
            guard case .refused(let refusal) = leave else { continue }
            let line = records[place].index
            results[line] = refused(line, refusal)
        }
        records.removeAll { if case .refused = $0.leave { true } else { false } }
    }

    /// Appends all that intake takes. What it refuses is left out, and the rest tried once more.
    private func append(_ records: inout [Line], _ results: inout [String]) async throws -> [AppendedRecord] {
        let all = records.map(\.change.record)
        do { return try await call.services.inbox.append(all) } catch let refusal as InboxRefusal {
            let bad = Set(refusal.refused.map(\.index))
            for one in refusal.refused {
                results[records[one.index].index] = refused(records[one.index].index, .rejected(one.rejection))
            }
            try await gate.giveBack(bad.map { records[$0].leave })
            records = records.enumerated().filter { !bad.contains($0.offset) }.map(\.element)
            return try await appendRest(records)
        } catch {
            try await gate.giveBack(records.map(\.leave), after: error)
            throw error
        }
    }

    private func appendRest(_ records: [Line]) async throws -> [AppendedRecord] {
        do { return try await call.services.inbox.append(records.map(\.change.record)) } catch {
            try await gate.giveBack(records.map(\.leave), after: error)
            throw error
        }
    }

    /// Only where the request can be a repeat it matters what became of its lines.
    private func fates(of appended: [AppendedRecord]) async throws -> [RecordFate?] {
        guard call.headers[.idempotencyKey] != nil else { return appended.map { _ in nil } }
        return try await Submission.fates(
            of: appended, within: Submission.repeatPatience, grant, call.services)
    }

    private func accepted(_ index: Int, _ lead: String, _ fate: RecordFate?) -> String {
        if case .rejected(let rejection) = fate { return refused(index, .rejected(rejection)) }
        var isRepeat = false
        if case .decided(_, _, let repeated, _) = fate { isRepeat = repeated }
        return JSONText.object([
            ("line", "\(index + 1)"), ("status", #""accepted""#), ("lead", JSONText.quoted(lead)),
            ("repeated", isRepeat ? "true" : nil),
        ])
    }

    /// A line is an event named by the lead's id and the request's key, so a repeat of the request repeats its events.
    private func record(_ line: [UInt8], _ index: Int) throws -> Line {
        let one = Call(
            services: call.services, bearer: grant, headers: call.headers, path: [:], query: [:], body: line)
        let submission = try Submission(one, "submitLeads \(index)")
        let (lead, change) = try submission.submitted(submission.message(WireLeadSubmitted.self, .leadSubmitted))
        return Line(index: index, lead: lead, event: submission.eventID, change: change)
    }

    private func refused(_ index: Int, _ refusal: Refusal) -> String {
        let refusal = refusal.ofKey(call.headers).spelled(as: lines[index])
        return JSONText.object([
            ("line", "\(index + 1)"), ("status", #""refused""#), ("detail", JSONText.quoted(refusal.detail)),
            ("field", refusal.field.isEmpty ? nil : JSONText.quoted(refusal.field)),
        ])
    }
}
