import Engine
import Foundation
import HTTPTypes
import LeadlineSchemas
import UseCases

/// One request that was let in: who asks, for what, and what it carries.
struct Call: Sendable {
    let services: GatewayServices
    /// Nil where an operation lets in everybody.
    let bearer: Grant?
    let headers: HTTPFields
    /// Values of the path's parameters, decoded.
    let path: [String: String]
    let query: [String: String]
    let body: [UInt8]
    /// Under which name the service was asked.
    var authority = ""
    /// The protocol by which it was asked, beside plain HTTP; empty for that.
    var face = ""

    /// Who asks.
    var grant: Grant {
        get throws {
            guard let bearer else { throw Refusal.noKey }
            return bearer
        }
    }

    /// The same request as somebody else's: of whoever it turned out to be.
    func acting(as grant: Grant) -> Call {
        Call(services: services, bearer: grant, headers: headers, path: path, query: query, body: body)
    }

    /// A request of an operation that stands for this one: by the same caller and the same protocol.
    func asking(
        headers: HTTPFields = [:], path: [String: String] = [:], query: [String: String] = [:], body: [UInt8] = []
    ) -> Call {
        var asked = Call(services: services, bearer: bearer, headers: headers, path: path, query: query, body: body)
        asked.face = face
        return asked
    }

    /// The program as it is asked of, by whom; what is read of a person is noted under that name.
    var deployment: Deployment {
        get throws { try asked() }
    }

    /// The same, told how far long work is, with another reason than the header's, or with a way to change something.
    func asked(
        reason: String? = nil, submitting: Submitting? = nil,
        progress: @escaping WorkProgress.Handler = { _ in }
    ) throws -> Deployment {
        let grant = try grant
        return Deployment(
            services.place(grant.program), program: grant.program,
            asker: Asker(
                actor: grant.principal, role: grant.role.rawValue,
                reason: reason ?? headers[.leadlineReason] ?? "", agent: face.isEmpty ? "" : face + " " + grant.id),
            submitting: submitting, progress: progress)
    }

    /// Longest reason for a read of personal data.
    static let reasonBytesMax = 512

    /// Checks what a caller says of why it reads.
    func checkReason(_ rule: Operation.Reason?) throws {
        guard let rule else { return }
        let values = headers[values: .leadlineReason]
        if values.isEmpty && rule == .optional { return }
        let isPlain = values.allSatisfy { value in
            (1...Self.reasonBytesMax).contains(value.utf8.count) && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                && Asker.isNameless(value)
        }
        guard values.count == 1, isPlain else {
            throw Refusal(
                400, "bad-header", "A header is not valid",
                "Leadline-Reason says why personal data is read, in 1 to \(Self.reasonBytesMax) bytes of ASCII "
                    + "without an address, for it is kept.",
                field: "Leadline-Reason")
        }
    }

    /// Does work that waits for the disk on a thread of the readers.
    func read<Value: Sendable>(_ work: @escaping @Sendable (Deployment) throws -> Value) async throws -> Value {
        let deployment = try deployment
        return try await services.readers.run { try work(deployment) }
    }

    /// Does work that waits for more than the disk, e.g. for a decision, on a thread of the readers.
    func run<Value: Sendable>(
        _ deployment: Deployment, _ work: @escaping @Sendable (Deployment) async throws -> Value
    ) async throws -> Value {
        try await services.readers.runLong { try await work(deployment) }
    }

    /// An id from the path. One that cannot be an id is the id of nothing.
    func id(_ name: String) throws -> String {
        guard let id = path[name], FieldLimits.isID(id) else { throw Refusal.nothingHere }
        return id
    }

    /// A whole number from the query.
    func number(_ name: String, in range: ClosedRange<Int>, otherwise usual: Int) throws -> Int {
        guard let text = query[name] else { return usual }
        guard let number = Int(text), range.contains(number), String(number) == text else {
            throw Refusal.badQuery(name, "It is a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A yes or no from the query; no where it is absent.
    func flag(_ name: String) throws -> Bool {
        switch query[name] {
        case nil, "false": false
        case "true": true
        default: throw Refusal.badQuery(name, "It is true or false.")
        }
    }

    /// How long the caller waits for a decision (RFC 7240); nil if it does not say.
    var wait: Duration? {
        let wishes = headers[values: .prefer].flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        for wish in wishes {
            let text = String(decoding: Array(wish), as: UTF8.self).trimmingCharacters(in: .whitespaces)
            let parts = text.unicodeScalars.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0] == "wait", let seconds = Int(parts[1]) else { continue }
            return .seconds(min(max(seconds, 0), Self.waitSecondsMax))
        }
        return nil
    }

    /// Longest wait.
    static let waitSecondsMax = 30
}

extension HTTPField.Name {
    /// A name that is a token, as every one below is.
    static func named(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("\(name) is no header's name") }
        return name
    }

    static let idempotencyKey = named("Idempotency-Key")
    static let traceParent = named("traceparent")
    static let prefer = named("Prefer")
    static let preferenceApplied = named("Preference-Applied")
    static let requestID = named("X-Request-Id")
    static let rateLimit = named("RateLimit")
    static let rateLimitPolicy = named("RateLimit-Policy")
    static let link = named("Link")
    /// Where a browser's request comes from, by its own word.
    static let secFetchSite = named("Sec-Fetch-Site")
    static let referrerPolicy = named("Referrer-Policy")
    /// Tells who looks through pages not to keep this one.
    static let xRobotsTag = named("X-Robots-Tag")
    /// Tells proxies not to hold a stream back.
    static let xAccelBuffering = named("X-Accel-Buffering")
    static let lastEventID = named("Last-Event-ID")
    /// Why personal data is read, for the access log.
    static let leadlineReason = named("Leadline-Reason")
}
