import Engine
import HTTPTypes

/// Whether who is known may have an operation done now: by its scope, and by how often it asked.
struct Admission: Sendable {
    let services: GatewayServices
    let limits: RateLimits

    /// Takes one call from the caller's quota.
    /// - Parameter address: stands for callers that nobody asks who they are.
    /// - Throws: `Refusal` for whoever may not, or too often.
    func admit(_ operation: Operation, _ bearer: Grant?, address: String) throws(Refusal) -> RateLimits.Standing {
        if let scope = operation.scope, let bearer, !bearer.allows(scope) { throw Refusal.missing(scope) }
        let standing = limits.take(operation.rate, for: bearer?.principal ?? "address " + address)
        guard standing.isAllowed else { throw Self.tooMany(standing, operation.rate) }
        return standing
    }

    /// Has an operation done that answers whole, for a face that stands for it.
    func perform(_ operation: Operation, _ call: Call) async throws -> Answer {
        _ = try admit(operation, try call.grant, address: "")
        try call.checkReason(operation.reason)
        guard case .whole(let work) = operation.work else {
            preconditionFailure("\(operation.id) does not answer whole")
        }
        return try await Self.done(work, call)
    }

    /// Does an operation's work. An error that names a field of the body does so in the words of whoever sent it.
    static func done(_ work: @Sendable (Call) async throws -> Answer, _ call: Call) async throws -> Answer {
        do { return try await work(call) } catch let error as CancellationError { throw error } catch {
            let refusal = Refusal(error)
            let named = refusal.ofKey(call.headers).spelled(as: call.body)
            throw named.field == refusal.field && named.detail == refusal.detail ? error : named
        }
    }

    static func tooMany(_ standing: RateLimits.Standing, _ rate: RateClass) -> Refusal {
        var refusal = Refusal(429, "quota-exceeded", "Too many", "Wait, then ask again.")
        refusal.headers = [(.retryAfter, "\(standing.seconds)")] + rateFields(standing, rate)
        return refusal
    }

    static func rateFields(_ standing: RateLimits.Standing, _ rate: RateClass) -> [(HTTPField.Name, String)] {
        let left = standing.isAllowed ? standing.remaining : 0
        return [
            (.rateLimit, "\"\(rate.rawValue)\";r=\(left);t=\(standing.seconds)"),
            (.rateLimitPolicy, "\"\(rate.rawValue)\";q=\(standing.quota);w=60"),
        ]
    }
}
