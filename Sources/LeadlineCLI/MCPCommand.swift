import ArgumentParser
import Engine
import Foundation
import Gateway
import Logging
import UseCases

/// The Model Context Protocol on standard input and output.
struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp", abstract: "Let an assistant work over standard input and output.",
        discussion: """
            Speaks the Model Context Protocol, revisions 2026-07-28 and 2025-11-25, a message a line; an assistant's \
            program starts it. A key says what the assistant may do: make one with 'leadline access create \
            --role agent', and give it in $LEADLINE_KEY or in a file.

            With --url, or $LEADLINE_URL, it asks a gateway that runs already. Without either it opens the data folder \
            itself and processes what comes while it runs, as 'leadline run' does; nothing else may have the folder \
            open then.

            \(Outcome.note)
            """)

    @OptionGroup var data: DataFolderOptions

    @Option(
        help: ArgumentHelp("The gateway to ask, e.g. https://leads.acme.example. Default: $LEADLINE_URL.", valueName: "url")
    )
    var url: String?

    @Option(help: ArgumentHelp("File that holds the key. Default: the key in $LEADLINE_KEY.", valueName: "file"))
    var keyFile: String?

    func run() async throws {
        let key = try key()
        if let url = url ?? ProcessInfo.processInfo.environment["LEADLINE_URL"] {
            let gateway = try MCPRemote(url: url, key: key)
            await MCPLines.serve(StandardInputLines(), gateway, write: Self.write)
            try await gateway.close()
        } else {
            try await serveFolder(key)
        }
    }

    private func key() throws -> String {
        if let keyFile {
            guard let line = try LineFile(keyFile).next(), let key = String(validating: line.bytes, as: UTF8.self),
                !key.isEmpty
            else { throw Problem(.invalid, "its first line is no key", at: keyFile) }
            return key
        }
        guard let key = ProcessInfo.processInfo.environment["LEADLINE_KEY"], !key.isEmpty else {
            throw Problem(.invalid, "no key is given", remedy: "Put one into LEADLINE_KEY, or give --key-file")
        }
        return key
    }

    private func serveFolder(_ key: String) async throws {
        let deployment = try data.whole()
        var logger = Logger(label: "leadline", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .error
        let runtime = try EmbeddedRuntime.make(deployment.folder, batchMax: 1_000, logger)
        let services = try GatewayServices.embedded(
            deployment.folder, runtime, access: try AccessFile(deployment.folder), logger: logger)
        let folder = try await MCPFolder(services, key: key)
        try await GracefulStop.run(
            within: .seconds(20),
            [
                GracefulStop.Work { try await runtime.run { _ in } },
                GracefulStop.Work { await MCPLines.serve(StandardInputLines(), folder, write: Self.write) },
            ])
    }

    @Sendable private static func write(_ answer: [UInt8]) {
        FileHandle.standardOutput.write(Data(answer + [0x0A]))
    }
}
