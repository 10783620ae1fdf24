import Engine

extension Topics {
    /// How long topics that are not there are waited for: a broker learns of new ones late.
    public static let patience = Duration.seconds(15)

    /// How many partitions the topics have. Topics that are missing, or whose partitions are not led yet, are waited
    /// for, and `settings.waiting` is told.
    /// - Throws: `KafkaTransportError.topics` if one is missing for good or their counts differ; `CancellationError`;
    ///   `KafkaError`.
    public static func partitionCount(_ admin: ClusterAdmin, patience: Duration = patience) throws -> Int32 {
        var isSaid = false
        return try awaited(admin, until: .now + patience, &isSaid) {
            "waiting up to \(patience.components.seconds) s for the topics: \($0)"
        }
    }

    /// Asks until the topics are as they must be.
    /// - Parameter line: what a person is told, once, given what is lacking.
    private static func awaited(
        _ admin: ClusterAdmin, until giveUp: ContinuousClock.Instant, _ isSaid: inout Bool, _ line: (String) -> String
    ) throws -> Int32 {
        while true {
            do { return try commonCount(admin.partitionCounts()) } catch KafkaTransportError.topics(let detail) {
                if ContinuousClock.now > giveUp { throw KafkaTransportError.topics(detail) }
                if !isSaid { admin.say(line(detail)) }
                isSaid = true
                try admin.wait()
            }
        }
    }

    private static func commonCount(_ counts: [String: Int32]) throws -> Int32 {
        let missing = Topic.allCases.filter { counts[$0.name] == nil }.map(\.name)
        if missing.count == Topic.allCases.count { throw KafkaTransportError.topics("none of them is there") }
        if !missing.isEmpty { throw KafkaTransportError.topics("there is no \(missing.joined(separator: ", "))") }
        let distinct = Set(Topic.allCases.compactMap { counts[$0.name] })
        guard let count = distinct.first, distinct.count == 1 else {
            throw KafkaTransportError.topics(
                "their partition counts differ: \(distinct.sorted().map(String.init).joined(separator: ", "))")
        }
        return count
    }

    /// Waits until every broker of the cluster knows every topic with all its partitions. A topic that was made is
    /// known to the others some seconds later, and until then they refuse it.
    /// - Throws: `KafkaTransportError.topics` if that takes more than 30 s.
    public static func awaitEverywhere(_ admin: ClusterAdmin) throws {
        let giveUp = ContinuousClock.now + .seconds(30)
        var isSaid = false
        for broker in try admin.brokers() {
            _ = try awaited(admin.asking(broker), until: giveUp, &isSaid) { _ in
                "waiting until every broker knows the topics"
            }
        }
    }
}
