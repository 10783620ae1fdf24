import ChildPrograms
import Foundation
import Testing

/// Runs the built `leadline` in a folder of its own, as a person would.
struct Binary {
    struct Result {
        var code: Int32
        var out: String
        var err: String

        var lines: [String] { out.split(separator: "\n").map(String.init) }

        /// Every line of stdout as a JSON object.
        func objects() throws -> [[String: Any]] {
            try lines.map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "not an object: \(line)")
            }
        }
    }

    /// A temporary folder; its sibling holds the master key.
    let root: URL
    var data: String { root.appendingPathComponent("data").path }
    var key: String { root.appendingPathComponent("master.key").path }

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("leadline-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    func remove() throws { try FileManager.default.removeItem(at: root) }

    /// Writes a file beside the data folder and gives its path.
    func file(_ name: String, _ text: String) throws -> String {
        let url = root.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    /// A program that is not started yet, with its data folder in the environment.
    func program(_ arguments: [String]) throws -> ChildProgram {
        var program = ChildProgram(try Self.executable().path, arguments)
        program.folder = root.path
        var environment = ProcessInfo.processInfo.environment
        environment["LEADLINE_DATA"] = data
        environment["TZ"] = "UTC"
        program.environment = environment
        return program
    }

    /// Runs to the end.
    @discardableResult
    func run(_ arguments: String..., input: String = "") throws -> Result { try runAll(arguments, input: input) }

    /// The same, for what must succeed.
    @discardableResult
    func mustRun(_ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation) throws -> Result {
        let result = try runAll(arguments, input: input)
        try #require(result.code == 0, "leadline \(arguments.joined(separator: " ")): \(result.err)", sourceLocation: location)
        return result
    }

    /// The same with arguments in a list.
    func run(_ arguments: [String]) throws -> Result { try runAll(arguments, input: "") }

    /// The same, for what must succeed.
    @discardableResult
    func mustRun(_ arguments: [String], at location: SourceLocation = #_sourceLocation) throws -> Result {
        let result = try runAll(arguments, input: "")
        try #require(result.code == 0, "leadline \(arguments.joined(separator: " ")): \(result.err)", sourceLocation: location)
        return result
    }

    /// A run that a signal ended.
    struct Killed: Error {
        let arguments: [String]
    }

    /// Output goes to files, so that no pipe can fill up.
    private func runAll(_ arguments: [String], input: String) throws -> Result {
        var program = try program(arguments)
        let id = UUID().uuidString
        let (input, out, err) = (try file("\(id).in", input), try file("\(id).out", ""), try file("\(id).err", ""))
        program.input = try FileHandle(forReadingFrom: URL(fileURLWithPath: input))
        program.output = try FileHandle(forWritingTo: URL(fileURLWithPath: out))
        program.errors = try FileHandle(forWritingTo: URL(fileURLWithPath: err))
        guard case .exited(let code) = try program.run() else { throw Killed(arguments: arguments) }
        return Result(
            code: code, out: try String(contentsOfFile: out, encoding: .utf8),
            err: try String(contentsOfFile: err, encoding: .utf8))
    }

    /// The product lies beside the test bundle.
    static func executable() throws -> URL {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        let candidates = [beside, working.appendingPathComponent(".build/debug"), package.appendingPathComponent(".build/debug")]
            .map { $0.appendingPathComponent("leadline") }
        return try #require(
            candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "the product leadline is not built")
    }
}
