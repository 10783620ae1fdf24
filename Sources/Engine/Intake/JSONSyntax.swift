/// Media types of data that is JSON under another name.
public enum JSONSyntax {
    /// True for a type whose syntax is JSON (RFC 6839, section 3.1), bare and in lower case; not for those in which whole
    /// CloudEvents stand.
    public static func isOf(mediaType type: String) -> Bool {
        let (start, end) = ("application/".utf8, "+json".utf8)
        return type.utf8.count > start.count + end.count && type.utf8.starts(with: start)
            && type.utf8.reversed().starts(with: end.reversed())
            && !type.utf8.starts(with: "application/cloudevents".utf8)
    }
}
