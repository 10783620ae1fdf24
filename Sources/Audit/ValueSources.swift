import Engine
public import LeadlineCore
import LeadlineSchemas
import TextFormats

/// Where a value that a decision was made on came from: the event that stated it last.
public struct ValueSource: Sendable, Codable, Equatable {
    /// The field, as people say it: "country", "technologies", "intent".
    public var field: String
    /// The value; empty for the deal value, which is an amount.
    public var value: String
    /// The deal value. Not part of the coded form: whoever shows it words it as the value.
    public var amount: Money?
    /// Position of the event's entry in the program's stream.
    public var position: UInt64
    /// The event's type, e.g. `leadline.v1.FirmographicsObserved`; nil where the journal here does not hold the entry.
    public var type: String?
    /// CloudEvents id of the event, as its producer chose it; nil on Leadline's own inputs.
    public var eventID: String?
    /// CloudEvents source of the event, or "keyed:" and a keyed digest of one that looks like a person's data; nil on
    /// Leadline's own inputs, and in entries from before sources were kept.
    public var source: String?
    /// Who observed it; nil for what a lead says of itself, and where nobody was named.
    public var observer: String?
    /// When it was taken in, RFC 3339.
    public var time: String?

    private enum CodingKeys: String, CodingKey { case field, value, position, type, eventID, source, observer, time }
}

extension ValueSource {
    /// The sources of an evaluation's values, in their order; values whose source is not remembered have none.
    /// - Parameters:
    ///   - currency: the program's.
    ///   - entry: the entry at a position; nil where the journal does not hold it.
    static func of(
        _ evaluation: FullEvaluation?, currency: String, entry: (UInt64) throws -> EntryRecord?
    ) rethrows -> [ValueSource] {
        guard let evaluation else { return [] }
        var sources: [ValueSource] = []
        var entries: [UInt64: EntryRecord] = [:]
        for known in evaluation.lead + [
            KnownValue(field: "deal value", value: "", position: evaluation.dealValuePosition)
        ] {
            guard let position = known.position else { continue }
            if entries[position] == nil { entries[position] = try entry(position) }
            sources.append(ValueSource(known, position, entries[position]))
        }
        if evaluation.dealValuePosition != nil {
            sources[sources.count - 1].amount = Money(
                minorUnits: evaluation.summary.dealValueMinorUnits, currency: currency)
        }
        return sources
    }

    private init(_ known: KnownValue, _ position: UInt64, _ entry: EntryRecord?) {
        self.init(field: known.field, value: known.value, position: position)
        guard let entry else { return }
        type = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact))?.fullName
        eventID = entry.origin?.eventID
        source = entry.origin?.sourceIfRecorded
        observer = entry.input.fact.observer
        time = RFC3339.format(entry.stamp)
    }
}

extension Fact {
    /// Who observed it; nil for what is no observation, and where nobody is named.
    fileprivate var observer: String? {
        let name =
            switch self {
            case .intentObserved(let fact): fact.observer
            case .firmographicsObserved(let fact): fact.observer
            case .technographicsObserved(let fact): fact.observer
            default: ""
            }
        return name.isEmpty ? nil : name
    }
}
