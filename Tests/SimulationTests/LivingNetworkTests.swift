import Engine
import Foundation
import LeadlineCore
import Testing
import Yams

@testable import Simulation

/// Goal: the network that a demonstration shows lives by its seed alone, and its past ends when it begins. Method: what
/// happens in it, moment by moment, without an engine.
@Suite struct LivingNetworkTests {
    private static let end = Timestamp(micros: 1_796_000_000_000_000)

    private static func scenario(endingAt end: Timestamp? = nil) throws -> Scenario {
        try Scenario.emea(endingAt: end) { yaml in
            let tree = try #require(try Yams.load(yaml: yaml))
            return String(decoding: try JSONSerialization.data(withJSONObject: tree), as: UTF8.self)
        }
    }

    private static func text(_ record: NewRecord) -> String { String(decoding: record.value ?? [], as: UTF8.self) }

    @Test func datesInQuotesMoveAndNothingElseDoes() {
        let dates = StoryDates(laterByDays: 2)
        for (before, after) in [
            (#"{"time":"2026-02-27T09:30:00Z","n":20}"#, #"{"time":"2026-03-01T09:30:00Z","n":20}"#),
            (#"{"name":"not-a-date-2026-02-27T09"}"#, #"{"name":"not-a-date-2026-02-27T09"}"#),
            ("2026-02-27T09:30:00Z", "2026-02-27T09:30:00Z"), (#""a""b""#, #""a""b""#), ("", ""),
        ] { #expect(dates.moved(before) == after) }
        #expect(StoryDates(laterByDays: 0).moved(#""2026-02-27T09:30:00Z""#) == #""2026-02-27T09:30:00Z""#)
    }

    @Test func thePastEndsWithinADayAndKeepsItsDistances() throws {
        let told = try Self.scenario(), moved = try Self.scenario(endingAt: Self.end)
        let day = Timestamp.microsPerDay, shift = moved.leadArrives.micros - told.leadArrives.micros
        #expect(shift % day == 0 && (0..<day).contains(Self.end.micros - moved.leadArrives.micros))
        #expect(moved.begins.micros - told.begins.micros == shift && moved.history.count == told.history.count)
        for (one, other) in zip(told.history, moved.history) {
            let before = try #require(one.eventTime), after = try #require(other.eventTime)
            #expect(after.micros - before.micros == shift && after < moved.leadArrives)
        }
        #expect(moved.lead.value == told.lead.value)
    }

    @Test func theSameSeedLivesTheSameLife() throws {
        let scenario = try Self.scenario()
        var lives: [[String]] = []
        for seed in [1, 1, 2] as [UInt64] {
            var network = try LivingNetwork(scenario, leadsPerMinute: 30, start: Self.end, seed: seed), said: [String] = []
            for second in 0..<240 {
                let now = Self.end.adding(micros: Int64(second) * 1_000_000)
                let records = try network.due(at: now)
                said += records.map(Self.text)
                // Every lead goes to one partner at once.
                let leads = records.filter { $0.topic == .leads }.map(Self.text)
                network.hear(
                    leads.compactMap { lead in
                        lead.firstMatch(of: /"leadId":"([a-z0-9-]+)"/).map { Self.assigned(String($0.1)) }
                    }, at: now)
            }
            lives.append(said)
            // About two a second minute for four minutes, the story's first, some in a country that nobody serves.
            #expect((80...200).contains(network.leadCount), "seed \(seed): \(network.leadCount)")
            #expect(said[0] == Self.text(scenario.lead))
            for part in [#""country":"IS""#, "LeadDeclined", "FirstResponseRecorded", "DealWon", "DealLost", "requiredCertifications"] {
                #expect(said.contains { $0.contains(part) }, "seed \(seed): \(part)")
            }
            // Whoever gets the story's lead first lets its time pass.
            #expect(!said.dropFirst().contains { $0.contains(scenario.leadID) }, "seed \(seed)")
        }
        #expect(lives[0] == lives[1] && lives[0] != lives[2])
    }

    @Test func whoGetsTheStorysLeadNextWinsIt() throws {
        let scenario = try Self.scenario()
        var network = try LivingNetwork(scenario, leadsPerMinute: 1, start: Self.end, seed: 3)
        network.hear([Self.assigned(scenario.leadID, attempt: 2)], at: Self.end)
        let said = try network.due(at: Self.end.adding(micros: 100_000_000)).map(Self.text).filter { $0.contains("partner-a") }
        #expect(said.count == 2 && said[0].contains("FirstResponseRecorded") && said[1].contains("DealWon"))
    }

    @Test func theMinuteIsInThePolicy() throws {
        let record = try Self.scenario().hastened()
        #expect(record.topic == .controls && record.eventTime == nil)
        #expect(Self.text(record).contains(#""firstResponseMinutes":1"#) && Self.text(record).contains("serves-country"))
    }

    private static func assigned(_ lead: String, attempt: UInt32 = 1) -> Event {
        .leadAssigned(LeadAssigned(leadID: lead, partnerID: "partner-a", attempt: attempt, cause: .submitted, respondBy: end))
    }
}
