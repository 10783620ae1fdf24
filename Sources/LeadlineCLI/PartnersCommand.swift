import ArgumentParser
import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault
import Yams

/// The program's partners.
struct PartnersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partners", abstract: "Apply and list partners.", discussion: Outcome.note,
        subcommands: [PartnersApply.self, PartnersList.self])
}

/// Sends the profiles of a file that differ from those in force.
struct PartnersApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Register partners, or replace their profiles, from a YAML file.",
        discussion: """
            Checks every profile of the list under 'partners:', shows field by field what differs from what is in force, \
            and publishes those that are new or changed. Values of sealed fields (name, contact_email) are compared but \
            never shown. Partners that the file does not name stay as they are; PartnerRemoved on leadline.partners \
            removes one.

            \(Outcome.note)
            """)

    @OptionGroup var kafka: KafkaOptions
    @OptionGroup var data: DataFolderOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("YAML file; - is stdin.", valueName: "file"))
    var file: String

    @Flag(help: "Check and show the differences; publish nothing.")
    var dryRun = false

    @Flag(help: "Print the differences as JSON, one partner a line.")
    var json = false

    private static let sealedFields: Set<String> = ["name", "contact_email"]

    private struct Profile {
        var message: WirePartnerUpserted
        var profile: PartnerProfile
    }

    func run() async throws {
        let folder = try data.folder()
        let program = data.program(in: folder)
        let state = try data.registeredState(in: folder)
        let profiles = try read()
        warn(profiles, currency: state.currency)
        let known = try CurrentProfiles(folder, program, state, looking: profiles.map(\.profile.partnerID))
        var changes: [PartnerChangeDocument] = []
        var records: [NewRecord] = []
        for profile in profiles {
            let change = try Self.change(profile, known)
            changes.append(change)
            if change.kind != .unchanged {
                records.append(EventRecord.binary(.partnerUpserted, program: program, json: try profile.message.jsonString()))
            }
        }
        let named = Set(profiles.map(\.profile.partnerID))
        changes += state.partnerStandings.filter { $0.status != "removed" && !named.contains($0.profile.partnerID) }
            .map { PartnerChangeDocument(partner: $0.profile.partnerID, kind: .notInFile) }
        try show(changes)
        if dryRun || records.isEmpty { return }
        Terminal.say(try await Publication.publish(records, to: folder, kafka: try kafka.settings()).sentence)
    }

    // MARK: Reading

    /// All profiles of the file; every one that is wrong is told before the command stops.
    private func read() throws -> [Profile] {
        let yaml = try YAMLFile(file)
        guard let list = yaml.root.mapping?["partners"]?.sequence else {
            throw CommandFailure(.input, "the file needs a list under 'partners:'", at: yaml.name)
        }
        if let other = yaml.root.mapping?.first(where: { $0.key.scalar?.string != "partners" })?.key {
            throw CommandFailure(.input, "only 'partners:' may stand at the top", at: yaml.place(other, other.scalar?.string ?? ""))
        }
        var profiles: [Profile] = []
        var failures: [CommandFailure] = []
        var seen: Set<String> = []
        for (index, node) in list.enumerated() {
            do {
                let profile = try Self.profile(yaml, node, path: "partners[\(index)]")
                if !seen.insert(profile.profile.partnerID).inserted {
                    throw CommandFailure(.checkFailed, "this partner stands in the file twice", at: yaml.place(node, "partners[\(index)].partner_id"))
                }
                profiles.append(profile)
            } catch let failure as CommandFailure {
                failures.append(failure)
            }
        }
        for failure in failures { Terminal.say("error: \(failure)") }
        if !failures.isEmpty {
            Terminal.say("\(CountText.of(failures.count, "profile")) of \(list.count) wrong; nothing was published.")
            throw ExitCode(Outcome.checkFailed.rawValue)
        }
        return profiles
    }

    private static func profile(_ yaml: YAMLFile, _ node: Node, path: String) throws -> Profile {
        let message = try yaml.message(WirePartnerUpserted.self, at: node, path: path)
        do {
            let json = Array(try message.jsonString().utf8)
            let fact = try Validation.fact(json, as: .partnerUpserted, at: SystemClock().now())
            guard case .partnerUpserted(let profile) = fact else { preconditionFailure("a profile is read as a profile") }
            return Profile(message: message, profile: profile)
        } catch let rejection as Rejection {
            throw yaml.failure(rejection, in: node, path: path)
        }
    }

    /// A bound in a foreign currency is not used, which nobody would notice.
    private func warn(_ profiles: [Profile], currency: String) {
        for profile in profiles.map(\.profile) {
            let foreign = [profile.typicalDealMin, profile.typicalDealMax].compactMap { $0?.currency }.first { $0 != currency }
            if let foreign {
                Terminal.say("warning: typical deals of \(profile.partnerID) are in \(foreign), the program counts in \(currency): they are not used")
            }
        }
    }

    // MARK: Comparing

    private static func change(_ profile: Profile, _ known: CurrentProfiles) throws -> PartnerChangeDocument {
        let id = profile.profile.partnerID
        let after = try YAMLTree.leaves(json: SchemaJSON.text(profile.message)).filter { $0.path != "partner_id" }
        guard let before = try known.leaves(of: id) else {
            return PartnerChangeDocument(partner: id, kind: .added, differences: FieldDiff.between([], after).map { $0.withholding(sealedFields) })
        }
        // Without the vault's answer sealed fields cannot be compared, and what cannot be compared is sent.
        let differences = FieldDiff.between(before.filter { $0.path != "partner_id" }, after).map { $0.withholding(sealedFields) }
        return PartnerChangeDocument(partner: id, kind: differences.isEmpty ? .unchanged : .changed, differences: differences)
    }

    private func show(_ changes: [PartnerChangeDocument]) throws {
        if json {
            for change in changes { Terminal.line(try JSONText.line(change)) }
            return
        }
        for change in changes where change.kind == .added || change.kind == .changed {
            Terminal.line("\(change.kind == .added ? "new" : "changed") \(change.partner)")
            for difference in change.differences { Terminal.line(difference.line(Terminal.style)) }
        }
        for change in changes where change.kind == .notInFile {
            Terminal.line("not in the file, stays as it is: \(change.partner)")
        }
        func count(_ kind: PartnerChangeDocument.Kind) -> Int { changes.count { $0.kind == kind } }
        Terminal.line("\(count(.added)) new, \(count(.changed)) changed, \(count(.unchanged)) unchanged, \(count(.notInFile)) not in the file")
        if dryRun { Terminal.line("Dry run: nothing was published.") }
    }
}

/// The profiles in force, with their sealed fields opened.
private struct CurrentProfiles {
    private var profiles: [String: PartnerProfile] = [:]
    private var sealed: [String: [UInt8]] = [:]

    init(_ folder: DataFolder, _ program: String, _ state: State, looking ids: [String]) throws {
        // A removed partner comes back by its profile, so it counts as new.
        for standing in state.partnerStandings where standing.status != "removed" {
            profiles[standing.profile.partnerID] = standing.profile
        }
        let wanted = Set(ids).intersection(profiles.keys)
        if wanted.isEmpty { return }
        let entries = try Self.latestEntries(folder, program, wanted)
        let fields = SealedFields(vault: try folder.openVault().vault)
        let subjects = Set(entries.values.compactMap { $0.input.subject.flatMap { SubjectID($0.bytes) }?.description }).sorted()
        if !subjects.isEmpty {
            try AccessLog.note(folder, command: "partners apply", program: program, subjects: subjects, reason: "compared with a file, shown to nobody")
        }
        for (id, entry) in entries {
            if case .opened(let bytes, _) = try fields.open(entry, program: program) { sealed[id] = bytes }
        }
    }

    /// The last profile entry of each partner. Only profiles are decoded; the rest is passed over.
    private static func latestEntries(_ folder: DataFolder, _ program: String, _ wanted: Set<String>) throws -> [String: EntryRecord] {
        var latest: [String: EntryRecord] = [:]
        try folder.openJournalReadOnly().read { db in
            // A profile that is archived cannot be compared; it is sent again.
            try JournalReader().forEachEntry(program: program, from: JournalReader().firstReadable(of: program, in: db), in: db) { _, bytes in
                try unsafe bytes.withUnsafeBytes { raw in
                    guard unsafe try EntryCodec.peek(raw).inputField == MessageKind.partnerUpserted.bodyFieldNumber else { return }
                    let entry = unsafe try EntryCodec.decode(raw)
                    if case .partnerUpserted(let profile) = entry.input.fact, wanted.contains(profile.partnerID) {
                        latest[profile.partnerID] = entry
                    }
                }
            }
        }
        return latest
    }

    /// Nil if the partner is new.
    func leaves(of id: String) throws -> [(path: String, value: String)]? {
        guard let profile = profiles[id] else { return nil }
        return try YAMLTree.leaves(json: SchemaJSON.text(profile, sealed: sealed[id] ?? []))
    }
}

/// Lists the partners as they stand.
struct PartnersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the partners as they stand.", discussion: Outcome.note)

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Print one partner a line as JSON.")
    var json = false

    func run() async throws {
        let rows = try data.registeredState(in: try data.folder()).partnerStandings.map(PartnerDocument.init)
        if json {
            for row in rows { Terminal.line(try JSONText.line(row)) }
            return
        }
        if rows.isEmpty {
            Terminal.line("No partners yet. Register some: 'leadline partners apply -f partners.yaml'")
            return
        }
        Terminal.write(PartnersText.table(rows, Terminal.style))
    }
}
