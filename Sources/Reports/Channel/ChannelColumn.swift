import Evaluation

/// Figures of a partner or of a window: the same columns, in the same words, in the terminal and on the page.
enum ChannelColumn: CaseIterable {
    case leads, capacityUsed, medianResponse, mostResponses, accepted, breaches, overridden, decided, winRate, revenue

    var title: String {
        switch self {
        case .leads: "Leads"
        case .capacityUsed: "Capacity used"
        case .medianResponse: "Median response"
        case .mostResponses: "90 % within"
        case .accepted: "Accepted"
        case .breaches: "Breaches"
        case .overridden: "Overridden"
        case .decided: "Decided"
        case .winRate: "Win rate (95 %)"
        case .revenue: "Revenue"
        }
    }

    var meaning: String {
        switch self {
        case .leads: "Awards to the partner"
        case .capacityUsed: "Awards, as a share of the leads that the caps of the capacity periods allow"
        case .medianResponse: "Time from the award to the first response; half of the responses were at least as fast"
        case .mostResponses: "Nine of ten first responses came within this time"
        case .accepted: "Of the awards whose answer is known: accepted, declined or missed"
        case .breaches: "Awards not answered in time"
        case .overridden: "Leads that a human took away or closed"
        case .decided: "Deals won or lost"
        case .winRate: "Deals won, as a share of the deals decided"
        case .revenue: "Amounts of won deals"
        }
    }

    /// True for the columns whose cells read better from the left.
    var isText: Bool { self == .winRate }

    func cell(_ f: ChannelFigures, _ currency: String) -> String {
        switch self {
        case .leads: CountText.grouped(f.leads)
        case .capacityUsed: f.utilisation.map(NumberText.percent) ?? "-"
        case .medianResponse: TimeText.duration(seconds: f.medianResponseSeconds)
        case .mostResponses: TimeText.duration(seconds: f.p90ResponseSeconds)
        case .accepted: EstimateText.share(f.acceptance)
        case .breaches: CountText.grouped(f.breaches)
        case .overridden: CountText.grouped(f.overrides)
        case .decided: CountText.grouped(f.closed)
        case .winRate: EstimateText.estimate(f.winRate, NumberText.percent)
        case .revenue: MoneyText.whole(Double(f.revenueMinorUnits), currency)
        }
    }

    static func cells(_ f: ChannelFigures, _ currency: String) -> [String] { allCases.map { $0.cell(f, currency) } }
}
