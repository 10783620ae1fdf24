import Engine
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The way of every request: who asks, may it, how often, what does it carry; then the operation's own work.
struct Front: Sendable {
    let services: GatewayServices
    let limits: RateLimits
    /// True if it listens on this machine alone.
    var isLocal = false
    private var admission: Admission { Admission(services: services, limits: limits) }

    /// - Parameter parameters: names of the path's parameters.
    func answer(
        _ operation: Operation, _ parameters: [String], _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        guard let spans = services.spans else { return try await answered(operation, parameters, request, context) }
        return try await spans.serving(operation.id, request.headers) {
            try await answered(operation, parameters, request, context)
        }
    }

    private func answered(
        _ operation: Operation, _ parameters: [String], _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        var who = Who()
        do {
            if operation.asksWho { try await find(&who, request, context) }
            return try await answer(operation, parameters, who.grant, request, context)
        } catch {
            // A sign-in that failed is counted as a key that is wrong.
            let slowed = operation.asksWho || Refusal(error).status != 401 ? nil : slowed(context)
            let refusal = slowed ?? Refusal(error)
            if refusal.isOfCaller {
                services.refusals.note(
                    .init(
                        operation: operation.id, status: refusal.status, problem: refusal.type,
                        program: who.grant?.program ?? "", principal: who.principal))
            }
            if [403, 429].contains(refusal.status), let grant = who.grant {
                throw RefusalPage.known(refusal, grant, request, services)
            }
            throw slowed ?? error
        }
    }

    /// The refusal for whoever was wrong too often; nil for others.
    private func slowed(_ context: GatewayContext) -> Refusal? {
        let standing = limits.take(.refusal, for: context.address)
        return standing.isAllowed ? nil : Admission.tooMany(standing, .refusal)
    }

    private func answer(
        _ operation: Operation, _ parameters: [String], _ bearer: Grant?, _ request: Request,
        _ context: GatewayContext
    ) async throws -> Response {
        try checkOrigin(operation, bearer, request)
        let standing = try admission.admit(operation, bearer, address: context.address)
        try Self.checkIdempotencyKey(operation, request)
        var call = Call(
            services: services, bearer: bearer, headers: request.headers, path: try Self.path(parameters, context),
            query: try Self.query(operation, request), body: try await Self.body(operation, request))
        call.authority = request.head.authority ?? ""
        try call.checkReason(operation.reason)
        var response = try await response(operation, call, request)
        for (name, value) in Admission.rateFields(standing, operation.rate) {
            response.headers.append(HTTPField(name: name, value: value))
        }
        return response
    }

    // MARK: Who asks

    /// What is known of the caller by now.
    private struct Who {
        var grant: Grant?
        var principal = ""
    }

    private func find(_ who: inout Who, _ request: Request, _ context: GatewayContext) async throws {
        let finding = try await Authentication(services: services).finding(request.headers)
        switch finding {
        case .known(let grant):
            (who.grant, who.principal) = (grant, grant.principal)
        case .nothing(let principal):
            who.principal = principal
            throw Refusal.nothingGranted
        case .nobody, .wrong:
            if let slowed = slowed(context) { throw slowed }
            if case .wrong = finding { throw Refusal.wrongKey }
            throw Refusal.noKey
        }
    }

    /// A change that a browser asks for by its own accord, because it holds a cookie, must come from a page of ours.
    private func checkOrigin(_ operation: Operation, _ bearer: Grant?, _ request: Request) throws {
        if [.get, .head, .options].contains(request.method) { return }
        let (host, url) = (request.head.authority ?? "", services.signIn.publicURL)
        if operation.refusesForeignOrigins, !SameOrigin.isOwn(host: host, url, isLocal: isLocal) {
            throw Refusal.foreignOrigin
        }
        if case .session? = bearer?.credential {
            guard SameOrigin.isProven(request.headers, host: host, url) else { throw Refusal.foreignOrigin }
        } else if operation.refusesForeignOrigins {
            guard !SameOrigin.isForeign(request.headers, host: host, url) else { throw Refusal.foreignOrigin }
        }
    }

    // MARK: What is asked

    private static func path(_ parameters: [String], _ context: GatewayContext) throws -> [String: String] {
        var values: [String: String] = [:]
        for name in parameters {
            guard let raw = context.parameters.get(name), let value = decoded(String(raw)) else {
                throw Refusal.nothingHere
            }
            values[name] = value
        }
        return values
    }

    /// Without percent encoding, which most values do not have; nil for what is none.
    private static func decoded(_ text: String) -> String? {
        text.utf8.contains(UInt8(ascii: "%")) ? text.removingPercentEncoding : text
    }

    /// Parameters by name. One that the operation does not know, or that comes twice, is told of rather than passed
    /// over.
    private static func query(_ operation: Operation, _ request: Request) throws -> [String: String] {
        var values: [String: String] = [:]
        let text = request.uri.query ?? ""
        if text.isEmpty && operation.query.isEmpty { return values }
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let words = FormEncoding.pair(part)
            guard let name = words[0], let value = words.count == 2 ? words[1] : "",
                value.utf8.count <= operation.queryBytesMax
            else {
                throw Refusal.badQuery("", "A parameter is not UTF-8, or too long.")
            }
            guard let parameter = operation.query.first(where: { $0.name == name }) else {
                if operation.passesOverQuery { continue }
                throw Refusal.badQuery("", "The operation has no such parameter.")
            }
            guard values[name] == nil else { throw Refusal.badQuery(name, "It is given twice.") }
            values[name] = try parameter.checked(value)
        }
        for parameter in operation.query where parameter.isRequired && values[parameter.name] == nil {
            throw Refusal.badQuery(parameter.name, "It is missing.")
        }
        return values
    }

    /// Whoever sends a key relies on it: where it would be passed over, that is told.
    private static func checkIdempotencyKey(_ operation: Operation, _ request: Request) throws {
        guard request.headers[.idempotencyKey] != nil, operation.method != .get, !operation.isWrite,
            !operation.takesIdempotencyKey
        else { return }
        throw Refusal(
            400, "bad-header", "A header is not valid", "This operation takes no Idempotency-Key; leave it out.",
            field: "Idempotency-Key")
    }

    /// - Throws: `Refusal` for a body that is not framed as HTTP has it.
    private static func collected(_ request: Request, _ bytesMax: Int) async throws -> ByteBuffer {
        do { return try await request.body.collect(upTo: bytesMax) } catch {
            switch error {
            case is HTTPError, is CancellationError: throw error
            case is NIOTooManyBytesError: throw Refusal.tooLarge
            default: throw Refusal(400, "broken-body", "Not readable", "The body is not framed as HTTP has it.")
            }
        }
    }

    private static func body(_ operation: Operation, _ request: Request) async throws -> [UInt8] {
        guard let payload = operation.payload else { return [] }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > payload.bytesMax {
            throw Refusal.tooLarge
        }
        let type = MediaType.bare(request.headers[.contentType] ?? "")
        if !type.isEmpty, !payload.takes(type) { throw unread(payload) }
        let bytes = Array(buffer: try await collected(request, payload.bytesMax))
        if bytes.isEmpty {
            guard operation.payloadIsOptional else {
                throw Refusal(400, "no-body", "Not readable", "The operation needs a body.")
            }
            return []
        }
        if type.isEmpty { throw unread(payload) }
        guard String(validating: bytes, as: UTF8.self) != nil || type == "application/protobuf" else {
            throw Refusal(400, "not-utf8", "Not readable", "The body is not UTF-8.")
        }
        guard type == "application/protobuf" || JSONElements.isShallow(bytes) else {
            throw Refusal(
                400, "too-deep", "Not readable", "The JSON nests deeper than \(JSONElements.depthMax) levels.")
        }
        return bytes
    }

    private static func unread(_ payload: Operation.Payload) -> Refusal {
        Refusal(
            415, "content-type", "Not readable", "Send \(payload.types.joined(separator: " or ")).",
            field: "Content-Type")
    }

    // MARK: What is answered

    private func response(_ operation: Operation, _ call: Call, _ request: Request) async throws -> Response {
        switch operation.work {
        case .whole(let work):
            let answer = try await Admission.done(work, call)
            guard operation.method == .get else { return answer.response }
            return Self.tagged(answer, request)
        case .stream(let work): return Self.stream(try await work(call), request)
        case .face(let work):
            switch try await work(call, admission) {
            case .whole(let answer): return operation.method == .get ? Self.tagged(answer, request) : answer.response
            case .stream(let parts): return Self.stream(parts, request)
            }
        }
    }

    /// With an ETag of what the caller is shown; a caller that has it already gets it not again.
    private static func tagged(_ answer: Answer, _ request: Request) -> Response {
        var answer = answer
        switch answer.headers.first(where: { $0.0 == .cacheControl })?.1 {
        case nil: answer.headers.append((.cacheControl, "private, no-cache"))
        case "no-store"?: return answer.response
        case _?: break
        }
        let tag = answer.entityTag
        answer.headers.append((.eTag, tag))
        let response = answer.response
        let asked = request.headers[values: .ifNoneMatch]
        if asked.isEmpty { return response }
        let known = asked.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        let isKnown = known.contains { text in
            let bare = MediaType.bare(String(decoding: Array(text), as: UTF8.self))
            return bare == tag || bare == "w/" + tag || bare == "*"
        }
        guard isKnown else { return response }
        var headers = response.headers
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
    }

    private static func stream(_ parts: any AnswerStream, _ request: Request) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no",
            // The server reads nothing more on the connection of a stream that has ended.
            .connection: "close",
        ]
        return Response(
            status: .ok, headers: headers,
            body: .init { writer in
                // A client that goes ends it at once, whatever it waits for.
                try await request.body.consumeWithCancellationOnInboundClose { rest in
                    // Nobody reads the rest of the request. Unless that is said, and the answer ends or the client goes
                    // before all of the request came, NIO ends the process for a source that was not finished.
                    _ = rest.makeAsyncIterator()
                    var parts = parts
                    while let part = try await parts.next() { try await writer.write(part) }
                }
                try await writer.finish(nil)
            })
    }
}
