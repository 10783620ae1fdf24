public import Audit

/// What `leadline replay --json` prints. Field names are a contract.
public struct ReplayDocument: Encodable, Sendable {
    /// An entry that decides differently today.
    public struct Difference: Encodable, Sendable {
        public var position: UInt64
        /// What was recorded, in words.
        public var recorded: String
        /// What deciding again gives, in words.
        public var decided: String

        init(_ difference: ReplayDifference) {
            let words = EventWords(currency: "")
            position = difference.position
            switch difference.kind {
            case .events(let events):
                (recorded, decided) = (words.compared(events.recorded), words.compared(events.decided))
            case .bytes(let stored, let events):
                (recorded, decided) = ("\(stored) bytes, \(words.compared(events))", "other bytes for the same events")
            case .logicVersion(let version):
                (recorded, decided) = ("logic version \(version)", "this program does not have it")
            }
        }
    }

    /// One program.
    public struct Program: Encodable, Sendable {
        public var program: String
        public var archived: [ArchivedPart]
        public var from: UInt64
        public var entries: UInt64
        public var events: UInt64
        public var differenceCount: UInt64
        public var differences: [Difference]
        public var stateHash: String
        public var foldSeconds: Double
        public var decideSeconds: Double
    }

    public var programs: [Program]
    public var seconds: Double

    /// The document of a replay.
    public init(_ report: ReplayReport) {
        programs = report.programs.map {
            Program(
                program: $0.program, archived: $0.archived, from: $0.from, entries: $0.entries, events: $0.events,
                differenceCount: $0.differenceCount, differences: $0.differences.map(Difference.init),
                stateHash: $0.stateHash,
                foldSeconds: $0.foldSeconds, decideSeconds: $0.decideSeconds)
        }
        seconds = report.seconds
    }
}
