import ArgumentParser
import Foundation
import Reports
import Testing

@testable import LeadlineCLI

/// Goal: what help and errors tell people to type is what the command line takes. Method: every command that any help text
/// names is parsed, and words that are no command are answered with the nearest one.
@Suite struct HelpTests {
    private static func commands(_ command: any ParsableCommand.Type = Leadline.self) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap { commands($0) }
    }

    /// Commands on lines of their own, without what a list says of them beside.
    private static func examples(_ text: String) -> [String] {
        text.unicodeScalars.split(separator: "\n").map { String($0).trimmingCharacters(in: .whitespaces) }
            .map { $0.components(separatedBy: "  ")[0] }.filter { $0.utf8.starts(with: "leadline ".utf8) }
    }

    /// Commands that a sentence names in quotes.
    private static func mentions(_ text: String) -> [String] {
        text.unicodeScalars.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            .filter { $0.utf8.starts(with: "leadline ".utf8) && !$0.unicodeScalars.contains("\n") }
    }

    /// A sentence may leave arguments out; the command it names is there all the same.
    @Test func everyCommandThatHelpMentionsIsThere() {
        for command in Self.commands() {
            for mention in Self.mentions(command.configuration.abstract + "\n" + command.configuration.discussion) {
                let words = mention.unicodeScalars.split(separator: " ").dropFirst().map { String($0) }
                let names = words.prefix { !$0.utf8.starts(with: "-".utf8) }
                do { _ = try Leadline.parseAsRoot(names + ["--help"]) } catch {
                    #expect(Leadline.exitCode(for: error) == .success, "\(command): \(mention)")
                }
            }
        }
    }

    @Test func everyExampleInHelpIsACommand() {
        let all = Self.commands()
        #expect(all.count > 50)
        var count = 0
        for command in all {
            let configuration = command.configuration
            for example in Set(Self.examples(configuration.discussion)) {
                count += 1
                let words = example.unicodeScalars.split(separator: " ").dropFirst().map { String($0) }
                do { _ = try Leadline.parseAsRoot(words) } catch {
                    #expect(Leadline.exitCode(for: error) == .success, "\(command): '\(example)': \(Leadline.message(for: error))")
                }
            }
            // A line that is an example stays one line on a terminal of eighty columns.
            let help = Leadline.helpMessage(for: command, columns: 80)
            for line in Self.examples(configuration.discussion) { #expect(help.contains("  " + line), "\(command): \(line)") }
        }
        #expect(count > 10)
    }

    @Test func theNearestCommandIsSuggested() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        for (words, guess) in [(["exlpain", "x"], "leadline explain"), (["leads", "lst"], "leadline leads list"), (["audit", "verfy"], "leadline audit verify"), (["reprot"], "leadline report")] {
            let result = try binary.run(words)
            #expect(result.code == 2 && result.err.contains("Did you mean '\(guess)'?"), "\(result.err)")
        }
        let far = try binary.run("xyzzyxyzzy")
        #expect(far.code == 2 && far.err.contains("there is no command 'leadline xyzzyxyzzy'") && !far.err.contains("Did you mean"))
        #expect(try binary.run("leads", "list", "--no-such").err.contains("--no-such"))
        #expect(NearestWord.edits(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }

    @Test func aStatusThatNoLeadCanHaveIsAnError() throws {
        let binary = try Binary()
        defer { _ = try? binary.remove() }
        let result = try binary.run("leads", "list", "--status", "foo")
        #expect(result.code == 2 && result.err.contains("--status must be one of received, offered"), "\(result.err)")
        for status in LeadsText.statuses { #expect(try binary.run("leads", "list", "--status", status).code == 3, "\(status)") }
    }
}
