import ArgumentParser
import Engine
import KafkaTransport
import LeadlineCore
import Reports
import UseCases

/// The topics on a Kafka cluster.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "Make and check Leadline's topics on a Kafka cluster.",
        subcommands: [Create.self, Check.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the topics that are missing.",
            discussion: """
                Every topic gets the same number of partitions: partition n of all of them is one shard. The number \
                never changes afterwards. A topic that exists is left as it is; 'leadline topics check' says where it \
                differs.

                \(Outcome.note)
                """)

        @OptionGroup var kafka: KafkaOptions

        @Option(
            help: ArgumentHelp(
                "Partitions of every topic; the most machines-times-threads the deployment can ever use.",
                valueName: "count"))
        var partitions: Int32 = 12

        @Option(help: ArgumentHelp("Replicas of every partition; 3 in production.", valueName: "count"))
        var replicas: Int32 = 1

        @Option(
            help: ArgumentHelp(
                "How long input records, personal data in clear, are kept. An instance must not be down for longer.",
                valueName: "days"))
        var inputDays = 7

        @Option(
            help: ArgumentHelp(
                "Largest input record that brokers take from producers. Default: the cluster's own, mostly 1048588. What is larger than 1 MiB becomes a dead letter.",
                valueName: "bytes"))
        var inputBytesMax: Int?

        func validate() throws {
            if let inputBytesMax, inputBytesMax < 65_536 || inputBytesMax > 100_000_000 {
                throw ValidationError("--input-bytes-max must be from 65536 to 100000000")
            }
            if partitions < 1 || partitions > 10_000 { throw ValidationError("--partitions must be from 1 to 10000") }
            if replicas < 1 || replicas > 100 { throw ValidationError("--replicas must be from 1 to 100") }
            if inputDays < 1 || inputDays > 3_650 { throw ValidationError("--input-days must be from 1 to 3650") }
        }

        func run() async throws {
            let admin = try ClusterAdmin(try kafka.required())
            let plans = Topics.plans(
                partitions: partitions, replicas: replicas, inputDays: inputDays, inputBytesMax: inputBytesMax)
            // The first answer shows that there is a cluster, before anything is made on it.
            _ = try admin.partitionCounts()
            for plan in plans {
                let isNew = try admin.create(plan)
                Terminal.line("\(plan.topic.name)  \(isNew ? "made, \(partitions) partitions" : "exists")")
            }
            try Topics.awaitEverywhere(admin)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the topics with what Leadline's guarantees need.",
            discussion: "Ends with code 1 where something differs. \(Outcome.note)")

        @OptionGroup var kafka: KafkaOptions
        @Flag(help: "One JSON object a difference.") var json = false

        func run() async throws {
            let admin = try ClusterAdmin(try kafka.required())
            // Topics that were made just now are waited for; what is still missing then is told as a difference.
            do { _ = try Topics.partitionCount(admin, patience: .seconds(5)) } catch is KafkaTransportError {}
            let drift = try Topics.drift(admin)
            for one in drift {
                let line =
                    "\(one.topic)  \(one.setting) is \(one.found), wanted \(one.wanted)\(one.isFatal ? "  (must be mended)" : "")"
                Terminal.line(json ? try JSONText.line(one) : line)
            }
            if drift.isEmpty {
                if !json { Terminal.line("all \(Topic.allCases.count) topics are as they should be") }
                return
            }
            throw Problem(
                .checkFailed, drift.count == 1 ? "1 setting differs" : "\(drift.count) settings differ",
                remedy:
                    "Missing topics are made by 'leadline topics create'; alter the others with your cluster's tools")
        }
    }
}
