import Foundation
public import LeadlineCore
public import LeadlineSchemas
public import Vault

/// An input ready for its place in a stream.
public struct TakenInput: Sendable {
    public var program: String
    /// As the decider sees it.
    public var input: Input
    /// The event's id as the journal may say it in clear.
    public var eventID: String
    /// Where it came from, as the journal may say it in clear.
    public var source: String
    /// Where it stands in its producer's trace, for the journal alone; nil where the record names none.
    public var trace: TraceParent?
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
    private var reader: RecordReader

    /// An intake that seals under the keys of a vault, and makes pseudonyms under its master key.
    public init(_ keyring: Keyring) {
        vault = keyring.vault
        reader = RecordReader(keyring.masterKey)
    }

    /// Takes one record in.
    /// - Parameter policy: what the policy in force in the record's program says of own attributes.
    /// - Throws: `Rejection` for what the producer must mend; any other error is the vault's, and stops the batch.
    public mutating func take(_ record: LogRecord, under policy: AttributePolicy = AttributePolicy()) throws -> TakenInput {
        try take(reader.read(record), under: policy, imported: record.isImported, received: record.received)
    }

    /// Takes records in, in their order; all cores read them before the first is handed out.
    /// - Parameter body: gets each record with the program that it is of, nil where that cannot be read, and a function
    ///   that takes it in under a policy, which fails as ``take(_:under:)`` does.
    public mutating func take(
        _ records: [LogRecord],
        _ body: (_ record: LogRecord, _ program: String?, _ take: (AttributePolicy) throws -> TakenInput) throws -> Void
    ) throws {
        for (record, read) in zip(records, reader.read(records)) {
            try body(record, (try? read.get())?.checked.program) { policy in
                try take(read.get(), under: policy, imported: record.isImported, received: record.received)
            }
        }
    }

    private mutating func take(
        _ read: ReadRecord, under policy: AttributePolicy, imported: Bool, received: Timestamp
    ) throws -> TakenInput {
        var checked = read.checked
        try OwnAttributeRules.declare(&checked, by: policy)
        let (program, kind, fact) = (checked.program, checked.kind, checked.fact)
        var input = Input(fact, imported: imported)
        input.eventDigest = Digest128(read.event)
        input.contentDigest = Digest128(read.content)
        input.account = read.accounts.first
        input.timeZone = checked.timeZone
        input.stepTimeZones = checked.stepTimeZones
        if fact.isAnswer {
            input.receivedAt = received
            input.ownTime = checked.event.time
        }

        var taken = TakenInput(
            program: program, input: input, eventID: EventIDToken.of(checked.event.id, read.event),
            source: read.source, kind: kind, clear: checked.clear)
        taken.trace = checked.event.trace
        taken.earlierAccounts = Array(read.accounts.dropFirst())
        taken.address = read.suppression
        if checked.isAboutPerson {
            let pseudonyms = reader.pseudonyms(of: program)
            let known = try persons(of: read, pseudonyms)
            taken.input.subject = Digest128(known.subject)
            taken.input.linkedSubject = try linked(known, fact, checked.addresses.first ?? "", pseudonyms)
            if !checked.sealed.isEmpty {
                let context = SealingContext.bytes(program, kind, read.event.bytes)
                taken.sealed = try vault.seal(checked.sealed, subject: known.subject, context: context)
            }
        }
        return taken
    }

    /// Whom a record is sealed for, the person whom its lead or its partner leads to, and whom else it leads to.
    private func persons(of read: ReadRecord, _ pseudonyms: Pseudonyms) throws -> KnownPersons {
        let fact = read.checked.fact
        if let lead = read.lead {
            var isCorrection = false
            if case .leadUpdated = fact { isCorrection = true }
            let (subject, others) = try vault.subject(
                ofLead: lead, stating: read.addresses, isCorrection: isCorrection)
            let reached = try read.telephone.flatMap {
                try vault.other(
                    than: subject, reachedBy: $0.number, named: $0.named, hasAddress: !read.addresses.isEmpty)
            }
            return KnownPersons(subject: subject, byAddress: others, byTelephone: reached)
        }
        let partner = fact.profiledPartnerID ?? "program \(read.checked.program)"
        let subject = try vault.subject(lookups: [pseudonyms.lookup(kind: .partner, value: partner)])
        let contact = read.checked.message.partnerContact
        if !contact.isEmpty {
            let address = AddressSpelling.addressOrText(contact)
            try vault.add(pseudonyms.lookup(kind: .partnerContact, value: address), to: subject)
        }
        return KnownPersons(subject: subject)
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
        case .leadsUnlinked(let fact), .leadsLinked(let fact): return fact.leadID
        case .reviewRequested(let fact): return fact.leadID
        case .humanDecisionRecorded(let fact): return fact.leadID
        case .rejectedRecordsErased(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .dealClaimed(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .claimWithdrawn(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .claimDecided(let fact): return fact.leadID.isEmpty ? nil : fact.leadID
        case .returnDecided(let fact): return fact.leadID
        case .commissionShared(let fact): return fact.leadID
        case .offerAnswered(let fact): return fact.leadID
        default: return nil
        }
    }

    /// True if it says that the holder of a lead got to work on it, so that it counts when.
    fileprivate var isAnswer: Bool {
        switch self {
        case .firstResponseRecorded, .dealStageChanged: true
        default: false
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
