/// Ids that were made of names: two names that come to one id are most likely two who become one, which is said.
struct ImportedIDs {
    /// Most such pairs that are told one by one.
    private static let toldMax = 20

    /// By field and id, the first name that came to it, and where it stood.
    private var first: [[String]: (name: String, file: String, line: Int)] = [:]
    private var told: Set<[String]> = []
    private var lines: [String] = []
    private var more = 0

    /// What the person who imports should look at; names stand in no sentence.
    var warnings: [String] {
        more == 0 ? lines : lines + ["\(more) more names come to the id of another name"]
    }

    /// Notes an id. Case and blanks make no other name.
    mutating func note(_ id: String, of name: String, field: String, file: String, line: Int) {
        let plain = name.lowercased().unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
            .map { String($0) }.joined(separator: " ")
        guard let known = first[[field, id]] else {
            first[[field, id]] = (plain, file, line)
            return
        }
        guard known.name != plain, told.insert([field, id, plain]).inserted else { return }
        if lines.count == Self.toldMax {
            more += 1
            return
        }
        lines.append(
            "\(field) '\(id)' is made of two names: line \(known.line) of \(known.file), and line \(line) of \(file)")
    }
}
