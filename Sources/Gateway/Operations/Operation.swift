import Engine
import HTTPTypes
import NIOCore

/// One thing that can be asked over HTTP, as a row of the table: router, OpenAPI document, role matrix and rate limits
/// are made of it, and so is every test that goes over all of them.
struct Operation: Sendable {
    /// A parameter of the query.
    struct Parameter: Sendable {
        var name: String
        var schema: Schema
        var about: String
        var isRequired = false

        /// A value as the document allows it; what has a form of its own is looked at where it is read.
        /// - Throws: `Refusal` for a text that is too long or too short, or holds NUL.
        func checked(_ value: String) throws(Refusal) -> String {
            if schema.allows(value) { return value }
            let (least, most) = (schema.length?.lowerBound ?? 0, schema.length?.upperBound ?? 0)
            throw Refusal.badQuery(name, "It is text of \(least) to \(most) characters without NUL.")
        }
    }

    /// What a request carries.
    struct Payload: Sendable {
        /// Media types that are read; the first is the usual one.
        var types: [String]
        var schema: Schema
        /// One JSON value, or lines of them.
        var example: String
        var bytesMax = RequestLimits.bodyBytesMax
        /// True if `application/*+json` is read as well.
        var takesOtherJSON = false

        /// - Parameter type: a media type without parameters, in lower case.
        func takes(_ type: String) -> Bool { types.contains(type) || takesOtherJSON && JSONSyntax.isOf(mediaType: type) }
    }

    /// Whether `Leadline-Reason` may or must be there.
    enum Reason: Sendable { case optional, required }

    /// What a success answers.
    struct Success: Sendable {
        var status: Int
        var about: String
        var schema: Schema
        var type = "application/json"
        /// What it may come as otherwise, as text.
        var otherTypes: [String] = []
        /// Headers beside those that every answer of the operation may have.
        var headers: [AnswerHeader] = []
    }

    /// How the answer comes about.
    enum Work: Sendable {
        /// Whole, after the request was read whole.
        case whole(@Sendable (Call) async throws -> Answer)
        /// Bit by bit, as long as the client stays.
        case stream(@Sendable (Call) async throws -> any AnswerStream)
        /// By asking other operations, each as if it had been asked alone.
        case face(@Sendable (Call, Admission) async throws -> FaceAnswer)
    }

    /// How another protocol answers.
    enum FaceAnswer: Sendable {
        case whole(Answer)
        case stream(any AnswerStream)
    }

    /// Name for clients that are generated.
    var id: String
    var method: HTTPRequest.Method
    /// With parameters in braces.
    var path: String
    var tag: String
    var summary: String
    /// Nil asks for none.
    var scope: Scope?
    /// Whether one without a scope asks who it is all the same.
    var isForKnown = false
    /// True if a page of another's must not ask it, even without a session: one that begins a session would have its
    /// visitor signed in.
    var refusesForeignOrigins = false
    var rate: RateClass
    var query: [Parameter] = []
    /// Longest value of one.
    var queryBytesMax = 1_024
    /// True where somebody else makes the query, who may add to it.
    var passesOverQuery = false
    /// Headers that it heeds, beside those that many do.
    var headers: [Parameter] = []
    var payload: Payload?
    /// True if a payload may be left out.
    var payloadIsOptional = false
    /// Whether the caller says why it reads personal data.
    var reason: Reason?
    /// True if `Idempotency-Key` and `Prefer: wait` are heeded.
    var isWrite = false
    /// True if `Idempotency-Key` is heeded without a wait.
    var takesIdempotencyKey = false
    var successes: [Success]
    /// What is answered neither by a success nor by a problem document.
    var otherAnswers: [Success] = []
    /// The path parameter of other operations that names what this one made; the answer has a field of that name.
    var makes: String?
    var work: Work

    /// True if nobody unknown is let in.
    var asksWho: Bool { scope != nil || isForKnown }

    /// Roles whose keys may carry the scope.
    var roles: [Role] { Role.allCases.filter { role in scope.map(role.scopes.contains) ?? true } }

    /// Names of the path's parameters, in order.
    var pathParameters: [String] {
        path.unicodeScalars.split(separator: "/").compactMap { part in
            part.first == "{" && part.last == "}" ? String(part.dropFirst().dropLast()) : nil
        }
    }

    /// True if a request's path is one of this operation's.
    func matches(_ path: String) -> Bool {
        let own = self.path.utf8.split(separator: UInt8(ascii: "/"))
        let other = path.utf8.split(separator: UInt8(ascii: "/"))
        return own.count == other.count
            && zip(own, other).allSatisfy { $0.first == UInt8(ascii: "{") || $0.elementsEqual($1) }
    }
}

/// An answer in parts. The next is asked for once the client has taken the last, so none waits in memory.
protocol AnswerStream: Sendable {
    /// The next part, as soon as there is one; nil at the end.
    mutating func next() async throws -> ByteBuffer?
}

extension HTTPRequest.Method {
    /// Asks with a body and changes nothing (RFC 10008).
    static let query: HTTPRequest.Method = {
        guard let method = HTTPRequest.Method("QUERY") else { preconditionFailure("QUERY is a token") }
        return method
    }()
}
