import Foundation
import Hummingbird
import Logging
import NIOCore

/// The server that the gateway is built on, with one route that answers the same bytes to everybody: what is left of a
/// request's time once nothing is asked, looked up or written.
@main struct BareRoute {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[1]),
            let bytes = FileManager.default.contents(atPath: arguments[2])
        else {
            print("bare-route PORT FILE: answers GET /v1/leads/ANY on this machine with the file's bytes")
            exit(64)
        }
        let answer = ByteBuffer(bytes: bytes)
        let router = Router()
        router.get("/v1/leads/:lead") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: answer))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            logger: Logger(label: "bare") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }
}
