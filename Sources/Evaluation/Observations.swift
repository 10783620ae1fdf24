public import LeadlineCore

/// A file of opportunities as the model sees it, column by column, in order of arrival.
///
/// Texts are numbered: a partner by its place in `partnerNames`, a value of a slot by an id that no other slot shares.
public struct Observations: Sendable {
    /// The distinct texts of one column, for scores within each of them.
    public struct Grouping: Sendable {
        /// The column's name in the file.
        public var column: String
        /// The distinct texts, in the order in which the file has them.
        public var names: [String] = []
        /// For each row the place of its text in `names`.
        public var ids: [Int] = []

        /// An empty grouping by a column.
        public init(column: String) { self.column = column }
    }

    /// Day of arrival of each row, ascending.
    public var arrivals: [Int] = []
    /// Day on which the outcome became known; nil if it never did.
    public var closings: [Int?] = []
    /// Whether the row was won; nil exactly where `closings` is.
    public var outcomes: [Bool?] = []
    /// Each row's partner.
    public var partners: [Int] = []
    /// What the file calls the partners.
    public var partnerNames: [String] = []
    /// Columns the model learns from, in the file's order.
    public var slotNames: [String] = []
    /// For each row one value id a slot, as `WinModel` takes them.
    public var rows: [[Int32]] = []
    /// For each row the lead, where columns are fields of leads; else none.
    public var leads: [LeadAttributes] = []
    /// Value ids are 1 to below this; 0 stands for a value never seen.
    public var valueCount = 1
    /// Columns that scores are asked for.
    public var groupings: [Grouping] = []
    /// True if the file has dates instead of numbers of days.
    public var hasDates = false
    /// True if the file was not in order of arrival and had to be sorted.
    public var wasSorted = false

    /// No rows.
    public init() {}

    /// How many rows there are.
    public var count: Int { arrivals.count }

    /// Rows whose outcome never became known.
    public var openCount: Int { outcomes.reduce(0) { $0 + ($1 == nil ? 1 : 0) } }

    /// A day as the file has it: a date or a number.
    public func dayText(_ day: Int) -> String { hasDates ? CalendarDay.text(day) : String(day) }

    /// Puts the rows in order of arrival; rows of one day keep the file's order.
    mutating func sortByArrival() {
        let isSorted = arrivals.indices.dropFirst().allSatisfy { arrivals[$0 - 1] <= arrivals[$0] }
        if isSorted { return }
        wasSorted = true
        let order = arrivals.indices.sorted { (arrivals[$0], $0) < (arrivals[$1], $1) }
        closings = order.map { closings[$0] }
        outcomes = order.map { outcomes[$0] }
        partners = order.map { partners[$0] }
        rows = order.map { rows[$0] }
        if !leads.isEmpty { leads = order.map { leads[$0] } }
        for k in groupings.indices { groupings[k].ids = order.map { groupings[k].ids[$0] } }
        arrivals = order.map { arrivals[$0] }
    }
}
