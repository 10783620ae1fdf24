import Engine
import Foundation
public import LeadlineCore
import TextFormats

/// What is wrong with an arena's folder.
public struct ArenaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What, and where.
    public var description: String

    init(_ description: String) { self.description = description }
}

/// An allocation arena as its files tell it: a network of partners, a year of leads, and what would come of each.
///
/// One folder holds `partners.jsonl`, `capacity.jsonl`, `floors.jsonl`, `leads.jsonl`, `truth.jsonl`, `optimum.json`
/// and, for a warm start, `history.jsonl`.
public struct Arena: Sendable {
    /// Most lines that a file may have.
    public static let linesMax = 2_000_000

    /// A lead of the year, or of the year before.
    public struct Lead: Sendable {
        public var id: String
        public var at: Timestamp
        public var attributes: LeadAttributes
        /// Indexes of the partners that the hard rules admit; empty in the history, which does not say.
        public var eligible: [Int]
        /// P(won) with each eligible partner, and whether that partner would win it.
        public var probabilities: [Double]
        public var wins: [Bool]
        public var winMicros: Int64
        public var lossMicros: Int64
    }

    /// A deal of the year before.
    public struct PastDeal: Sendable {
        public var lead: Lead
        public var partner: Int
        public var won: Bool
        public var closedAt: Timestamp
    }

    /// What hindsight could have made of the year.
    public struct Optimum: Sendable, Decodable {
        public var revenue: Double
        public var revenueSecondHalf: Double
        public var winRate: Double
        public var seed: UInt64
    }

    public var profiles: [PartnerProfile]
    /// Capacities in order of time: so many leads a week, and the floor of the 28 days that the week is in.
    public var capacities: [(at: Timestamp, partner: Int, capacity: Capacity)]
    public var leads: [Lead]
    public var history: [PastDeal]
    public var optimum: Optimum
    /// The floors: fewest leads of a partner from a moment until another.
    public var floors: [(from: Timestamp, until: Timestamp, partner: Int, least: Int)]

    /// Reads a folder.
    /// - Parameter withHistory: Whether the year before is read too.
    /// - Throws: `ArenaError` with file and line; what opening a file threw.
    public init(folder: String, withHistory: Bool) throws {
        let files = ArenaFolder(path: folder)
        let partners: [PartnerLine] = try files.lines("partners.jsonl")
        let indexes = Dictionary(uniqueKeysWithValues: partners.enumerated().map { ($1.id, $0) })
        profiles = partners.map(\.profile)
        floors = try files.lines("floors.jsonl", of: FloorLine.self).map {
            (
                try files.moment($0.from), try files.moment($0.until), try files.partner($0.partner, indexes),
                $0.minimumLeads
            )
        }
        let floors = floors
        capacities = try files.lines("capacity.jsonl", of: CapacityLine.self).map { line in
            let at = try files.moment(line.at)
            let partner = try files.partner(line.partner, indexes)
            let floor = floors.first { $0.partner == partner && $0.from <= at && at < $0.until }
            return (
                at, partner,
                Capacity(
                    leadsPerPeriodMax: UInt32(clamping: line.leadsPerWeek),
                    leadsPerPeriodMin: UInt32(clamping: floor?.least ?? 0))
            )
        }
        let truth: [TruthLine] = try files.lines("truth.jsonl")
        let leadLines: [LeadLine] = try files.lines("leads.jsonl")
        guard truth.count == leadLines.count else {
            throw ArenaError(
                "truth.jsonl has \(truth.count) lines and leads.jsonl \(leadLines.count): they belong to different arenas"
            )
        }
        leads = try zip(leadLines, truth).map { try files.lead($0, $1, indexes) }
        history = []
        for line in withHistory ? try files.lines("history.jsonl", of: PastLine.self) : [] {
            history.append(
                PastDeal(
                    lead: try files.lead(line.lead, nil, indexes), partner: try files.partner(line.partner, indexes),
                    won: line.won,
                    closedAt: try files.moment(line.closedAt)))
        }
        optimum = try files.document("optimum.json")
        narrowCountries()
    }

    /// A partner serves a country of the arena if it is eligible for its leads: language has a say in that too.
    private mutating func narrowCountries() {
        var served = [Set<String>](repeating: [], count: profiles.count)
        for lead in leads { for partner in lead.eligible { served[partner].insert(lead.attributes.country) } }
        for partner in profiles.indices { profiles[partner].countries = served[partner].sorted() }
    }
}

// MARK: - Lines

private struct PartnerLine: Decodable {
    var id: String
    var languages: [String]
    var verticals: [String]
    var certifications: [String]

    var profile: PartnerProfile {
        var profile = PartnerProfile(partnerID: id)
        profile.languages = languages
        profile.verticals = verticals
        profile.certifications = certifications
        profile.products = certifications
        return profile
    }
}

private struct CapacityLine: Decodable {
    var at: String
    var partner: String
    var leadsPerWeek: Int
}

private struct FloorLine: Decodable {
    var from: String
    var until: String
    var partner: String
    var minimumLeads: Int
}

private struct LeadLine: Decodable {
    var id: String
    var at: String
    var country: String
    var language: String?
    var vertical: String
    var product: String
    var source: String
    var size: String
    var dealValueMinor: Int64
    var currency: String
    var eligible: [String]?
}

private struct PastLine: Decodable {
    var lead: LeadLine
    var partner: String
    var won: Bool
    var closedAt: String

    enum Keys: String, CodingKey { case partner, won, closedAt }

    init(from decoder: any Decoder) throws {
        lead = try LeadLine(from: decoder)
        let values = try decoder.container(keyedBy: Keys.self)
        partner = try values.decode(String.self, forKey: .partner)
        won = try values.decode(Bool.self, forKey: .won)
        closedAt = try values.decode(String.self, forKey: .closedAt)
    }
}

private struct TruthLine: Decodable {
    struct Chance: Decodable {
        var p: Double
        var wins: Bool
    }
    var id: String
    var winDays: Double
    var lossDays: Double
    var partners: [String: Chance]
}

// MARK: - The folder

private struct ArenaFolder {
    let path: String

    func data(_ name: String) throws -> Data {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw ArenaError("\(path) holds no \(name): generate the arena first, with its history for a warm start")
        }
        return try Data(contentsOf: url)
    }

    func document<Value: Decodable>(_ name: String) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: data(name))
        } catch let error as DecodingError {
            throw ArenaError("\(name): \(Self.text(error))")
        }
    }

    func lines<Line: Decodable>(_ name: String, of: Line.Type = Line.self) throws -> [Line] {
        let decoder = JSONDecoder()
        var lines: [Line] = []
        for line in try data(name).split(separator: UInt8(ascii: "\n")) {
            if lines.count == Arena.linesMax { throw ArenaError("\(name) has more than \(Arena.linesMax) lines") }
            do {
                lines.append(try decoder.decode(Line.self, from: line))
            } catch let error as DecodingError {
                throw ArenaError("\(name) line \(lines.count + 1): \(Self.text(error))")
            }
        }
        return lines
    }

    private static func text(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another type"
        default: "not JSON"
        }
    }

    func moment(_ text: String) throws -> Timestamp {
        guard let moment = RFC3339.parse(text) else { throw ArenaError("'\(text.prefix(40))' is no RFC 3339 time") }
        return moment
    }

    func partner(_ id: String, _ indexes: [String: Int]) throws -> Int {
        guard let index = indexes[id] else { throw ArenaError("partner \(id.prefix(40)) is not in partners.jsonl") }
        return index
    }

    func lead(_ line: LeadLine, _ truth: TruthLine?, _ indexes: [String: Int]) throws -> Arena.Lead {
        var attributes = LeadAttributes()
        // The arena's UK is ISO 3166's GB.
        attributes.country = line.country == "UK" ? "GB" : line.country
        attributes.language = line.language ?? ""
        attributes.vertical = line.vertical
        attributes.product = line.product
        attributes.source = line.source
        attributes.employees = ["1-49": 25, "50-249": 150, "250-999": 600][line.size] ?? 3_000
        attributes.dealValue = Money(minorUnits: line.dealValueMinor, currency: line.currency)
        let eligible = try (line.eligible ?? []).map { try partner($0, indexes) }
        let chances = try (line.eligible ?? []).map { id in
            guard let chance = truth?.partners[id] else {
                throw ArenaError("truth.jsonl says nothing of \(line.id) at \(id)")
            }
            return chance
        }
        let day = Double(Timestamp.microsPerDay)
        return Arena.Lead(
            id: line.id, at: try moment(line.at), attributes: attributes, eligible: eligible,
            probabilities: chances.map(\.p),
            wins: chances.map(\.wins), winMicros: Int64((truth?.winDays ?? 0) * day),
            lossMicros: Int64((truth?.lossDays ?? 0) * day))
    }
}
