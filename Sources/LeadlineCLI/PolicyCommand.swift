import ArgumentParser
import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import TextFormats
import Yams
import UseCases

/// The routing policy.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Apply and show the routing policy, and make holiday calendars for it.", discussion: Outcome.note,
        subcommands: [PolicyApply.self, PolicyShow.self, PolicyHolidays.self])
}

/// Puts a policy into force.
struct PolicyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put a policy into force from a YAML file.",
        discussion: """
            Checks the file, shows what differs from the policy in force, and publishes it as an event. A policy is in \
            force from its event on; earlier decisions keep theirs. A policy that is in force already is not sent again.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String

    @Flag(help: "Check and show the difference; publish nothing.")
    var dryRun = false

    @Flag(help: "Print the difference as JSON.")
    var json = false

    func run() async throws {
        let deployment = try data.journal(kafka)
        let policy = try PolicyFile.read(file)
        let change = try deployment.compare(policy)
        try change.show("policy", version: policy.published.version, isJSON: json, isDry: dryRun)
        if change.isUnchanged || dryRun { return }
        Terminal.say(try await deployment.publish(policy).sentence)
    }
}

/// Shows the policy in force.
struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the policy in force, as YAML that can be applied again.",
        discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    @Flag(help: "Print version and policy as JSON.")
    var json = false

    func run() async throws {
        let policy = try data.journal(kafka).policyInForce()
        if json {
            Terminal.line(JSONText.object([("version", JSONText.quoted(policy.version)), ("policy", policy.json)]))
        } else {
            Terminal.line("# In force: version \(policy.version)")
            Terminal.write(try YAMLTree.yaml(json: policy.json))
        }
    }
}

/// Makes a holiday calendar of a published one.
struct PolicyHolidays: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holidays", abstract: "Make a holiday calendar for a policy from an iCalendar file.",
        discussion: """
            Reads the all-day events of an .ics file and prints the YAML that goes into a policy; with --policy it \
            writes it into that file, in place of a calendar of the same name. Nothing is published: \
            'leadline policy apply' does that.

            On those days no working time passes for partners that keep the calendar, and nobody is at work. A partner \
            keeps the calendar that its profile names, else the ones for the country that it serves, if it serves one.

              leadline policy holidays de.ics --country DE

            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("iCalendar file; - is stdin.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Country for whose partners it holds, ISO 3166-1; can be given several times.",
            discussion: "Without one it holds where a partner or a step of the escalation ladder names it.", valueName: "code"))
    var country: [String] = []

    @Option(help: ArgumentHelp("Name of the calendar. Default: the countries.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("First year that is taken. Default: this year.", valueName: "year"))
    var from: Int32?

    @Option(help: ArgumentHelp("Years that are taken; what repeats every year is spelled out for these.", valueName: "count"))
    var years: Int32 = 5

    @Option(help: ArgumentHelp("Policy file to write it into.", valueName: "file"))
    var policy: String?

    func validate() throws {
        if name == nil && country.isEmpty { throw ValidationError("Either --country or --name is needed.") }
        if !(1...50).contains(years) { throw ValidationError("--years takes 1 to 50.") }
        let known = CalendarDay.years
        if let from, !known.contains(from) { throw ValidationError("--from takes a year of \(known.lowerBound) to \(known.upperBound).") }
        let limits = FieldLimits()
        do {
            for code in country { try limits.country(code, "--country", required: true) }
            if let name { try limits.word(name, "--name", required: true) }
        } catch { throw ValidationError("\(error.field) \(error.detail).") }
    }

    func run() throws {
        let first = from ?? Int32(clamping: Calendar(identifier: .gregorian).component(.year, from: Date()))
        let last = min(first + years - 1, CalendarDay.years.upperBound)
        let found: ICalendarDays
        do { found = try ICalendarDays([UInt8](InputFile.contents(file == "-" ? "/dev/stdin" : file)), years: first...max(first, last)) }
        catch let error as ICalendarError {
            let place = error.line == 0 ? file : "\(file):\(error.line)"
            throw Problem(.checkFailed, error.detail, at: place)
        }
        if found.days.isEmpty {
            throw Problem(
                .checkFailed, "it holds no day of \(first) to \(last)", at: file,
                remedy: "See --from and --years; \(CountText.of(found.outside, "day")) of other years \(found.outside == 1 ? "was" : "were") found")
        }
        let calendar = HolidayCalendar(
            name: name ?? country.joined(separator: "-"), countries: country, dates: found.days.map(CalendarDay.text))
        Terminal.say(
            "\(CountText.of(found.days.count, "day")) of \(first) to \(last) from \(CountText.of(found.events, "event"))"
                + (found.cancelled == 0 ? "" : ", of which \(found.cancelled) cancelled")
                + (found.outside == 0 ? "" : "; \(CountText.of(found.outside, "day")) of other years left out"))
        guard let policy else { return Terminal.write(HolidayYAML.block([calendar])) }
        let replaced = try HolidayYAML.write(calendar, into: policy)
        Terminal.say("\(policy): calendar \(calendar.name) \(replaced ? "replaced" : "added"); put it into force with 'leadline policy apply'")
    }
}
