import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Exchange rates that are published by themselves, with the date from which they hold.
enum RateOperations {
    static let all = [list, publish]

    private static let list = Operation(
        id: "listRates", method: .get, path: "/v1/rates", tag: "Policy",
        summary: "The exchange rates in force, the policy's among them, and those that are to come",
        scope: .policiesRead, rate: .read,
        successes: [.init(status: 200, about: "The rates, by currency and date.", schema: .reference("RateList"))],
        work: .whole { call in
            let rates = try await call.look { $0.rateStandings }
            return .json("{\"rates\":\(try JSONText.line(rates.map(RateDocument.init)))}")
        })

    private static let publish = Operation(
        id: "publishRates", method: .post, path: "/v1/rates", tag: "Policy",
        summary: "Publish exchange rates; from their date on they hold in place of the policy's",
        scope: .policiesPublish, rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("RatesPublishedRequest"),
            example: MessageSchemas.example("RatesPublished")),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let submission = try Submission(call, "publishRates")
            let fact = try submission.message(WireRatesPublished.self, .ratesPublished)
            return try await submission.send(fact, .ratesPublished)
        })
}
