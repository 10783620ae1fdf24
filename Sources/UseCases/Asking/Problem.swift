/// Why something that was asked for did not come about: what, where, and how to mend it, in words that every face shows
/// as they are. It never quotes a record, so it holds no personal data.
public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What sort of problem it is; a face maps it to an exit code or a status.
    public enum Kind: String, Sendable, CaseIterable {
        /// What was asked cannot be taken as it is.
        case invalid
        /// What it names is not there.
        case notFound
        /// Another process works there, or something is there already.
        case conflict
        /// What was checked does not hold.
        case checkFailed
        /// The surroundings do not allow it: a disk, a key, a broker.
        case unavailable
    }

    public var kind: Kind
    /// What is wrong, without a full stop.
    public var what: String
    /// Where: a file, a line, a path, a field; empty if `what` says it.
    public var place: String
    /// What to do about it; empty if there is nothing.
    public var remedy: String

    /// - Parameters:
    ///   - what: What is wrong, without a full stop.
    ///   - place: Where; empty if `what` says it.
    ///   - remedy: What to do about it; empty if there is nothing.
    public init(_ kind: Kind, _ what: String, at place: String = "", remedy: String = "") {
        self.kind = kind
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    public var description: String { [what, place, remedy].filter { !$0.isEmpty }.joined(separator: ". ") }

    /// A file that cannot be read.
    public static func notReadable(_ path: String) -> Problem {
        Problem(.invalid, "the file cannot be read", at: path, remedy: "Check the path and its permissions")
    }

    /// A folder where a file is meant.
    public static func isFolder(_ path: String) -> Problem {
        Problem(.invalid, "this is a folder, and a file is needed", at: path, remedy: "Name the file in it that you mean")
    }

    /// A file that cannot be written.
    /// - Parameter what: what that means, without a full stop.
    public static func notWritable(_ what: String, at path: String) -> Problem {
        Problem(.unavailable, what, at: path, remedy: "Check the folder and its permissions")
    }

    /// What was asked needs a cluster, and none was named.
    public static let needsCluster = Problem(
        .invalid, "this needs a Kafka cluster", remedy: "Name it with --kafka host:port, or in $LEADLINE_KAFKA")
}
