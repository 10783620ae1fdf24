import ArgumentParser
import LeadlineCore
import LeadlineSchemas
import Reports
import UseCases

/// What people are entitled to, and what stands for them.
struct RightsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rights", abstract: "Use a person's rights, and show what stands for the person.",
        discussion: """
            --subject is an e-mail address, a lead's id, or a random id as dossiers write it. A right holds for the \
            person: for every lead that is open, for those that come later, and for ids that are linked to the person. \
            Each request is journaled, and every partner that received a lead of the person is told by a decision event.

              leadline rights restrict --subject WHO --requested-by TEXT  Art. 18
              leadline rights object --subject WHO --requested-by TEXT  Art. 21
              leadline rights review --subject WHO --requested-by TEXT  Art. 22(3)
              leadline rights show --subject WHO  what stands for the person

            'leadline rights lift' ends a restriction, 'leadline rights rectify' changes what is held (Art. 16), \
            'leadline rights link' says that two are one. 'leadline audit erase' erases, 'leadline audit dossier' answers. \(Outcome.note)
            """,
        subcommands: [
            RightsObject.self, RightsRestrict.self, RightsLift.self, RightsRectify.self, RightsReview.self,
            RightsLink.self, RightsUnlink.self, RightsShow.self, RightsSuppressions.self,
        ])
}

/// Who is meant and who asks.
struct PersonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The person: an e-mail address, a lead's id or a random id.", valueName: "who"))
    var subject: String

    @Option(help: ArgumentHelp("Who asked for it; sealed in the journal.", valueName: "text"))
    var requestedBy: String

    @Option(help: ArgumentHelp("Why; sealed in the journal, and in the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print one line of JSON: program, lead, subjects, position, events, told, suppressedAddresses.")
    var json = false

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        if requestedBy.isEmpty || requestedBy.utf8.count > 512 {
            throw ValidationError("--requested-by must have 1 to 512 bytes")
        }
        if reason.utf8.count > 4_096 { throw ValidationError("--reason must have at most 4096 bytes") }
    }

    func exercise(_ request: PersonRequest) async throws {
        let deployment = try data.deployment(kafka, reason: reason)
        let outcome = try await deployment.exercise(request, for: subject, requestedBy: requestedBy)
        let currency = try deployment.currency()
        if json {
            Terminal.line(try JSONText.line(RequestOutcomeDocument(
                program: outcome.program, lead: outcome.lead, subjects: outcome.subjects, position: outcome.position,
                events: outcome.events, suppressed: outcome.suppressed, currency: currency)))
        } else {
            Terminal.lines(RightsText.outcome(
                outcome.events, position: outcome.position, suppressed: outcome.suppressed, currency: currency))
        }
    }
}

struct RightsObject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "The person objects: open leads close, later ones go to a human.",
        discussion: Outcome.note)

    @Flag(help: "Suppress the person's addresses too: it outlives an erasure.")
    var suppress = false

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(.object(suppressing: suppress)) }
}

struct RightsRestrict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restrict", abstract: "Processing is restricted: open and later leads go to a human.",
        discussion: Outcome.note)

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(.restrict) }
}

struct RightsLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift", abstract: "The restriction ends, or an objection is withdrawn.",
        discussion: """
            Leads that waited for a human because of the restriction are routed again. Leads that an objection closed \
            stay closed.

            \(Outcome.note)
            """)

    @Flag(help: "Withdraw the objection instead.")
    var objection = false

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(objection ? .withdrawObjection : .lift) }
}

struct RightsRectify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rectify", abstract: "Change what is held of one of the person's leads.",
        discussion: """
            The fields are options, or stand in a YAML file with the fields of LeadUpdated. What is not stated stays. \
            The dossier shows the change, with what was decided because of it.

            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The lead, where the person has several.", valueName: "id"))
    var lead: String?
    @Option(help: ArgumentHelp("Given name.", valueName: "text"))
    var givenName: String?
    @Option(help: ArgumentHelp("Family name.", valueName: "text"))
    var familyName: String?
    @Option(help: ArgumentHelp("E-mail address.", valueName: "address"))
    var email: String?
    @Option(help: ArgumentHelp("Telephone number.", valueName: "number"))
    var phone: String?
    @Option(help: ArgumentHelp("Role in the company.", valueName: "text"))
    var jobTitle: String?
    @Option(help: ArgumentHelp("Country, ISO 3166-1 alpha-2.", valueName: "code"))
    var country: String?
    @Option(
        help: ArgumentHelp(
            "A field whose value is taken back, as in LeadUpdated's list 'cleared'; may be repeated.", valueName: "field"))
    var clear: [String] = []
    @Option(name: [.customShort("f"), .long], help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String?

    @OptionGroup var person: PersonOptions

    private func message() throws -> WireLeadUpdated {
        var message = WireLeadUpdated()
        if let file {
            let yaml = try YAMLFile(file)
            message = try yaml.message(WireLeadUpdated.self, at: yaml.root, path: "")
        }
        if let lead { message.leadID = lead }
        if let givenName { message.contact.givenName = givenName }
        if let familyName { message.contact.familyName = familyName }
        if let email { message.contact.email = email }
        if let phone { message.contact.phone = phone }
        if let jobTitle { message.contact.jobTitle = jobTitle }
        if let country { message.country = country }
        message.cleared += clear
        var rest = message
        rest.leadID = ""
        if rest == WireLeadUpdated() {
            throw Problem(.invalid, "nothing is stated to be changed", remedy: "Name a field, or a file with -f")
        }
        return message
    }

    func run() async throws { try await person.exercise(.rectify(try message())) }
}

struct RightsReview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "The person asks that a human looks at a decision.", discussion: Outcome.note)

    @Option(help: ArgumentHelp("The lead, where the person has several; by default an open one.", valueName: "id"))
    var lead: String?

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(.review(lead: lead)) }
}

struct RightsLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "State that two people are one: dossier, erasure and rights reach both.",
        discussion: Outcome.note)

    @Option(help: ArgumentHelp("The same person under another name.", valueName: "who"))
    var with: String

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(.link(other: with)) }
}

struct RightsUnlink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink", abstract: "State that two people are two, whatever address they share.",
        discussion: """
            Name a lead of each: an address that both had finds the one who had it last. No address links the two \
            again; 'leadline rights link' does.

            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The other person.", valueName: "who"))
    var from: String

    @OptionGroup var person: PersonOptions

    func run() async throws { try await person.exercise(.unlink(other: from)) }
}

struct RightsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what stands for a person: ids, links, rights and leads.",
        discussion: """
            With --json one line: program, subjects, erased, restricted, objected, links, formerHolders, leads.

            \(Outcome.note)
            """)

    @Option(help: ArgumentHelp("The person: an e-mail address, a lead's id or a random id.", valueName: "who"))
    var subject: String

    @Option(help: ArgumentHelp("Why, for the access log.", valueName: "text"))
    var reason = ""

    @Flag(help: "Print one line of JSON.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let report = try data.deployment(reason: reason).standing(of: subject)
        if json {
            Terminal.line(try JSONText.line(PersonStandingDocument(
                program: report.program, person: report.person, standing: report.standing, isErased: report.isErased)))
        } else {
            Terminal.lines(RightsText.standing(report.person, report.standing, isErased: report.isErased))
        }
    }
}

/// Addresses whose leads go to a human.
struct RightsSuppressions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions", abstract: "List suppressed addresses and lift one.",
        discussion: """
            An address is suppressed by 'leadline rights object --suppress' or 'leadline audit erase --suppress': a \
            lead that comes with it goes to a human, with that reason, and is counted. Only a keyed digest is kept.

            \(Outcome.note)
            """,
        subcommands: [SuppressionsList.self, SuppressionsLift.self])
}

struct SuppressionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List suppressed addresses by their digests.",
        discussion: "With --json one object a line: address, since, leads. \(Outcome.note)")

    @Flag(help: "Print one suppressed address a line as JSON.")
    var json = false

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let suppressions = try data.deployment().suppressions()
        if json {
            for entry in suppressions { Terminal.line(try JSONText.line(SuppressionDocument(entry))) }
        } else if suppressions.isEmpty {
            Terminal.line("No address is suppressed.")
        } else {
            Terminal.write(RightsText.suppressions(suppressions, Terminal.style))
        }
    }
}

struct SuppressionsLift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift", abstract: "Let leads with an address through again.", discussion: Outcome.note)

    @Option(help: ArgumentHelp("The address, or its digest.", valueName: "address"))
    var subject: String

    @Option(help: ArgumentHelp("Why, for the access log.", valueName: "text"))
    var reason = ""

    @OptionGroup var data: DataFolderOptions
    @OptionGroup var kafka: KafkaOptions

    func run() async throws {
        try await data.deployment(kafka, reason: reason).liftSuppression(of: subject)
        Terminal.line("The address is suppressed no longer.")
    }
}
