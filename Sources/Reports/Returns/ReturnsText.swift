public import Evaluation
public import LeadlineCore

/// What is known of leads that came back, for people.
public enum ReturnsText {
    /// Credits that wait for a person, one a line.
    public static func waiting(_ returns: [ReturnStanding], _ style: TextStyle) -> String {
        var table = TextTable([("PARTNER", .left), ("LEAD", .left), ("REASON", .left), ("UNTIL", .left)])
        for one in returns {
            table.add([one.partnerID, one.leadID, one.reasonID.isEmpty ? "-" : one.reasonID, style.time(one.until)])
        }
        return table.text(style)
    }

    /// The policy's reasons, one a wording and line.
    public static func reasons(_ reasons: [ReturnReason], _ style: TextStyle) -> String {
        var table = TextTable([("REASON", .left), ("MEANS", .left), ("LANGUAGE", .left), ("PARTNERS READ", .left)])
        for reason in reasons {
            for wording in reason.wordings {
                table.add([
                    reason.id, DecisionReasonWords.refusal(reason.meaning) ?? "-", wording.language, wording.text,
                ])
            }
        }
        return table.text(style)
    }

    /// Sources of leads, the worst first.
    public static func sources(_ sources: [SourceDocument], _ style: TextStyle) -> String {
        var table = TextTable([
            ("SOURCE", .left), ("LEADS", .right), ("RETURNED", .right), ("SHARE", .right), ("95 %", .right),
            ("QUALITY", .right),
        ])
        for one in sources {
            let share = one.returnedShare
            table.add([
                one.source, "\(one.leads)", "\(one.returned)", share.map { NumberText.percent($0.value) } ?? "-",
                share.map { "\(NumberText.percent($0.interval.low)) to \(NumberText.percent($0.interval.high))" } ?? "-",
                NumberText.percent(basisPoints: one.qualityBasisPoints),
            ])
        }
        return table.text(style)
    }
}

/// A return whose credit waits, as JSON. Fields are added, never changed.
public struct ReturnDocument: Encodable, Sendable {
    private let partner: String
    private let lead: String
    private let reason: String?
    private let until: String

    public init(_ standing: ReturnStanding) {
        partner = standing.partnerID
        lead = standing.leadID
        reason = standing.reasonID.isEmpty ? nil : standing.reasonID
        until = TimeText.utc(standing.until)
    }
}

/// A return reason of a policy, as JSON. Fields are added, never changed.
public struct ReturnReasonDocument: Encodable, Sendable {
    private struct Wording: Encodable, Sendable {
        let language: String
        let text: String
    }

    private let reason: String
    /// The fixed reason, as the decisions name it.
    private let meaning: String
    /// The same in words.
    private let means: String
    private let wordings: [Wording]

    public init(_ reason: ReturnReason) {
        self.reason = reason.id
        meaning = "\(reason.meaning)"
        means = DecisionReasonWords.refusal(reason.meaning) ?? ""
        wordings = reason.wordings.map { Wording(language: $0.language, text: $0.text) }
    }
}

/// How good a source's latest leads were, as JSON. Fields are added, never changed.
public struct SourceDocument: Encodable, Sendable {
    public let source: String
    /// The latest leads that partners got, 500 to 1,000 once there are as many.
    public let leads: UInt32
    /// Those that came back for bad data.
    public let returned: UInt32
    /// What policies look at: the share that did not come back, as if ten more had been good.
    public let qualityBasisPoints: UInt32
    /// The share that came back, with its 95 % interval; nil without leads.
    public let returnedShare: Estimate?

    public init(_ quality: SourceQuality) {
        source = quality.source
        leads = quality.leads
        returned = quality.returned
        qualityBasisPoints = quality.qualityBasisPoints
        returnedShare = Rate(Int(quality.returned), of: Int(quality.leads)).estimate
    }

    /// The documents of sources, the worst first; among equals by name.
    public static func worstFirst(_ qualities: [SourceQuality]) -> [SourceDocument] {
        qualities.sorted { ($0.qualityBasisPoints, $0.source) < ($1.qualityBasisPoints, $1.source) }.map(Self.init)
    }
}
