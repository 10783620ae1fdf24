import ArgumentParser

/// What the exit codes mean, so that `leadline help exit-codes` answers.
struct ExitCodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes", abstract: "What the exit codes of every command mean.", discussion: text)

    private static let text = """
        0  Done.
        1  What was checked does not hold: verify or replay found a difference, or validation failed.
        2  The command line or its input was wrong: an unknown option, a file that is not there, a malformed line.
        3  The surroundings do not allow it: no data folder, another process holds it, a missing key, a full disk.

        Errors are one line on stderr: what is wrong, where, and how to mend it. They never quote records.
        """

    func run() { print(Self.text) }
}
