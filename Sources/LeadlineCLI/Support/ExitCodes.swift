import ArgumentParser
import UseCases

/// What an exit code means, the same for every command.
enum Outcome: Int32 {
    /// All went well.
    case ok = 0
    /// What was checked does not hold.
    case checkFailed = 1
    /// The command line or what it names was wrong.
    case input = 2
    /// The surroundings do not allow it: no data folder, a lock, a full disk.
    case environment = 3

    /// One line for the end of every command's help.
    static let note =
        "Exit codes: 0 done, 1 a check failed, 2 wrong input, 3 data folder, lock or disk. See 'leadline help exit-codes'."

    /// How a command that met a problem ends.
    init(_ kind: Problem.Kind) {
        self =
            switch kind {
            case .checkFailed: .checkFailed
            case .invalid, .notFound: .input
            case .conflict, .unavailable: .environment
            }
    }

    /// Says on stderr why the command stopped, and gives the exit code.
    static func report(_ error: any Error) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        // Help that was asked for arrives as an error of the parser's own.
        if error is ValidationError || Leadline.exitCode(for: error) == .success { return reportUsage(error) }
        let problem = Problem(error)
        Terminal.say("error: \(problem)")
        return Outcome(problem.kind).rawValue
    }

    /// The same for what the argument parser says. Help goes to stdout, as it is what was asked for.
    static func reportUsage(_ error: any Error) -> Int32 {
        let message = Leadline.fullMessage(for: error)
        if Leadline.exitCode(for: error) == .success {
            Terminal.line(message)
            return Outcome.ok.rawValue
        }
        if let unknown = UnknownCommand(CommandLine.arguments.dropFirst()) {
            Terminal.say("error: \(unknown.sentence)")
        } else {
            Terminal.say(message.replacing("Error: ", with: "error: ", maxReplacements: 1))
        }
        return Outcome.input.rawValue
    }
}
