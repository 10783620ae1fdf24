import Engine
import HTTPTypes
import LeadlineSchemas
import Reports
import UseCases

extension Refusal {
    /// The refusal for an error of a use case, of intake or of the machinery. Paths of the server, and commands that
    /// mend something there, stay unsaid.
    init(_ error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case let problem as Problem: self.init(problem: problem)
        case let rejection as Rejection: self = .rejected(rejection)
        case let refusal as InboxRefusal: self = refusal.refused.first.map { .rejected($0.rejection) } ?? .malformed
        case is InboxFull: self = .busy
        case is WorkAllowance.Exhausted: self = .busy
        default: self = .unavailable
        }
    }

    private init(problem: Problem) {
        switch problem.kind {
        case .invalid: self = .invalid(Self.sentence(problem.what), field: problem.field ?? "")
        case .notFound: self = .nothingHere
        case .conflict, .checkFailed:
            self.init(409, "conflict", "Not possible as things stand", Self.sentence(problem.what))
        case .unavailable: self = .unavailable
        }
    }

    /// What intake would refuse, with the field to mend.
    static func rejected(_ rejection: Rejection) -> Refusal {
        var refusal = Refusal(
            422, rejection.reason.word, "Not acceptable as it is", sentence(rejection.detail), field: rejection.field)
        if rejection.reason == .tooLarge { refusal.status = 413 }
        return refusal
    }

    private static func sentence(_ what: String) -> String { what + "." }

    /// As `application/problem+json`.
    var answer: Answer {
        let text = JSONText.object([
            ("type", JSONText.quoted("urn:leadline:problem:" + type)), ("title", JSONText.quoted(title)),
            ("status", "\(status)"), ("detail", JSONText.quoted(detail)),
            ("field", field.isEmpty ? nil : JSONText.quoted(field)),
            ("budget", budget.map { JSONText.quoted($0.name) }), ("renews", budget.map { JSONText.quoted($0.renews) }),
        ])
        return Answer(
            status: status, headers: headers + [(.cacheControl, "no-store")], type: "application/problem+json",
            body: Array(text.utf8))
    }
}
