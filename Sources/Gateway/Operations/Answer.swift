import Crypto
import HTTPTypes
import SwiftProtobuf

/// What a call answers.
struct Answer: Sendable {
    var status: Int
    var headers: [(HTTPField.Name, String)] = []
    var type = "application/json"
    var body: [UInt8]
    /// The ETag of the body, where it was made already.
    var tag: String?

    /// With the ETag of its body.
    var tagged: Answer {
        var answer = self
        answer.tag = entityTag
        return answer
    }

    /// Names the body as it is.
    var entityTag: String { tag ?? "\"\(Hexadecimal.text(SHA256.hash(data: body).prefix(12)))\"" }

    /// JSON text.
    static func json(_ text: String, status: Int = 200, _ headers: [(HTTPField.Name, String)] = []) -> Answer {
        Answer(status: status, headers: headers, body: Array(text.utf8))
    }
}

/// Why a call is refused; becomes a problem document (RFC 9457). Never quotes the request.
struct Refusal: Error, Sendable {
    var status: Int
    /// Last part of the problem type's URN.
    var type: String
    var title: String
    var detail: String
    /// The field that must be mended.
    var field = ""
    var headers: [(HTTPField.Name, String)] = []
    /// The budget that is used up, and when it is there anew.
    var budget: (name: String, renews: String)?
    /// What a browser is shown in its place; nil for what everybody is shown.
    var page: Answer?

    init(_ status: Int, _ type: String, _ title: String, _ detail: String, field: String = "") {
        self.status = status
        self.type = type
        self.title = title
        self.detail = detail
        self.field = field
    }

    /// True if it is of who asks or how often, and not of what is asked.
    var isOfCaller: Bool { [401, 403, 429].contains(status) }
    /// True if the same may go well another time.
    var isPassing: Bool { isOfCaller || status >= 500 }

    /// The one answer for what is not there and for what the caller may not see: nobody learns which.
    static let nothingHere = Refusal(
        404, "not-found", "Not found", "Nothing is here by that name, or nothing that this key may see.")

    static let noKey: Refusal = {
        var refusal = Refusal(
            401, "unauthorized", "Who are you?", "Send a key that is in force: 'Authorization: Bearer ll_...'.")
        refusal.headers = [(.wwwAuthenticate, #"Bearer realm="leadline""#)]
        return refusal
    }()

    /// The same for whatever is sent and does not hold, so that nobody learns why.
    static let wrongKey: Refusal = {
        var refusal = noKey
        refusal.headers = [(.wwwAuthenticate, #"Bearer realm="leadline", error="invalid_token""#)]
        return refusal
    }()

    static let nothingGranted = Refusal(
        403, "forbidden", "Not allowed", "The token holds, and by the rules of this service it grants nothing.")

    static let foreignOrigin = Refusal(
        403, "foreign-origin", "Not allowed", "A change under a session must come from a page of this service.")

    static func missing(_ scope: Scope) -> Refusal {
        var refusal = Refusal(403, "forbidden", "Not allowed", "The key lacks the scope \(scope.rawValue).")
        refusal.headers = [
            (.wwwAuthenticate, #"Bearer realm="leadline", error="insufficient_scope", scope="\#(scope.rawValue)""#)
        ]
        return refusal
    }

    /// The same, naming every scope that what was asked needs: whoever gets them all is not refused once more.
    func challenging(with scopes: [Scope]) -> Refusal {
        guard status == 403, !scopes.isEmpty, headers.contains(where: { $0.0 == .wwwAuthenticate }) else { return self }
        var refusal = self
        refusal.headers.removeAll { $0.0 == .wwwAuthenticate }
        let names = scopes.map(\.rawValue).joined(separator: " ")
        refusal.headers.append(
            (.wwwAuthenticate, #"Bearer realm="leadline", error="insufficient_scope", scope="\#(names)""#))
        return refusal
    }

    /// A field that nothing is done with, which is most likely misspelt.
    /// - Parameter name: as it was sent; a long one is told of without it.
    static func unknownField(_ name: String?) -> Refusal {
        let told = name.flatMap { $0.utf8.count <= 128 ? $0 : nil } ?? ""
        return .invalid(
            "A field is none of this message's; the document at /openapi.json names those it has.", field: told)
    }

    /// The same, for what a decoder says.
    static func unknownField(_ error: any Error) -> Refusal {
        if case .unknownField(let name)? = error as? JSONDecodingError { return unknownField(name) }
        return unknownField(nil as String?)
    }

    static let malformed = Refusal(400, "malformed", "Not readable", "The body is not JSON of the documented form.")

    static func invalid(_ detail: String, field: String = "") -> Refusal {
        Refusal(422, "invalid", "Not acceptable as it is", detail, field: field)
    }

    static func badQuery(_ name: String, _ detail: String) -> Refusal {
        Refusal(400, "bad-parameter", "A parameter is not valid", detail, field: name)
    }

    static let tooLarge = Refusal(413, "too-large", "Too large", "The body is larger than this operation reads.")

    static let busy: Refusal = {
        var refusal = Refusal(503, "busy", "Busy", "Too much is being asked at this moment; ask again shortly.")
        refusal.headers = [(.retryAfter, "1")]
        return refusal
    }()

    static let unavailable = Refusal(
        503, "unavailable", "Not available", "The service cannot do this now; its operator finds why in the log.")
}
