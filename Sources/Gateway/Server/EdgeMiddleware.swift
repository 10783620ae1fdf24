import Engine
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging

/// The outermost layer: refuses what no operation should see, gives every answer its id, and makes problem documents of
/// errors.
struct EdgeMiddleware: RouterMiddleware {
    let services: GatewayServices

    @concurrent func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let id = Hexadecimal.text(services.folder.machine.random.bytes(8))
        var response: Response
        do {
            try Self.check(request)
            response = try await next(request, context)
        } catch let error as CancellationError { throw error } catch {
            response = refuse(error, request, id)
        }
        // Appended, for nobody has set them: setting a field makes an index of all of them first.
        response.headers.append(HTTPField(name: .requestID, value: id))
        response.headers.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
        return response
    }

    private static func check(_ request: Request) throws {
        // A second Host stays among the fields; the first became the authority.
        if (request.head.authority ?? "").isEmpty
            || request.headers.contains(where: { $0.name.canonicalName == "host" })
        {
            throw Refusal(400, "bad-host", "Not readable", "Send exactly one Host.")
        }
        let path = (request.head.path ?? "").utf8.prefix { $0 != UInt8(ascii: "?") }
        if zip(path, path.dropFirst()).contains(where: { $0 == UInt8(ascii: "/") && $1 == UInt8(ascii: "/") }) {
            throw Refusal.nothingHere
        }
        if request.headers[.contentEncoding] != nil {
            throw Refusal(415, "content-encoding", "Not readable", "Send the body as it is, not encoded.")
        }
    }

    private func refuse(_ error: any Error, _ request: Request, _ id: String) -> Response {
        let refusal = Self.refusal(error, request)
        if refusal.status == 405, request.method == .options {
            return Response(status: .noContent, headers: Self.fields(refusal.headers))
        }
        if refusal.status >= 500 {
            services.logger.error(
                "request failed",
                metadata: ["request": "\(id)", "status": "\(refusal.status)", "error": "\(Self.kind(error))"])
        } else if refusal.status == 401 || refusal.status == 403 {
            services.logger.notice("refused", metadata: ["request": "\(id)", "problem": "\(refusal.type)"])
        }
        if let page = RefusalPage.answer(refusal, request, id: id, services) {
            return Self.closing(page.response, refusal, request)
        }
        var response = refusal.answer.response
        if refusal.status == 401, var challenge = response.headers[.wwwAuthenticate] {
            // Where a client finds which issuer to ask (RFC 9728), and all that it may want of it, at once.
            if let oauth = services.oauth { challenge += ", resource_metadata=\"\(oauth.metadataURL)\"" }
            if request.uri.path == MCPRoute.path { challenge += ", scope=\"\(ToolTable.scopes)\"" }
            response.headers[.wwwAuthenticate] = challenge
        }
        return Self.closing(response, refusal, request)
    }

    /// Refused before the body was read: what of it still comes is not.
    private static func closing(_ response: Response, _ refusal: Refusal, _ request: Request) -> Response {
        var response = response
        if [401, 403, 413, 415, 429].contains(refusal.status), request.method != .get, request.method != .head {
            response.headers[.connection] = "close"
        }
        return response
    }

    private static func fields(_ headers: [(HTTPField.Name, String)]) -> HTTPFields {
        headers.reduce(into: HTTPFields()) { $0.append(HTTPField(name: $1.0, value: $1.1)) }
    }

    /// An error's kind: its own words may hold what was sent.
    private static func kind(_ error: any Error) -> String { "\(type(of: error))" }

    private static func refusal(_ error: any Error, _ request: Request) -> Refusal {
        guard let error = error as? HTTPError else { return Refusal(error) }
        switch error.status {
        case .notFound:
            let methods = OperationTable.methods(of: request.uri.path)
            if methods.isEmpty { return .nothingHere }
            var refusal = Refusal(405, "method", "Not possible here", "The path does not take this method.")
            refusal.headers = [(.allow, methods.map(\.rawValue).joined(separator: ", "))]
            return refusal
        case .contentTooLarge: return .tooLarge
        default: return Refusal(error.status.code, "http", "Not readable", "The request is not as HTTP has it.")
        }
    }
}

extension Answer {
    /// As the server sends it.
    var response: Response {
        var fields = HTTPFields()
        fields.reserveCapacity(headers.count + 8)
        fields.append(HTTPField(name: .contentType, value: type))
        for (name, value) in headers { fields.append(HTTPField(name: name, value: value)) }
        return Response(
            status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
