/// Why a file cannot be evaluated: what, where, how to mend it.
public struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, without a full stop. Never quotes more than one short value.
    public var what: String
    /// Line of the file, from 1; nil if no single line is to blame.
    public var line: Int?
    /// What to do about it.
    public var remedy: String

    /// - Parameters:
    ///   - what: What is wrong, without a full stop.
    ///   - line: Line of the file, from 1.
    ///   - remedy: What to do about it.
    public init(_ what: String, line: Int? = nil, remedy: String) {
        self.what = what
        self.line = line
        self.remedy = remedy
    }

    public var description: String { (line.map { "line \($0): " } ?? "") + what + ". " + remedy }
}
