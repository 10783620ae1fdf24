import HTTPTypes
import Reports

/// Headers of answers that a client acts on, as the document describes them.
enum AnswerHeader: String, CaseIterable {
    case requestID = "X-Request-Id"
    case rateLimit = "RateLimit"
    case rateLimitPolicy = "RateLimit-Policy"
    case retryAfter = "Retry-After"
    case link = "Link"
    case eTag = "ETag"
    case location = "Location"
    case preferenceApplied = "Preference-Applied"
    case setCookie = "Set-Cookie"
    case allow = "Allow"
    case challenge = "WWW-Authenticate"

    /// Those that every answer which an operation gives has.
    static let ofEvery: [AnswerHeader] = [.requestID, .rateLimit, .rateLimitPolicy]
    /// Those that a problem may have.
    static let ofProblems: [AnswerHeader] = ofEvery + [.retryAfter, .allow, .challenge, .setCookie]

    /// Its name among the document's components.
    var component: String { rawValue.unicodeScalars.filter { $0 != "-" }.map(String.init).joined() }

    /// What it says.
    private var about: String {
        switch self {
        case .requestID: "By this the service's log tells what happened."
        case .rateLimit: "How many calls of the class are left (r), and in how many seconds all are there again (t)."
        case .rateLimitPolicy: "How many calls of the class a principal has (q) in so many seconds (w)."
        case .retryAfter: "After so many seconds it is worth asking again."
        case .link: "Where the next page is (RFC 8288); absent on the last."
        case .eTag: "Names what was answered; as If-None-Match it spares the same answer. Absent where nothing is kept."
        case .location: "Where what was made or begun is found."
        case .preferenceApplied: "How long the answer was waited for (RFC 7240)."
        case .setCookie: "The cookie that stands for the session, or its end."
        case .allow: "Methods that the path takes."
        case .challenge: "By what a caller can be known."
        }
    }

    private var schema: Schema {
        switch self {
        case .requestID: Schema(json: #"{"type":"string","pattern":"^[0-9a-f]{16}$"}"#)
        case .rateLimit: Schema(json: #"{"type":"string","pattern":"^\"[a-z]+\";r=[0-9]+;t=[0-9]+$"}"#)
        case .rateLimitPolicy: Schema(json: #"{"type":"string","pattern":"^\"[a-z]+\";q=[0-9]+;w=60$"}"#)
        case .retryAfter: Schema(json: #"{"type":"integer","minimum":1}"#)
        case .link: Schema(json: #"{"type":"string","pattern":"^</v1/[^>]+>; rel=\"next\"$"}"#)
        case .eTag: Schema(json: #"{"type":"string","pattern":"^\"[0-9a-f]{24}\"$"}"#)
        case .location: Schema(json: #"{"type":"string","format":"uri-reference"}"#)
        case .preferenceApplied: Schema(json: #"{"type":"string","pattern":"^wait=[0-9]{1,2}$"}"#)
        case .setCookie, .allow, .challenge: .string
        }
    }

    /// The document's description of it.
    var json: String {
        JSONText.object([
            ("description", JSONText.quoted(about)), ("schema", schema.json),
        ])
    }

    /// Headers as an answer in the document lists them.
    static func list(_ headers: [AnswerHeader]) -> String {
        JSONText.object(
            headers.map { ($0.rawValue, ##"{"$ref":"#/components/headers/\##($0.component)"}"##) })
    }

    /// The document's components.
    static var components: String { JSONText.object(allCases.map { ($0.component, $0.json) }) }
}

extension Operation {
    /// The headers that a success of the operation may have.
    func headers(of success: Success) -> [AnswerHeader] {
        AnswerHeader.ofEvery + (method == .get ? [.eTag] : []) + (isWrite ? [.preferenceApplied] : [])
            + success.headers
    }
}
