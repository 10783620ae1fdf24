import ArgumentParser
import Engine
import Evaluation
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// `leadline forecast`: next quarter's wins and revenue, and what enabling a partner would be worth.
struct ForecastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Forecast wins and revenue per partner, and what enabling a partner would be worth.",
        discussion: """
            From the open deals (each with its own chance, its age and the closing curve) and the leads expected \
            (recent rates, the season where the history is long enough, win rates, cycle lengths), with 80 and 95 % \
            intervals from a simulation with a fixed seed. --backtest forecasts past quarters from what was known \
            then and says how many intervals held what came.

            With --certify or --enable the last days' leads come once more, from the present state on, and the router \
            decides about them twice, with the profiles that there are and with the changed one, loads and caps \
            following. The expected revenue is compared lead by lead. Several changes count together.

              leadline forecast --enable alfa-industria:vertical=retail
              leadline forecast --certify collina-partners=iso-27001

            With --json, one object: forecast, and backtest or enablement where asked for. Amounts are in minor \
            units. Reads only. \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("Days ahead; of a quarter there are 91.", valueName: "days"))
    var days = 91

    @Flag(help: "Forecast past quarters too, and say how many intervals held what came.")
    var backtest = false

    @Option(
        help: ArgumentHelp(
            "What a certification would be worth. May be given several times.", valueName: "partner=certification"))
    var certify: [String] = []

    @Option(
        help: ArgumentHelp(
            "What another value in a profile would be worth: country, region, language, vertical, product, technology, certification or residency. May be given several times.",
            valueName: "partner:field=value"))
    var enable: [String] = []

    @Option(
        help: ArgumentHelp(
            "Time zone in which days are shown, e.g. Europe/Rome. Default: the machine's.", valueName: "zone"))
    var timeZone: String?

    @Option(help: ArgumentHelp("Write it as an HTML page too.", valueName: "file"))
    var html: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        if !(1...730).contains(days) { throw ValidationError("--days must be from 1 to 730") }
        if certify.count + enable.count > 100 {
            throw ValidationError("--certify and --enable may be given 100 times in all")
        }
        _ = try changes()
        _ = try Terminal.style(zoneNamed: timeZone)
    }

    private func changes() throws -> [Enablement] {
        try certify.map { try EnablementOption.certify($0) } + (try enable.map { try EnablementOption.enable($0) })
    }

    func run() throws {
        let deployment = try data.journal(kafka)
        let document = try deployment.forecast(
            days: days, changes: changes(), forecasts: backtest || json || html != nil, backtests: backtest)
        let style = try Terminal.style(zoneNamed: timeZone)
        if json { Terminal.line(try JSONText.line(document)) } else { Terminal.write(ForecastText.of(document, style)) }
        if let html {
            try PageFile.write(ForecastPage.page(document, program: deployment.program, style).html(), to: html)
        }
    }
}

/// What --certify and --enable say.
enum EnablementOption {
    private static let lists: [(String, PartnerList)] = [
        ("country", .countries), ("region", .regions), ("language", .languages), ("vertical", .verticals),
        ("product", .products),
        ("technology", .technologies), ("certification", .certifications), ("residency", .residencies),
    ]

    /// "partner=certification".
    static func certify(_ text: String) throws -> Enablement {
        guard let (partner, value) = halves(text, at: "=") else {
            throw ValidationError(
                "--certify must be PARTNER=CERTIFICATION, e.g. collina-partners=iso-27001, not '\(text)'")
        }
        return Enablement(partnerID: partner, list: .certifications, value: value)
    }

    /// "partner:field=value"; a partner's id may hold colons.
    static func enable(_ text: String) throws -> Enablement {
        guard let (left, value) = halves(text, at: "="), let colon = left.unicodeScalars.lastIndex(of: ":"),
            colon > left.startIndex,
            let list = lists.first(where: { $0.0 == left[left.unicodeScalars.index(after: colon)...] })?.1
        else {
            throw ValidationError(
                "--enable must be PARTNER:FIELD=VALUE, e.g. alfa-industria:vertical=retail, with one of \(lists.map(\.0).joined(separator: ", ")), not '\(text)'"
            )
        }
        return Enablement(partnerID: String(left[..<colon]), list: list, value: value)
    }

    private static func halves(_ text: String, at separator: Unicode.Scalar) -> (String, String)? {
        let scalars = text.unicodeScalars
        guard let place = scalars.firstIndex(of: separator), place > scalars.startIndex,
            scalars.index(after: place) < scalars.endIndex
        else { return nil }
        return (String(scalars[..<place]), String(scalars[scalars.index(after: place)...]))
    }
}
