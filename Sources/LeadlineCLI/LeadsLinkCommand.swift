import ArgumentParser
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// Which leads, and who says so.
struct LinkOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The lead that was merged, or that counts for a company.", valueName: "lead"))
    var lead: String

    @Flag(help: "The link to its company is meant: what is known of it, and who owns it.")
    var company = false

    @Option(help: ArgumentHelp("Who says so: the id of a role or a key, in clear.", valueName: "id"))
    var by: String

    @Option(help: ArgumentHelp("Why; sealed in the journal.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print one line of JSON: position, events.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        if !FieldLimits.isID(by) { throw ValidationError("--by is an id: letters, digits and ._:-, at most 128") }
        if reason.utf8.count > 4_096 { throw ValidationError("--reason must have at most 4096 bytes") }
    }

    func state(_ other: String, linked: Bool) async throws {
        let deployment = try data.deployment(kafka, reason: reason)
        let statement = LeadLinkStatement(
            leadID: lead, otherLeadID: other, link: company ? .sameCompany : .sameEnquiry, decidedBy: by)
        let outcome = try await deployment.state(statement, linked: linked)
        try StatementOptions.report(outcome, deployment, asJSON: json)
    }
}

struct LeadsUnlink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink", abstract: "Undo what a lead was linked to: another lead, or its company.",
        discussion: """
            A lead that was merged into another goes its own way from here on: it is routed as if it had just come. \
            With --company the lead counts for its company no longer; if the company's owner got it for that, and has \
            not taken it up, it is routed anew. The link stays in the history as undone, and is not made again by \
            itself. Persons stay linked as they are; 'leadline rights unlink' is for them.

              leadline leads unlink LEAD --from OTHER --by ID --reason TEXT
              leadline leads unlink LEAD --company --by ID --reason TEXT

            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The lead that it was merged into.", valueName: "lead"))
    var from = ""

    @OptionGroup var link: LinkOptions

    func validate() throws {
        if from.isEmpty && !link.company { throw ValidationError("--from or --company is required") }
    }

    func run() async throws { try await link.state(from, linked: false) }
}

struct LeadsLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Link a lead to another of its person, or back to its company.",
        discussion: """
            Of two open leads of one person and company, the other goes on for both; whoever held this one loses it. \
            With --company a lead that was taken from its company counts for it again.

              leadline leads link LEAD --to OTHER --by ID --reason TEXT

            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The lead that goes on for both.", valueName: "lead"))
    var to = ""

    @OptionGroup var link: LinkOptions

    func validate() throws {
        if to.isEmpty && !link.company { throw ValidationError("--to or --company is required") }
    }

    func run() async throws { try await link.state(to, linked: true) }
}
