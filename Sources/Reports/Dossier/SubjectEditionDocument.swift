public import Audit

/// A subject's edition as JSON: what was signed, and the signed file itself. Fields are added, never changed.
public struct SubjectEditionDocument: Encodable, Sendable {
    /// What was signed.
    public var statement: SubjectEdition.Statement
    /// The signed file, whole.
    public var note: String

    /// The document of an edition.
    public init(_ edition: SubjectEdition) {
        statement = edition.statement
        note = edition.text
    }
}
