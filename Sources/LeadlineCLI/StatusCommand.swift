import ArgumentParser
import Engine
import KafkaTransport
import LeadlineCore
import Reports

/// How far a deployment is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show lag, positions and members of a Kafka deployment.",
        discussion: """
            One line a partition: records that wait on its input topics, how many the group has consumed, and who has \
            the partition. It asks the cluster only and may run anywhere.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @Flag(help: "One JSON object a partition.") var json = false

    func run() async throws {
        let settings = try kafka.required()
        let rows = try GroupStatus.read(settings)
        if json {
            for row in rows { Terminal.line(try JSONText.line(row)) }
            return
        }
        let waiting = rows.reduce(0) { $0 + $1.lag }
        for row in rows {
            let next = row.nextOffsets.map { "\($0.key.dropFirst(9)) \($0.value)" }.sorted().joined(separator: ", ")
            Terminal.line("partition \(row.partition)  lag \(row.lag)  next: \(next)  journal end \(row.journalEnd)")
        }
        let members = try GroupMemberStatus.read(settings)
        Terminal.line("\(CountText.of(members.count, "member")) in group \(settings.group)")
        for member in members { Terminal.line("  \(Terminal.harmless(member.description))") }
        Terminal.line(waiting == 1 ? "1 record waits" : "\(waiting) records wait")
    }
}
