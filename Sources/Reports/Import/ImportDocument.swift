public import Engine

/// The result as a program reads it. Field names are a contract.
public struct ImportDocument: Encodable, Sendable {
    /// A rule of the mapping, with the rows that it took.
    public struct Rule: Encodable, Sendable {
        public var file: String
        public var rule: String
        public var rows: Int
    }

    /// How a file is written.
    public struct File: Encodable, Sendable {
        public var file: String
        public var encoding: String
        public var delimiter: String
    }

    public var importID: String
    public var program: String
    public var alreadyImported: Bool
    public var dryRun: Bool
    public var rows: Int
    public var partners: Int
    public var accounts: Int
    public var leads: Int
    public var won: Int
    public var lost: Int
    public var withdrawn: Int
    public var open: Int
    public var refused: Int
    public var leftOut: Int
    public var repeated: Int
    public var files: [File]
    public var warnings: [String]
    public var rules: [Rule]
    public var historyFrom: String
    public var historyTo: String
    public var assignedAsItWas: Int?
    public var shadowDecisions: Int?
    public var shadowAgreed: Int?
    public var routed: Int?
    public var escalated: Int?
    public var outcomesLearned: Int?
    public var rejections: Int?
    public var entries: UInt64?
    public var chainHead: String?
    public var stateHash: String?
    public var rowsPerSecond: Int?
    /// With --train alone.
    public var training: TrainingDocument?

    /// The document of an import; without a result, of a dry run.
    public init(
        _ plan: ImportPlan, _ result: ImportResult?, _ training: TrainingDocument?, isNew: Bool, rowsPerSecond: Int?
    ) {
        importID = plan.importID
        program = plan.program
        alreadyImported = !isNew
        dryRun = result == nil
        rows = plan.counts.rows
        partners = plan.counts.partners
        accounts = plan.counts.accounts
        leads = plan.counts.leads
        won = plan.counts.won
        lost = plan.counts.lost
        withdrawn = plan.counts.withdrawn
        open = plan.counts.open
        refused = plan.counts.refused
        leftOut = plan.counts.leftOut
        repeated = plan.counts.repeated
        files = plan.forms.map { File(file: $0.file, encoding: $0.encoding, delimiter: $0.delimiter) }
        warnings = plan.warnings
        rules = plan.ruleCounts.map { Rule(file: $0.file, rule: $0.rule, rows: $0.rows) }
        historyFrom = TimeText.utc(plan.firstMoment)
        historyTo = TimeText.utc(plan.lastMoment)
        assignedAsItWas = result?.assignedAsItWas
        shadowDecisions = result?.shadowDecisions
        shadowAgreed = result?.shadowAgreed
        routed = result?.routed
        escalated = result?.escalated
        outcomesLearned = result?.learned
        rejections = result?.rejections
        entries = result?.streamSize
        chainHead = result?.chainHead.map { "\($0)" }
        stateHash = result?.stateHash.map { "\($0)" }
        self.rowsPerSecond = rowsPerSecond
        self.training = training
    }
}
