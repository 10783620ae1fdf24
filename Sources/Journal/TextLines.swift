extension String {
    /// Its lines, as they stand between newlines (U+000A) and nothing else. Found among scalars: a mark that follows a
    /// newline, or a carriage return before it, does not hide it, as it would among characters.
    ///
    /// A text that ends with a newline has an empty last line, as every file format here counts on.
    public var lines: [Substring] {
        unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    }
}
