public import Evaluation

/// What `leadline evaluate --json` prints. Field names are a contract.
public struct EvaluationDocument: Encodable, Sendable {
    /// One a file.
    public var files: [EvaluationReport]

    /// The document of some files.
    public init(files: [EvaluationReport]) { self.files = files }
}
