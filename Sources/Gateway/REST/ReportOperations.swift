import Engine
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// Reports about the whole program.
enum ReportOperations {
    static let all = [channel]

    private static let channel = Operation(
        id: "getChannelReport", method: .get, path: "/v1/reports/channel", tag: "Reports",
        summary: "The health of the channel", scope: .reportsRead, rate: .heavy,
        query: [
            .init(name: "days", schema: .integer(1...3_660), about: "Of so many days until now; 90 unless told."),
            .init(name: "window", schema: .integer(1...3_660), about: "In parts of so many days; 30 unless told."),
        ],
        successes: [.init(status: 200, about: "The report.", schema: .anyObject)],
        work: .whole { call in
            let days = try call.number("days", in: 1...3_660, otherwise: 90)
            let window = try call.number("window", in: 1...3_660, otherwise: 30)
            let now = call.services.folder.now()
            let report = try await call.read {
                try $0.channelReport(
                    windowDays: window, from: now.adding(micros: -Int64(days) * Timestamp.microsPerDay), to: now)
            }
            return .json(try JSONText.line(report))
        })
}
