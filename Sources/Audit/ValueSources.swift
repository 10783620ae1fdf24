import Engine
import LeadlineCore
import LeadlineSchemas

/// Where a value that a decision was made on came from: the event that stated it last.
public struct ValueSource: Sendable, Codable, Equatable {
    /// The field, as people say it: "country", "technologies", "intent".
    public var field: String
    public var value: String
    /// Position of the event's entry in the program's stream.
    public var position: UInt64
    /// The event's type, e.g. `leadline.v1.FirmographicsObserved`; nil where the journal here does not hold the entry.
    public var type: String?
    /// CloudEvents id of the event, as its producer chose it; nil on Leadline's own inputs.
    public var eventID: String?
    /// Who observed it; nil for what a lead says of itself, and where nobody was named.
    public var observer: String?
    /// When it was taken in, RFC 3339.
    public var time: String?
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
        let value = KnownValue(
            field: "deal value", value: DecimalText.money(evaluation.summary.dealValueMinorUnits, currency),
            position: evaluation.dealValuePosition)
        for known in evaluation.lead + [value] {
            guard let position = known.position else { continue }
            if entries[position] == nil { entries[position] = try entry(position) }
            sources.append(ValueSource(known, position, entries[position]))
        }
        return sources
    }

    private init(_ known: KnownValue, _ position: UInt64, _ entry: EntryRecord?) {
        self.init(field: known.field, value: known.value, position: position)
        guard let entry else { return }
        type = MessageKind(bodyFieldNumber: FactCodec.bodyField(of: entry.input.fact))?.fullName
        eventID = entry.origin?.eventID
        observer = entry.input.fact.observer
        time = RFC3339.format(entry.stamp)
    }

    /// The sources in words, one line an event: "country, vertical: FirmographicsObserved f-17 of acme-data, ...".
    /// - Parameter time: how the moment is written.
    static func lines(_ sources: [ValueSource], time: (Timestamp) -> String) -> [String] {
        var positions: [UInt64] = []
        for source in sources where !positions.contains(source.position) { positions.append(source.position) }
        return positions.map { position in
            let group = sources.filter { $0.position == position }
            let fields = group.map(\.field).joined(separator: ", ")
            guard let first = group.first, let type = first.type else {
                return "\(fields): from the entry at position \(position), which this journal does not hold"
            }
            let name = type.split(separator: ".").last.map(String.init) ?? type
            let event = first.eventID.map { " \($0)" } ?? ""
            let observer = first.observer.map { ", observed by \($0)" } ?? ""
            let moment = first.time.flatMap { RFC3339.parse($0) }.map { ", \(time($0))" } ?? ""
            return "\(fields): \(name)\(event)\(observer)\(moment), position \(position)"
        }
    }
}

extension Fact {
    /// Who observed it; nil for what is no observation, and where nobody is named.
    fileprivate var observer: String? {
        let name = switch self {
        case .intentObserved(let fact): fact.observer
        case .firmographicsObserved(let fact): fact.observer
        case .technographicsObserved(let fact): fact.observer
        default: ""
        }
        return name.isEmpty ? nil : name
    }
}
