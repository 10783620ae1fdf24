import LeadlineCore

/// How much whoever asks under a key may have done a day, which is a day of UTC. What is nil is not bounded; 0 is none.
///
/// Budgets bound what others may commit the program to, where rates bound how fast they may ask. They count by
/// principal, so that a key that takes another's place goes on where that one was.
public struct Budgets: Sendable, Equatable, Codable {
    /// Leads that it hands in.
    public var leadsPerDay: Int?
    /// In minor units of the program's currency: what leads are worth that it hands in, restates the value of, or
    /// agrees to take.
    public var valueMinorUnitsPerDay: Int?
    /// Answers that it gives to offers.
    public var offersPerDay: Int?

    /// Budgets from their parts.
    public init(leadsPerDay: Int? = nil, valueMinorUnitsPerDay: Int? = nil, offersPerDay: Int? = nil) {
        self.leadsPerDay = leadsPerDay
        self.valueMinorUnitsPerDay = valueMinorUnitsPerDay
        self.offersPerDay = offersPerDay
    }

    /// True if nothing is bounded.
    public var isEmpty: Bool { self == Budgets() }

    /// The most that a budget may be: what one message may say that a lead is worth.
    static let most = 1_000_000_000_000_000

    /// One of them, by its name in JSON.
    enum Name: String, Sendable, CaseIterable {
        case leads = "leadsPerDay"
        case value = "valueMinorUnitsPerDay"
        case offers = "offersPerDay"
    }

    subscript(name: Name) -> Int? {
        switch name {
        case .leads: leadsPerDay
        case .value: valueMinorUnitsPerDay
        case .offers: offersPerDay
        }
    }
}

/// What was taken of budgets, or a change would take.
public struct BudgetUse: Sendable, Equatable, Codable {
    /// Leads handed in.
    public var leads = 0
    /// What they are worth, in minor units of the program's currency.
    public var valueMinorUnits = 0
    /// Offers answered.
    public var offers = 0

    subscript(name: Budgets.Name) -> Int {
        switch name {
        case .leads: leads
        case .value: valueMinorUnits
        case .offers: offers
        }
    }

    /// Without what is not bounded.
    func bounded(by budgets: Budgets) -> BudgetUse {
        BudgetUse(
            leads: budgets.leadsPerDay == nil ? 0 : leads,
            valueMinorUnits: budgets.valueMinorUnitsPerDay == nil ? 0 : valueMinorUnits,
            offers: budgets.offersPerDay == nil ? 0 : offers)
    }

    static func + (one: BudgetUse, other: BudgetUse) -> BudgetUse {
        BudgetUse(
            leads: sum(one.leads, other.leads), valueMinorUnits: sum(one.valueMinorUnits, other.valueMinorUnits),
            offers: sum(one.offers, other.offers))
    }

    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, isOver) = one.addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}

/// What one change takes of its sender's budgets. The same change sent again takes nothing again.
public struct BudgetCharge: Sendable {
    /// In which program.
    public var program: String
    /// Who sent the change.
    public var principal: String
    /// Names the change.
    public var event: String
    /// On which day, counted from 1970.
    public var day: Int64
    /// How much it takes.
    public var use: BudgetUse

    /// The day of a moment.
    static func day(_ moment: Timestamp) -> Int64 { moment.micros / Timestamp.microsPerDay }
    /// When a day's budgets are there anew.
    static func end(of day: Int64) -> Timestamp { Timestamp(micros: (day + 1) * Timestamp.microsPerDay) }
    /// Days for which charges are kept: as long as a change that is sent again is told from a new one.
    static let daysKept: Int64 = 31
}

/// What became of a charge.
public enum BudgetOutcome: Sendable, Equatable {
    /// It was taken now.
    case taken
    /// It was taken before: the change was sent again.
    case repeated
    /// So much is not left.
    case exceeded(name: String, budget: Int)
}
