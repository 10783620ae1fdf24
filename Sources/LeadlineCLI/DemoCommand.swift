import ArgumentParser

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "Play a small partner program from the first lead to the explained decision.")

    func run() async throws { throw CommandFailure(.input, "this command is not there yet") }
}
