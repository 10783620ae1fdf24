/// A field of a lead or an account of which the state remembers who stated it last.
enum SourcedField: UInt16, Sendable, CaseIterable {
    case country = 0, region, language, vertical, product, source, residency, lawfulBasis, employees, dealValue
    case technologies, requiredCertifications, annualRevenue
}

/// Some fields, as bits.
struct SourcedFields: OptionSet, Sendable, Equatable {
    var rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ field: SourcedField) { rawValue = 1 << field.rawValue }

    mutating func insert(_ field: SourcedField) { formUnion(Self(field)) }
    func contains(_ field: SourcedField) -> Bool { contains(Self(field)) }
}

/// Which entry stated which fields last, by its position in the stream; since logic version 2.
///
/// One event states several fields, so entries are kept with their fields, and one whose every field was stated anew is
/// forgotten: there are never more than fields.
struct FieldSources: Sendable, Equatable {
    /// "No entry": what an older logic took in without remembering.
    static let unknown = UInt64.max

    struct Source: Sendable, Equatable {
        var fields: SourcedFields
        var position: UInt64
    }

    /// In the order of their positions.
    private(set) var sources: [Source] = []

    init(_ sources: [Source] = []) { self.sources = sources }

    /// The entry at `position` states these fields.
    mutating func set(_ fields: SourcedFields, at position: UInt64) {
        if fields.isEmpty { return }
        for index in sources.indices { sources[index].fields.subtract(fields) }
        sources.removeAll { $0.fields.isEmpty }
        sources.append(Source(fields: fields, position: position))
    }

    /// Position of the entry that stated the field last; nil if none is remembered.
    func position(of field: SourcedField) -> UInt64? {
        sources.first { $0.fields.contains(field) }?.position
    }
}

extension LeadAttributes {
    /// The fields that are stated.
    var stated: SourcedFields {
        var fields: SourcedFields = []
        let words: [(SourcedField, String)] = [
            (.country, country), (.region, region), (.language, language), (.vertical, vertical), (.product, product),
            (.source, source), (.residency, residency),
        ]
        for (field, word) in words where !word.isEmpty { fields.insert(field) }
        if lawfulBasis != .unspecified { fields.insert(.lawfulBasis) }
        if employees > 0 { fields.insert(.employees) }
        if dealValue != nil { fields.insert(.dealValue) }
        if !technologies.isEmpty { fields.insert(.technologies) }
        if !requiredCertifications.isEmpty { fields.insert(.requiredCertifications) }
        return fields
    }
}

extension LeadTable.Lead {
    /// Position of the entry that stated the field last; nil if none is remembered.
    func position(of field: SourcedField) -> UInt64? {
        restated.position(of: field) ?? (statedAt == FieldSources.unknown ? nil : statedAt)
    }
}

extension FieldSources {
    func write(to w: inout StateWriter) {
        w.put(each: sources) { w, source in
            w.put(source.fields.rawValue)
            w.put(source.position)
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        self.init(try r.each { (r) throws(StateBytesError) in
            Source(fields: SourcedFields(rawValue: try r.get()), position: try r.get())
        })
    }
}
