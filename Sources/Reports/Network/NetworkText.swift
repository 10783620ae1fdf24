public import LeadlineCore

/// The network for people.
public struct NetworkText {
    private let program: String
    private let currency: String
    private let network: NetworkStanding
    private let style: TextStyle
    /// Partners that are named in one line.
    private static let namesMax = 10

    /// The network of a program.
    public init(program: String, currency: String, network: NetworkStanding, style: TextStyle) {
        self.program = program
        self.currency = currency
        self.network = network
        self.style = style
    }

    /// The text.
    public func text() -> String {
        let expected = NumberText.fixed(network.leadsExpected, 0)
        let title = style.styled(Escaping.harmless("The network of \(program)"), .bold) + " at \(style.time(network.at))\n"
        let standing = [
            "This period ends \(style.time(network.periodEnd)); about \(expected) leads are expected until then",
            "Prices come from the last \(CountText.of(network.leadsRemembered, "lead")), worth "
                + "\(money(network.meanGain)) on average at the best partner",
            "Evenness \(NumberText.fixed(network.jainOfUtilisation, 3)), Jain's index of utilisation; floors count until "
                + style.time(network.floorPeriodEnd),
        ] + floorsOutOfReach + bound + [waiting] + announced + calendars
        let head = title + style.lines(standing) + "\n\n"
        if network.partners.isEmpty { return head + "No partner is registered yet.\n" }
        let dearest = network.partners.enumerated()
            .sorted { ($1.element.placePrice, $0.offset) < ($0.element.placePrice, $1.offset) }.map(\.element)
        var table = TextTable([
            ("PARTNER", .left), ("LEADS", .right), ("OPEN", .right), ("CAPACITY USED", .right), ("PLACE", .right),
            ("FLOOR", .right), ("FLOOR VALUE", .right), ("FLOOR+", .right),
            ("EVEN+", .right), ("DEBT", .right), ("TURN", .right),
        ])
        for partner in dearest { table.add(row(partner)) }
        return head + table.text(style)
    }

    /// What the allocation guarantees between equals, and what that rests on.
    private var bound: [String] {
        guard let most = network.turnWithinMax else { return [] }
        return [
            "Between equals everybody gets one of the next \(CountText.of(most, "lead")) at the latest, as debts stand; "
                + (network.debtsBalance
                    ? "this bound holds: what ties owe to some, others owe"
                    : "THIS BOUND DOES NOT HOLD: what ties owe does not add up, turns were lost")
        ]
    }

    /// Whose floors the leads expected are too few for.
    private var floorsOutOfReach: [String] {
        let lacking = network.partners.filter { $0.floorLacking > 0 || $0.floorValueLacking > 0 }
        let outOfReach = lacking.filter(\.isFloorOutOfReach).map(\.partnerID)
        if outOfReach.isEmpty { return [] }
        return [
            "Too few leads are expected for all floors: \(outOfReach.count) of \(lacking.count) that are not met yet are out of reach, "
                + "those that lack most (\(named(outOfReach)))"
        ]
    }

    private func named(_ partners: [String]) -> String {
        let (shown, count) = (partners.prefix(Self.namesMax), partners.count)
        return shown.joined(separator: ", ") + (count > shown.count ? " and \(count - shown.count) more" : "")
    }

    /// Who names a holiday calendar that is not there.
    private var calendars: [String] {
        if network.calendarsUnknown.isEmpty { return [] }
        return ["No holidays are kept by \(named(network.calendarsUnknown)): the policy has no holiday calendar of the name in the profile"]
    }

    /// What stands announced of partners, one line each.
    private var announced: [String] {
        let words = EventWords(currency: currency) { [style] in style.time($0) }
        return network.announced.map {
            "Announced \(style.time($0.at)): \(words.announced($0.announced)); what would help: "
                + DecisionReasonWords.remedy($0.announced.cause)
        }
    }

    /// How fast the chance of winning falls.
    private var waiting: String {
        let shares = network.waiting.map { share in
            let time = share.belowMinutes.map { "below \(CountText.of($0, "minute"))" } ?? "later"
            return "\(time) \(NumberText.percent(share.kept))" + (share.closed == 0 ? "" : " (won \(share.won) of \(share.closed))")
        }
        return "Of the chance of winning a first response leaves: \(shares.joined(separator: ", "))"
    }

    private func row(_ partner: PartnerPrice) -> [String] {
        [
            partner.partnerID + (partner.status == "active" ? "" : " (\(partner.status))"),
            partner.leadsMax.map { "\(partner.leads) of \($0)" } ?? "\(partner.leads)",
            partner.openLeadsMax.map { "\(partner.openLeads) of \($0)" } ?? "\(partner.openLeads)",
            partner.utilisation.map(NumberText.percent) ?? "-",
            partner.placePrice.rounded() > 0 ? money(partner.placePrice) : "-",
            partner.floor > 0 ? "\(partner.floorLeads) of \(partner.floor)" : "-",
            partner.floorValue > 0
                ? "\(money(Double(partner.floorValueGot))) of \(money(Double(partner.floorValue)))" : "-",
            partner.floorFavour.rounded() > 0 ? money(partner.floorFavour) : "-",
            partner.evennessFavour.rounded() == 0
                ? "-" : MoneyText.exact(partner.evennessFavour, currency, short: true, sign: .always),
            partner.tieDebtMicros == 0 ? "-" : NumberText.signed(Double(partner.tieDebtMicros) / 1_000_000),
            partner.turnWithin.map { CountText.grouped($0) } ?? "-",
        ]
    }

    private func money(_ minorUnits: Double) -> String { MoneyText.exact(minorUnits, currency, short: true) }
}
