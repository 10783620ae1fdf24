/// Which column of a file means what.
public struct ColumnChoice: Sendable {
    /// Column of the day on which a row arrived.
    public var arrival = "t"
    /// Column of the day on which its outcome became known.
    public var closed = "tclose"
    /// Column of the partner that had it.
    public var partner = "partner"
    /// Column of the outcome.
    public var outcome = "y"
    /// Columns of categories; with `numbers` empty too, those that begin with `c_`.
    public var categories: [String] = []
    /// Columns of numbers; with `categories` empty too, those that begin with `n_`.
    public var numbers: [String] = []
    /// Columns that are fields of leads. Rows are then leads of a program, which learns them as it learns its own; no
    /// other column is learned from.
    public var fields: [ProgramField: String] = [:]
    /// Columns that scores are asked for, each value by itself; `partner` is the partner's column whatever its name.
    public var groups: [String] = []

    /// The columns of shared data: t, tclose, partner, y, c_*, n_*.
    public init() {}

    /// Where the columns stand in a file.
    struct Places {
        struct Slot: Equatable {
            var name: String
            var place: Int
            var isNumber: Bool
            /// The field of leads that it is; nil where columns are learned from as they are.
            var field: ProgramField?
        }

        var arrival: Int
        var closed: Int
        var partner: Int
        var outcome: Int
        var slots: [Slot]
        var groups: [(column: String, place: Int)]
    }

    /// Finds the columns in a file's header.
    func places(in header: [String], line: Int) throws(EvaluationError) -> Places {
        if let double = header.indices.first(where: { header[..<$0].contains(header[$0]) }) {
            throw EvaluationError(
                "two columns are called '\(Self.short(header[double]))'", line: line,
                remedy: "Give each column a name of its own")
        }
        let places = Places(
            arrival: try place(arrival, "--arrival", header, line), closed: try place(closed, "--closed", header, line),
            partner: try place(partner, "--partner", header, line),
            outcome: try place(outcome, "--outcome", header, line),
            slots: try slots(header, line), groups: try groupPlaces(header, line))
        let roles = [places.arrival, places.closed, places.partner, places.outcome]
        if Set(roles).count < roles.count {
            throw EvaluationError(
                "one column stands for two of arrival, closed, partner and outcome",
                remedy: "Name four different columns")
        }
        for slot in places.slots where roles.contains(slot.place) {
            throw EvaluationError(
                "the column '\(Self.short(slot.name))' cannot be learned from: it is the arrival, closing, partner or outcome",
                remedy: "Leave it out of --category and --number")
        }
        return places
    }

    private func fieldSlots(_ header: [String], _ line: Int) throws(EvaluationError) -> [Places.Slot] {
        if !(categories.isEmpty && numbers.isEmpty) {
            throw EvaluationError(
                "columns are named as fields of leads and as others",
                remedy: "Give --field alone, or --category and --number")
        }
        var slots: [Places.Slot] = []
        for field in ProgramField.allCases {
            guard let name = fields[field] else { continue }
            slots.append(
                Places.Slot(
                    name: name, place: try place(name, "--field", header, line), isNumber: field.isNumber, field: field)
            )
        }
        return slots
    }

    private func slots(_ header: [String], _ line: Int) throws(EvaluationError) -> [Places.Slot] {
        if !fields.isEmpty { return try fieldSlots(header, line) }
        if categories.isEmpty && numbers.isEmpty {
            let found = header.indices.filter { header[$0].hasPrefix("c_") || header[$0].hasPrefix("n_") }
            if found.isEmpty {
                throw EvaluationError(
                    "no column to learn from: none begins with c_ or n_", line: line,
                    remedy: "Name columns by --category and --number; the file has \(Self.list(header))")
            }
            return found.map { Places.Slot(name: header[$0], place: $0, isNumber: header[$0].hasPrefix("n_")) }
        }
        var slots: [Places.Slot] = []
        for (names, option, isNumber) in [(categories, "--category", false), (numbers, "--number", true)] {
            for name in names {
                let slot = Places.Slot(name: name, place: try place(name, option, header, line), isNumber: isNumber)
                if slots.contains(where: { $0.place == slot.place }) {
                    throw EvaluationError(
                        "the column '\(Self.short(name))' is named twice",
                        remedy: "Name it once, by --category or by --number")
                }
                slots.append(slot)
            }
        }
        // In the file's order, so that the order of options changes nothing.
        return slots.sorted { $0.place < $1.place }
    }

    private func groupPlaces(_ header: [String], _ line: Int) throws(EvaluationError) -> [(column: String, place: Int)]
    {
        var found: [(column: String, place: Int)] = []
        for group in groups {
            let name = group == "partner" && !header.contains(group) ? partner : group
            found.append((group, try place(name, "--by", header, line)))
        }
        return found
    }

    private func place(_ name: String, _ option: String, _ header: [String], _ line: Int) throws(EvaluationError) -> Int
    {
        if let place = header.firstIndex(of: name) { return place }
        throw EvaluationError(
            "there is no column '\(Self.short(name))'", line: line,
            remedy: "Name the right one by \(option); the file has \(Self.list(header))")
    }

    private static func list(_ header: [String]) -> String {
        header.prefix(30).map(short).joined(separator: ", ")
            + (header.count > 30 ? " and \(header.count - 30) more" : "")
    }

    /// A text short enough for a message.
    static func short(_ text: String) -> String { text.count <= 40 ? text : text.prefix(37) + "..." }
}
