import Dashboard
import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// What a program is, and what its pilots and the next quarter look like.
enum ProgramOperations {
    static let all = [show, profile, setProfile, pilot, forecast]

    private static let show = Operation(
        id: "getProgram", method: .get, path: "/v1/program", tag: "Program", summary: "The program as it stands",
        scope: .policiesRead, rate: .read,
        successes: [
            .init(
                status: 200, about: "The program.",
                schema: .object([
                    ("program", .id), ("currency", .string), ("logicVersion", .integer), ("policyVersion?", .string),
                    ("reviewsOpen", .integer),
                ]))
        ],
        work: .whole { call in
            let program = try call.grant.program
            let text = try await call.look { state in
                JSONText.object([
                    ("program", JSONText.quoted(program)), ("currency", JSONText.quoted(state.currency)),
                    ("logicVersion", "\(state.logicVersion)"),
                    ("policyVersion", state.policy == nil ? nil : JSONText.quoted(state.policyVersion)),
                    ("reviewsOpen", "\(state.reviewsOpen)"),
                ])
            }
            return .json(text)
        })

    private static let profile = Operation(
        id: "getProgramProfile", method: .get, path: "/v1/program/profile", tag: "Program",
        summary: "What the program tells the people whose data it processes; the read is noted",
        scope: .programsManage, rate: .heavy, reason: .optional,
        successes: [
            .init(
                status: 200, about: "The profile in force.",
                schema: .object([
                    ("version", .string), ("position", .integer), ("from", .string),
                    ("profile", .reference("ProgramProfile")),
                ]))
        ],
        work: .whole { call in
            let profile = try await call.read { try $0.programProfile() }
            return .json(
                JSONText.object([
                    ("version", JSONText.quoted(profile.version)), ("position", "\(profile.position)"),
                    ("from", JSONText.quoted(TimeText.utc(profile.from))), ("profile", try profile.message.jsonString()),
                ]), [(.cacheControl, "no-store")])
        })

    private static let setProfile = Operation(
        id: "putProgramProfile", method: .put, path: "/v1/program/profile", tag: "Program",
        summary: "Say who answers for the program, for what purposes, on what basis", scope: .programsManage,
        rate: .write,
        payload: .init(
            types: ["application/json"], schema: .reference("ProgramProfile"),
            example: MessageSchemas.example("ProgramProfileSet")),
        isWrite: true, successes: LeadOperations.submission,
        work: .whole { call in
            let submission = try Submission(call, "putProgramProfile")
            let message = try submission.message(WireProgramProfileSet.self, .programProfileSet)
            let proposed = try ProposedProgramProfile(message, clock: call.services.folder.machine.clock)
            return try await submission.send(proposed.message, .programProfileSet)
        })

    private static let name = Schema.text(1...64)

    private static let pilot = Operation(
        id: "getPilotReport", method: .get, path: "/v1/reports/pilot", tag: "Reports",
        summary: "What a pilot shows so far", scope: .reportsRead, rate: .heavy,
        query: [
            .init(name: "pilot", schema: name, about: "Its name; the newest unless told."),
            .init(
                name: "incumbent", schema: name,
                about: "Arm to compare with; the first that takes turns or follows rules unless told."),
        ],
        successes: [.init(status: 200, about: "The report.", schema: .anyObject)],
        work: .whole { call in
            let (pilot, incumbent) = (call.query["pilot"], call.query["incumbent"])
            return .json(
                try await call.read { try JSONText.line(try $0.pilotReport(pilot, incumbent: incumbent)) })
        })

    private static let forecast = Operation(
        id: "forecast", method: .post, path: "/v1/reports/forecasts", tag: "Reports",
        summary: "Forecast wins and revenue per partner, as a job", scope: .reportsRead, rate: .heavy,
        payload: .init(
            types: ["application/json"],
            schema: .request([
                ("days?", .integer(1...730).saying("How far ahead; 91 unless told.")),
                ("backtest?", .boolean.saying("Whether earlier forecasts are compared with what came.")),
            ]), example: #"{"days":91}"#),
        payloadIsOptional: true, successes: JobOperations.begun, makes: "job",
        work: .whole { call in
            var body = try BodyFields(call)
            let days = try body.number("days", 1...730) ?? 91
            let backtests = try body.flag("backtest") ?? false
            try body.end()
            return try await JobOperations.begin(call, "forecast", .reportsRead) { deployment in
                try ForecastsPage.Found.result(deployment, days: days, backtests: backtests)
            }
        })
}
