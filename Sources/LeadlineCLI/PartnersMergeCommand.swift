import ArgumentParser
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Says that two partners are one.
struct PartnersMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Give everything of a partner to another: two companies became one.",
        discussion: """
            The other partner has its open leads with their promises, its history, counts, floors, accounts, claims \
            and commissions from here on. The partner's id stands for the other one where leads are spoken of, and \
            takes no profile any more. A merger is not undone.

              leadline partners merge beta --into alpha --by channel-ops
              leadline partners merge beta --into alpha --by channel-ops --why takeover

            \(Outcome.note)
            """)

    @Argument(help: ArgumentHelp("The partner that ends.", valueName: "partner"))
    var from: String

    @Option(help: ArgumentHelp("The partner that remains.", valueName: "partner"))
    var into: String

    @Option(help: ArgumentHelp("Who says so: the id of a role or a key, in clear.", valueName: "id"))
    var by: String

    @Option(help: ArgumentHelp("duplicate: they had been one all along; takeover: one took the other over.", valueName: "reason"))
    var why: StatedMergeReason?

    @Flag(help: "Print one line of JSON: position, events.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        for (name, id) in [("the partner", from), ("--into", into), ("--by", by)] where !FieldLimits.isID(id) {
            throw ValidationError("\(name) is an id: letters, digits and ._:-, at most 128")
        }
        if from == into { throw ValidationError("--into names the partner itself; name the one that remains") }
    }

    func run() async throws {
        let deployment = try data.deployment(kafka)
        let outcome = try await deployment.merge(
            PartnersMerged(fromPartnerID: from, intoPartnerID: into, decidedBy: by, reason: why?.reason ?? .unspecified))
        try StatementOptions.report(outcome, deployment, asJSON: json)
    }
}

/// Why partners are merged, as it is typed.
enum StatedMergeReason: String, ExpressibleByArgument, CaseIterable {
    case duplicate, takeover

    var reason: PartnerMergeReason { self == .duplicate ? .duplicate : .takeover }
}
