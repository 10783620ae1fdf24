import ArgumentParser
import Reports
import UseCases

/// Claims of partners on accounts.
struct ClaimsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claims", abstract: "List, make, approve, refuse and withdraw partners' claims on accounts.",
        discussion: """
            A claim that is in force makes its partner the owner of the account: its next leads go there. The \
            policy's 'claims' says whether claims are taken, who decides, and for how long they hold. A claim against \
            the partner that has the account, or beside another claim, waits for a person; when one is approved, the \
            others are refused.

              leadline claims make --partner P --claim ID --domain acme.example --by TEXT
              leadline claims approve --partner P --claim ID --by TEXT

            \(Outcome.note)
            """,
        subcommands: [
            ClaimsList.self, ClaimsMake.self, ClaimsApprove.self, ClaimsRefuse.self, ClaimsWithdraw.self,
        ])
}

/// Which claim is meant, and who says so.
struct ClaimOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The partner whose claim it is.", valueName: "id"))
    var partner: String

    @Option(help: ArgumentHelp("The partner's own id of the claim.", valueName: "id"))
    var claim: String

    @OptionGroup var statement: StatementOptions

    func ask(_ request: ClaimRequest) async throws {
        let deployment = try statement.deployment()
        try statement.report(
            try await deployment.ask(request, ofClaim: claim, partner: partner, by: statement.by), deployment)
    }
}

struct ClaimsMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Claim an account for a partner, by a lead of it or its domain.",
        discussion: Outcome.note)

    @Option(help: ArgumentHelp("A lead of the account, or the lead alone where it names none.", valueName: "id"))
    var lead = ""

    @Option(help: ArgumentHelp("The account's internet domain; sealed in the journal.", valueName: "domain"))
    var domain = ""

    @OptionGroup var claim: ClaimOptions

    func validate() throws {
        if lead.isEmpty && domain.isEmpty { throw ValidationError("--lead or --domain is required") }
    }

    func run() async throws { try await claim.ask(.make(lead: lead, domain: domain)) }
}

struct ClaimsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Put a claim in force; others on the same account are refused.",
        discussion: Outcome.note)

    @OptionGroup var claim: ClaimOptions

    func run() async throws { try await claim.ask(.approve) }
}

struct ClaimsRefuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refuse", abstract: "Refuse a claim that waits, or end one that is in force.",
        discussion: Outcome.note)

    @OptionGroup var claim: ClaimOptions

    func run() async throws { try await claim.ask(.refuse) }
}

struct ClaimsWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "The partner takes its claim back.", discussion: Outcome.note)

    @OptionGroup var claim: ClaimOptions

    func run() async throws { try await claim.ask(.withdraw) }
}

struct ClaimsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Claims that wait or are in force.", discussion: Outcome.note)

    @Flag(help: "Print one line of JSON a claim: partner, claim, lead, onAccount, status, until.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        let claims = try data.deployment(kafka).claims()
        if json {
            for claim in claims { Terminal.line(try JSONText.line(ClaimDocument(claim))) }
        } else {
            Terminal.write(ClaimsText.table(claims, Terminal.style))
        }
    }
}
