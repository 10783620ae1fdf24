import LeadlineCore
import TextFormats

/// What was announced in a report's time of a partner that gets too little, or too much.
public struct AnnouncedStarvation: Encodable, Equatable, Sendable {
    /// When, RFC 3339 in UTC.
    public var at: String
    /// The partner.
    public var partner: String
    /// `floor`, `idle` or `share`.
    public var kind: String
    /// What kept it, or of a share the others, from leads: `rules`, `capacity`, `fit`, ...
    public var cause: String
    /// The hard rule's name, where that is the cause.
    public var rule: String?
    /// From when on was counted, and when the period ended, RFC 3339 in UTC; the latter absent where none was counted.
    public var since: String
    public var until: String?
    /// Leads that it got by then, and how many it should have got, or of how many they were a share.
    public var leads: UInt32
    public var of: UInt32
    /// The same of a floor in value, minor units; absent where there is none.
    public var valueMinorUnits: Int64?
    public var ofValueMinorUnits: Int64?
    /// Of the leads that were looked at, those that went so for this cause.
    public var leadsSo: UInt32
    public var leadsLookedAt: UInt32

    init(_ notice: StarvationNotice) {
        let event = notice.announced
        at = RFC3339.format(notice.at)
        partner = event.partnerID
        kind = "\(event.kind)"
        cause = "\(event.cause)"
        rule = event.rule.isEmpty ? nil : event.rule
        since = RFC3339.format(event.since)
        until = event.until.map { RFC3339.format($0) }
        (leads, of) = (event.leads, event.of)
        if event.ofValueMinorUnits > 0 {
            (valueMinorUnits, ofValueMinorUnits) = (event.valueMinorUnits, event.ofValueMinorUnits)
        }
        (leadsSo, leadsLookedAt) = (event.leadsSo, event.leadsLookedAt)
    }
}
