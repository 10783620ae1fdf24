import Foundation
public import Journal
import LeadlineCore
import LeadlineSchemas

extension RecordsBuilder {
    /// Raised when what `take` computes changes: then everything is read again.
    public static let keptVersion = 1

    /// What the builder holds, small enough to keep: a few hundred bytes a partner, sixteen a person.
    private struct Counts: Codable {
        struct Policy: Codable {
            var position: UInt64
            var bodyField: Int
            var fact: [UInt8]
        }
        var records: ProgramRecords
        var fairness: [String: ProgramRecords.PartnerFairness]
        var promises: [String: ProgramRecords.PartnerPromise]
        var responseMicros: [String: Int64]
        var transfers: [String: ProgramRecords.Transfer]
        var residencies: [String: [String]]
        var reviewed: [String: String]
        var inQuestion: [String: Int]
        var countries: [String: ProgramRecords.CountryFairness]
        var trained: ModelLedger.Trained
        var impact: ImpactLedger
        var currency: String
        var policies: [Policy]
    }

    /// Everything taken in, as bytes from which ``init(kept:left:words:)`` goes on.
    public func kept() throws -> [UInt8] {
        let counts = Counts(
            records: records, fairness: fairness, promises: promises, responseMicros: responseMicros,
            transfers: transfers, residencies: residencies, reviewed: reviewed, inQuestion: inQuestion,
            countries: countries, trained: model.trained, impact: impact, currency: currency,
            policies: policies.map { position, fact in
                let encoded = FactCodec.encode(.policyPublished(fact))
                return .init(position: position, bodyField: encoded.bodyField, fact: encoded.bytes)
            })
        var rows = KeptRows()
        rows.add(try [UInt8](JSONEncoder().encode(counts)))
        var ids: [UInt8] = []
        ids.reserveCapacity(16 * persons.count)
        for person in persons { ids += person.bytes }
        rows.add(ids)
        rows.add(leadResidency.count)
        for (lead, residency) in leadResidency {
            rows.add(Array(lead.utf8))
            rows.add(Array(residency.utf8))
        }
        rows.add(model.predictions.count)
        for (lead, prediction) in model.predictions {
            rows.add(Array(lead.utf8))
            rows.add(prediction.card)
            rows.add(Array(prediction.partner.utf8))
            rows.add(Int(bitPattern: UInt(prediction.chance.bitPattern)))
        }
        return rows.bytes
    }

    /// A builder that goes on from what another kept; nil for bytes that none has kept.
    public init?(kept bytes: [UInt8], left: [ArchivedSegment] = [], words: any AuditWording) {
        var rows = KeptRows(bytes)
        guard let json = rows.next(), let counts = try? JSONDecoder().decode(Counts.self, from: Data(json)),
            let ids = rows.next(), ids.count.isMultiple(of: 16)
        else { return nil }
        self.init(program: counts.records.program, left: left, words: words)
        records = counts.records
        (fairness, promises, responseMicros) = (counts.fairness, counts.promises, counts.responseMicros)
        (transfers, residencies, reviewed) = (counts.transfers, counts.residencies, counts.reviewed)
        (inQuestion, countries, impact) = (counts.inQuestion, counts.countries, counts.impact)
        currency = counts.currency
        model.trained = counts.trained
        for policy in counts.policies {
            guard case .policyPublished(let fact)? = try? FactCodec.decode(bodyField: policy.bodyField, policy.fact)
            else { return nil }
            policies.append((policy.position, fact))
        }
        persons.reserveCapacity(ids.count / 16)
        for start in stride(from: ids.startIndex, to: ids.endIndex, by: 16) {
            guard let person = Digest128(Array(ids[start..<(start + 16)])) else { return nil }
            persons.insert(person)
        }
        guard let open = rows.nextNumber() else { return nil }
        for _ in 0..<open {
            guard let lead = rows.next(), let residency = rows.next() else { return nil }
            leadResidency[String(decoding: lead, as: UTF8.self)] = String(decoding: residency, as: UTF8.self)
        }
        guard let predicted = rows.nextNumber() else { return nil }
        for _ in 0..<predicted {
            guard let lead = rows.next(), let card = rows.nextNumber(), let partner = rows.next(),
                let chance = rows.nextNumber(), counts.trained.cards.indices.contains(card)
            else { return nil }
            model.predictions[String(decoding: lead, as: UTF8.self)] = .init(
                card: card, partner: String(decoding: partner, as: UTF8.self),
                chance: Double(bitPattern: UInt64(UInt(bitPattern: chance))))
        }
        guard rows.isAtEnd else { return nil }
    }
}

/// Byte strings, each after its length as eight little-endian bytes.
private struct KeptRows {
    private(set) var bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func add(_ number: Int) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func add(_ row: [UInt8]) {
        add(row.count)
        bytes += row
    }

    mutating func nextNumber() -> Int? {
        guard bytes.count - place >= 8 else { return nil }
        var number: UInt64 = 0
        for index in 0..<8 { number |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        place += 8
        return Int(truncatingIfNeeded: number)
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let count = nextNumber(), count >= 0, count <= bytes.count - place else { return nil }
        defer { place += count }
        return bytes[place..<(place + count)]
    }
}
