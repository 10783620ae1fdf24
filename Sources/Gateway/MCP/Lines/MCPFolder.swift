import Engine
import HTTPTypes
import UseCases

/// Answers out of a data folder that this process has open, under a key's grant as over HTTP.
public struct MCPFolder: MCPPeer {
    private let services: GatewayServices
    private let key: String
    private let admission: Admission

    /// - Throws: `Problem` for a key that lets do nothing.
    public init(_ services: GatewayServices, key: String) async throws {
        self.services = services
        self.key = key
        admission = Admission(services: services, limits: RateLimits(services.folder.machine.passingTime))
        guard try await Authentication(services: services).grant(ofKey: key) != nil else {
            throw Problem(
                .invalid, "the key lets do nothing here: it is none of this folder's, or it has expired or been revoked",
                remedy: "Make one with 'leadline access create' and put it into LEADLINE_KEY")
        }
    }

    public func answer(_ line: [UInt8], tell: @escaping @Sendable ([UInt8]) -> Void) async -> [UInt8]? {
        guard line.count <= RequestLimits.bodyBytesMax, String(validating: line, as: UTF8.self) != nil,
            JSONElements.isShallow(line)
        else { return Array(MCPError(code: .invalidRequest, words: Self.unread).json(id: nil).utf8) }
        do {
            // Judged anew for every message: a key that was revoked ends at once.
            guard let grant = try await Authentication(services: services).grant(ofKey: key) else {
                throw Refusal.wrongKey
            }
            let call = Call(services: services, bearer: grant, headers: [:], path: [:], query: [:], body: line)
            switch try await MCPFace(call: call, admission: admission).reply(line, nil) {
            case .whole(let answer): return answer.body.isEmpty ? nil : answer.body
            case .watched(var job):
                while let part = try await job.part() {
                    if case .message(let json) = part { tell(Array(json.utf8)) }
                }
                return nil
            }
        } catch is CancellationError { return nil } catch {
            let refusal = Refusal(error)
            return MCPLines.failure("\(refusal.title): \(refusal.detail)", to: line)
        }
    }

    private static let unread = "A message is UTF-8, at most 1 MiB, and nests at most 32 levels deep."
}
