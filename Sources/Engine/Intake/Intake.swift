import Foundation
public import LeadlineCore
public import LeadlineSchemas
public import Vault

/// An input ready for its place in a stream.
public struct TakenInput: Sendable {
    public var program: String
    /// As the decider sees it.
    public var input: Input
    public var eventID: String
    /// Where it came from, as the journal may say it in clear.
    public var source: String
    /// Keyed digest of a lead's address, by which a suppression of it is found; journaled only where it is suppressed.
    public var address: Digest128?
    /// Pseudonyms of other spellings of the account's domain, under which a journal from before may know it.
    public fileprivate(set) var earlierAccounts: [Digest128] = []
    fileprivate var kind: MessageKind
    fileprivate var clear: [UInt8]
    /// What stands sealed in the entry; empty where nothing does.
    fileprivate(set) var sealed: [UInt8] = []

    /// As the journal keeps it: the serialised `Input`, clear part and sealed part.
    public var inputBytes: [UInt8] {
        InputCodec.encode(
            header: InputHeader(input, sealed: sealed), bodyField: kind.bodyFieldNumber, clearBody: clear)
    }

    /// Leaves out the person: nothing sealed is kept, nor under whose key it was.
    mutating func leaveOutPerson() {
        sealed = []
        input.subject = nil
        input.linkedSubject = nil
    }
}

/// A vault with the master key that opened it.
public struct Keyring {
    public let vault: Vault
    public let masterKey: MasterKey
    public init(vault: Vault, masterKey: MasterKey) {
        self.vault = vault
        self.masterKey = masterKey
    }
}

/// Turns records into inputs: decodes, validates, pseudonymises, seals, and resolves whatever depends on the outside.
/// What a record must be by itself is in ``IntakeRules``.
///
/// Nothing personal leaves here unsealed. Everything that comes in is hostile until it has passed.
public struct Intake {
    /// Largest value that is read.
    public static let valueBytesMax = 1_048_576
    /// Most bytes that a record's headers may have, names and values together.
    public static let headerBytesMax = 65_536
    /// No event happened before 1990.
    public static let earliest = FieldLimits.earliest
    /// The year 2200.
    public static let latest = FieldLimits.latest
    /// How far ahead of the log's clock a producer's clock may be.
    public static let futureToleranceMicros = Timestamp.microsPerDay
    /// Largest sealed part of one input.
    public static let sealedBytesMax = 262_144

    let vault: Vault
    private let masterKey: MasterKey
    private var pseudonymsByProgram: [String: Pseudonyms] = [:]
    private var rules = IntakeRules()

    /// An intake that seals under the keys of a vault, and makes pseudonyms under its master key.
    public init(_ keyring: Keyring) {
        vault = keyring.vault
        masterKey = keyring.masterKey
    }

    /// Takes one record in.
    /// - Throws: `Rejection` for what the producer must mend; any other error is the vault's, and stops the batch.
    public mutating func take(_ record: LogRecord) throws -> TakenInput {
        let checked = try rules.check(record)
        let (program, kind, event, fact) = (checked.program, checked.kind, checked.event, checked.fact)
        let pseudonyms = pseudonyms(of: program)
        var input = Input(fact, imported: record.isImported)
        let eventDigest = pseudonyms.eventDigest(source: event.source, id: event.id)
        input.eventDigest = Digest128(eventDigest)
        input.contentDigest = Digest128(pseudonyms.contentDigest(type: kind.fullName, bytes: checked.message.bytes))
        let accounts = checked.accountDomains.map { Digest128(pseudonyms.account(domain: $0)) }
        input.account = accounts.first
        input.timeZone = checked.timeZone

        var taken = TakenInput(
            program: program, input: input, eventID: event.id, source: SourceToken.of(event.source, pseudonyms),
            kind: kind, clear: checked.clear)
        taken.earlierAccounts = Array(accounts.dropFirst())
        let address = checked.addresses.first ?? ""
        if !checked.sealed.isEmpty || kind.concernsPerson {
            let known = try subject(of: fact, checked.addresses, program, pseudonyms)
            let subject = known.subject
            taken.input.subject = Digest128(subject)
            if !checked.message.partnerContact.isEmpty {
                let contact = checked.message.partnerContact
                let address = InternetNames.address(contact) ?? contact
                try vault.add(pseudonyms.lookup(kind: .partnerContact, value: address), to: subject)
            }
            taken.input.linkedSubject = try linked(known.others, fact, address, pseudonyms)
            if !checked.sealed.isEmpty {
                let context = SealingContext.bytes(program, kind, eventDigest.bytes)
                taken.sealed = try vault.seal(checked.sealed, subject: subject, context: context)
            }
        }
        if kind == .leadSubmitted, !address.isEmpty {
            taken.address = Digest128(pseudonyms.suppression(email: address))
        }
        return taken
    }

    /// Whom a fact is sealed for: the person whom its lead, or its partner, leads to.
    private func subject(of fact: Fact, _ addresses: [String], _ program: String, _ pseudonyms: Pseudonyms) throws -> (
        subject: SubjectID, others: [SubjectID]
    ) {
        if let lead = fact.leadID {
            var spellings: [Pseudonym] = []
            for address in addresses {
                let lookup = pseudonyms.lookup(kind: .email, value: address)
                if !spellings.contains(lookup) { spellings.append(lookup) }
            }
            var isCorrection = false
            if case .leadUpdated = fact { isCorrection = true }
            return try vault.subject(
                ofLead: pseudonyms.lookup(kind: .lead, value: lead), stating: spellings, isCorrection: isCorrection)
        }
        let partner = fact.profiledPartnerID ?? "program \(program)"
        return (try vault.subject(lookups: [pseudonyms.lookup(kind: .partner, value: partner)]), [])
    }

    private mutating func pseudonyms(of program: String) -> Pseudonyms {
        if let known = pseudonymsByProgram[program] { return known }
        let made = Pseudonyms(masterKey: masterKey, program: program)
        if pseudonymsByProgram.count > 10_000 { pseudonymsByProgram.removeAll() }
        pseudonymsByProgram[program] = made
        return made
    }
}

/// What a sealed blob is bound to: it opens only as the same message of the same event.
public enum SealingContext {
    public static func bytes(_ program: String, _ kind: MessageKind, _ eventDigest: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(program.utf8.count + kind.fullName.utf8.count + 2 + eventDigest.count)
        bytes.append(contentsOf: program.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: kind.fullName.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: eventDigest)
        return bytes
    }
}

extension Fact {
    /// The lead that a fact is about.
    public var leadID: String? {
        if let id = outcomeLeadID { return id }
        switch self {
        case .leadSubmitted(let fact): return fact.leadID
        case .leadUpdated(let fact): return fact.leadID
        case .leadWithdrawn(let fact), .processingRestricted(let fact), .processingObjected(let fact),
            .erasureRequested(let fact):
            return fact.leadID
        case .processingResumed(let fact): return fact.leadID
        case .personsLinked(let fact), .personsUnlinked(let fact): return fact.leadID
        case .reviewRequested(let fact): return fact.leadID
        case .humanDecisionRecorded(let fact): return fact.leadID
        case .rejectedRecordsErased(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .dealClaimed(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .claimWithdrawn(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .claimDecided(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        default: return nil
        }
    }

    /// The partner whose own data a fact carries.
    public var profiledPartnerID: String? {
        switch self {
        case .partnerUpserted(let profile): profile.partnerID
        case .partnerPaused(let fact), .partnerRemoved(let fact): fact.partnerID
        default: nil
        }
    }
}

extension Digest128 {
    /// The same sixteen bytes as the vault holds them.
    init(_ bytes: some SixteenBytes) { self.init(low: bytes.words.x.byteSwapped, high: bytes.words.y.byteSwapped) }
}
