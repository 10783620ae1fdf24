import Engine
import LeadlineCore
import Reports
import Vault

/// Long work that somebody asked for, and what came of it.
struct Job: Sendable {
    enum Status: String, Sendable, CaseIterable { case queued, running, done, failed, cancelled }

    /// How far it is.
    struct Progress: Sendable, Equatable {
        var label: String
        var unit: String
        var done: UInt64
        var total: UInt64?
    }

    /// What came of it.
    struct Result: Sendable {
        var type = "application/json"
        var body: [UInt8]
        /// Random ids of the people whose data is in it; once one of them is erased, it is gone.
        var subjects: [SubjectID] = []
        /// The same as a page shows it, where one does.
        var report: (any Sendable)?
    }

    let id: String
    /// What is done, e.g. "verify".
    let kind: String
    let program: String
    let principal: String
    let role: Role
    let partner: String?
    /// Who may be shown what came of it.
    let scope: Scope
    let began: Timestamp
    /// When it is forgotten, whatever came of it.
    let expires: Timestamp
    var status = Status.queued
    /// When it was last told of.
    var changed: Timestamp
    var progress: Progress?
    var problem: Refusal?
    var result: Result?

    /// True once nothing more comes of it.
    var isOver: Bool { status != .queued && status != .running }

    /// As its owner sees it.
    var json: String { JSONText.object(fields) }

    /// The same, with what came of it.
    /// - Parameter output: JSON.
    func json(output: String) -> String { JSONText.object(fields + [("output", output)]) }

    private var fields: [(name: String, json: String?)] {
        [
            ("job", JSONText.quoted(id)), ("kind", JSONText.quoted(kind)),
            ("status", JSONText.quoted(status.rawValue)),
            (
                "progress",
                progress.map { progress in
                    JSONText.object([
                        ("label", JSONText.quoted(progress.label)), ("unit", JSONText.quoted(progress.unit)),
                        ("done", "\(progress.done)"), ("total", progress.total.map { "\($0)" }),
                    ])
                }
            ),
            ("problem", problem.map { String(decoding: $0.answer.body, as: UTF8.self) }),
            ("began", JSONText.quoted(TimeText.utc(began))), ("expires", JSONText.quoted(TimeText.utc(expires))),
            ("result", result == nil ? nil : JSONText.quoted("/v1/jobs/\(id)/result")),
        ]
    }
}
