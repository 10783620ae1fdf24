public import Audit
public import LeadlineCore

/// The events that stated the values of a lead, in words.
public enum SourceText {
    /// The value that an event stated.
    public static func value(_ source: ValueSource) -> String {
        source.amount.map { MoneyText.exact($0.minorUnits, $0.currency) } ?? source.value
    }

    /// One line an event: "country, vertical: FirmographicsObserved f-17 from /enrichment, observed by acme-data,
    /// 2026-03-02 09:30:00 +00:00, position 12".
    /// - Parameter time: how the moment is written.
    public static func lines(_ sources: [ValueSource], time: (Timestamp) -> String) -> [String] {
        var positions: [UInt64] = []
        for source in sources where !positions.contains(source.position) { positions.append(source.position) }
        return positions.map { position in
            let group = sources.filter { $0.position == position }
            let fields = group.map(\.field).joined(separator: ", ")
            guard let first = group.first, let type = first.type else {
                return "\(fields): from the entry at position \(position), which this journal does not hold"
            }
            let event = first.eventID.map { " \($0)" } ?? ""
            let source = first.source.map { " from \($0)" } ?? ""
            let observer = first.observer.map { ", observed by \($0)" } ?? ""
            let moment = first.time.flatMap(TimeText.moment).map { ", \(time($0))" } ?? ""
            return "\(fields): \(TypeName.short(type))\(event)\(source)\(observer)\(moment), position \(position)"
        }
    }
}

/// Names of messages.
public enum TypeName {
    /// "FirmographicsObserved" of "leadline.v1.FirmographicsObserved".
    public static func short(_ name: String) -> String {
        name.unicodeScalars.split(separator: ".").last.map { String($0) } ?? name
    }
}
