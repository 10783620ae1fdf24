/// A field of a lead or an account of which the state remembers who stated it last: its bit in the state's bytes.
struct SourcedField: Sendable, Equatable {
    let bit: UInt16

    private init(bit: UInt16) { self.bit = bit }

    /// The first seven words, which are those that every version knows, have the first bits; later ones follow the
    /// rest.
    init(_ word: LeadWord) {
        let number = UInt16(word.rawValue)
        bit = number < 7 ? number : number + 6
    }

    static let country = SourcedField(.country)
    static let vertical = SourcedField(.vertical)
    static let lawfulBasis = SourcedField(bit: 7)
    static let employees = SourcedField(bit: 8)
    static let dealValue = SourcedField(bit: 9)
    static let technologies = SourcedField(bit: 10)
    static let requiredCertifications = SourcedField(bit: 11)
    static let annualRevenue = SourcedField(bit: 12)
}

/// Some fields, as bits.
struct SourcedFields: OptionSet, Sendable, Equatable {
    var rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ field: SourcedField) { rawValue = 1 << field.bit }

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
    /// The fields that are stated and that the logic of a version knows.
    func stated(toLogic version: UInt32) -> SourcedFields {
        var fields: SourcedFields = []
        for word in LeadWord.all where word.sinceLogic <= version && !self[word].isEmpty { fields.insert(word.sourced) }
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
