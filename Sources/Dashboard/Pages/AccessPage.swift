public import LeadlineCore
import Reports

/// Who read which person's data, when and why: the access log, the newest first, and whether it is whole.
public struct AccessPage: Sendable {
    /// A read.
    public struct Line: Sendable {
        /// Nil for a moment that is not readable.
        public var at: Timestamp?
        public var who: String
        /// Empty where there was none.
        public var role: String
        public var command: String
        /// Random ids.
        public var persons: [String]
        public var reason: String

        /// A line from its parts.
        public init(at: Timestamp?, who: String, role: String, command: String, persons: [String], reason: String) {
            self.at = at
            self.who = who
            self.role = role
            self.command = command
            self.persons = persons
            self.reason = reason
        }
    }

    /// The most that one page shows, and persons of one read.
    public static let most = 100
    private static let personsMost = 4

    /// Those that match, the newest first.
    public var lines: [Line]
    /// How many match.
    public var count: Int
    /// What was asked for.
    public var person: String
    public var who: String
    /// Number of the first line that does not follow from the one before.
    public var brokenLine: Int?
    /// What a checkpoint says of the log and the log does not hold, in words.
    public var missing: String?

    /// A page from its parts.
    public init(lines: [Line], count: Int, person: String, who: String, brokenLine: Int?, missing: String?) {
        self.lines = lines
        self.count = count
        self.person = person
        self.who = who
        self.brokenLine = brokenLine
        self.missing = missing
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("access.title"), section: .proof).page([
            .worded(.h1, [.look(.title)], t("access.title")), .worded(.p, [.look(.quiet)], t("access.about")),
            verdict(reader), filters(t), table(reader),
            count > lines.count
                ? .worded(.p, [.look(.hint)], t("access.left", ["count": .count(count - lines.count)])) : .nothing,
        ])
    }

    private func verdict(_ reader: Reader) -> HTML {
        let t = reader.texts
        if let brokenLine {
            return .worded(
                .p, [.look(.notice, .bad), .set(.role, "alert")], t("access.broken", ["line": .count(brokenLine)]))
        }
        if let missing {
            return .element(
                .p, [.look(.notice, .bad), .set(.role, "alert")],
                [.text(t("access.missing") + " "), reader.recorded(missing)])
        }
        return .worded(.p, [.look(.notice, .good)], t("access.whole"))
    }

    private func filters(_ t: Texts) -> HTML {
        let short: [HTML.Attribute] = [.set(.maxLength, "128"), .set(.spellcheck, "false"), .set(.autocomplete, "off")]
        return .element(
            .form,
            [.set(.method, "get"), .set(.action, "/app/proof/access"), .look(.filters), .set(.role, "search")],
            [
                .field("person", t("access.find"), value: person, [.set(.search)] + short),
                .field("who", t("access.who"), value: who, short), .submit(t("leads.show")),
                person.isEmpty && who.isEmpty
                    ? .nothing : .link("/app/proof/access", [.more], [.text(t("leads.clear"))]),
            ])
    }

    private func table(_ reader: Reader) -> HTML {
        let t = reader.texts
        if lines.isEmpty {
            return .element(
                .section, [.look(.panel)],
                [
                    person.isEmpty && who.isEmpty
                        ? .empty(t("access.empty"), t("access.how"))
                        : .empty(t("access.none"), t("leads.none.how"))
                ])
        }
        func cell(_ name: String, _ pieces: [HTML]) -> HTML {
            .cell(name, pieces, t)
        }
        let rows = lines.map { line in
            let persons = line.persons.prefix(Self.personsMost)
            let more = line.persons.count - persons.count
            return HTML.element(
                .tr, [],
                [
                    .element(.th, [.rowHead], line.at.map { [reader.moment($0, seconds: true)] } ?? []),
                    cell(
                        "who",
                        [
                            .span(.mono, line.who),
                            .text(line.role.isEmpty ? "" : " · " + t.label("role", line.role)),
                        ]), cell("command", [.text(line.command)]),
                    cell(
                        "persons",
                        persons.map { person in
                            .all([
                                .link("/app/proof/access?person=" + person, [.mono], [.text(person)]), .text(" "),
                            ])
                        } + [.text(more > 0 ? "+" + t.number(more) : "")]), cell("reason", [.text(line.reason)]),
                ])
        }
        return .grid(
            "access", caption: t("access.title"),
            [("when", false), ("who", false), ("command", false), ("persons", false), ("reason", false)], rows, t)
    }
}
