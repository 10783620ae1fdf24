public import LeadlineCore
import Reports

/// The partners by load and promise.
public struct BoardPage: Sendable {
    /// A partner as it stands.
    public struct Line: Sendable {
        public var partner: String
        /// "active", "paused", "suspended" or "removed".
        public var status: String
        public var tier: UInt32
        public var open: UInt32
        public var openMost: UInt32?
        public var inPeriod: UInt32
        public var perPeriodMost: UInt32?
        /// First responses that it owes, and when the first of them is due.
        public var owed: Int
        public var firstDue: Timestamp?
        public var assignments: UInt64
        public var won: UInt32
        public var lost: UInt32
        public var countries: [String]

        /// A partner's line.
        public init(_ standing: PartnerStanding, owed: Int, firstDue: Timestamp?) {
            partner = standing.profile.partnerID
            status = standing.suspendedUntil != nil && standing.status == "active" ? "suspended" : standing.status
            tier = standing.profile.tier
            open = standing.openLeads
            openMost = standing.profile.capacity.openLeadsMax
            inPeriod = standing.leadsInPeriod
            perPeriodMost = standing.profile.capacity.leadsPerPeriodMax
            self.owed = owed
            self.firstDue = firstDue
            assignments = standing.assignments
            won = standing.won
            lost = standing.lost
            countries = standing.profile.countries
        }

        /// How full it is; nil where nothing caps it.
        var load: Double? {
            let shares = [(open, openMost), (inPeriod, perPeriodMost)].compactMap { count, most in
                most.map { $0 == 0 ? 1 : Double(count) / Double($0) }
            }
            return shares.max()
        }

        /// Those who hold up something first, then the fullest.
        static func comesBefore(_ a: Line, _ b: Line) -> Bool {
            let (x, y) = (a.load ?? -1, b.load ?? -1)
            return x == y ? (b.open, a.partner) < (a.open, b.partner) : x > y
        }
    }

    /// The most that one page shows.
    static let most = 80

    public var lines: [Line]
    /// Partners that are left out of the page.
    private let left: Int

    /// A board of partners, the fullest first; those that are gone are left out.
    public init(_ lines: [Line]) {
        let here = lines.filter { $0.status != "removed" }.sorted(by: Line.comesBefore)
        self.lines = Array(here.prefix(Self.most))
        left = here.count - self.lines.count
    }

    /// The page.
    public func page(_ reader: Reader) -> String {
        let t = reader.texts
        return Shell(reader, title: t("nav.partners"), section: .partners).page([
            .worded(.h1, [.look(.title)], t("nav.partners")), .worded(.p, [.look(.quiet)], sentence(t)),
            lines.isEmpty
                ? .element(.section, [.look(.panel)], [.empty(t("partners.empty"), t("partners.empty.how"))])
                : table(reader),
            left > 0 ? .worded(.p, [.look(.hint)], t("partners.left", ["count": .count(left)])) : .nothing,
        ])
    }

    private func sentence(_ t: Texts) -> String {
        let full = lines.count { ($0.load ?? 0) >= 1 }
        let owing = lines.count { $0.owed > 0 }
        return t("partners.sentence", ["count": .count(lines.count), "full": .count(full), "owing": .count(owing)])
    }

    private func table(_ reader: Reader) -> HTML {
        let t = reader.texts
        let head: [(name: String, isNumber: Bool)] = [
            ("partner", false), ("status", false), ("load", false), ("period", false), ("owed", false),
            ("received", true),
            ("won", true), ("countries", false),
        ]
        return .grid("board", caption: t("partners.caption"), head, lines.map { row($0, reader) }, t)
    }

    private func row(_ line: Line, _ reader: Reader) -> HTML {
        let t = reader.texts
        func cell(_ name: String, _ pieces: [HTML], _ looks: Look...) -> HTML {
            .element(.td, [.label(t("column.\(name)"))] + (looks.isEmpty ? [] : [.classes(looks)]), pieces)
        }
        let owed: [HTML] =
            line.firstDue.map { due in [.text(t.number(line.owed) + " · "), reader.countdown(due)] } ?? [
                .span(.quiet, "–")
            ]
        let more = line.countries.count - 6
        return .element(
            .tr, [.set(.row, line.partner)],
            [
                .element(.th, [.rowHead], [.link("/app/partners/\(line.partner)", [.mono], [.text(line.partner)])]),
                cell("status", [StatusPill.of(line.status, t)]),
                cell("load", [LoadMeter.of(line.open, line.openMost, t)], .labelled),
                cell("period", [LoadMeter.of(line.inPeriod, line.perPeriodMost, t)], .labelled),
                cell("owed", owed, .labelled),
                cell("received", [.text(t.number(line.assignments))], .num, .labelled),
                cell(
                    "won",
                    [
                        .text(
                            t(
                                "partners.won",
                                ["won": .count(Int(line.won)), "closed": .count(Int(line.won + line.lost))]))
                    ], .num, .labelled),
                cell(
                    "countries",
                    [.text(line.countries.prefix(6).joined(separator: " ") + (more > 0 ? " +\(t.number(more))" : ""))]),
            ])
    }
}

/// How many of so many, with a bar.
enum LoadMeter {
    static func of(_ count: some BinaryInteger, _ most: (some BinaryInteger)?, _ t: Texts) -> HTML {
        guard let most else { return .span(.num, t.number(count)) }
        let share = most == 0 ? 1 : Double(count) / Double(most)
        return .all([
            .element(.span, [.classes(share >= 1 ? [Look.meter, .full] : [Look.meter])], [FillBar.picture(share)]),
            .span(.num, t("load.of", ["count": .count(Int(count)), "most": .count(Int(most))])),
        ])
    }
}
