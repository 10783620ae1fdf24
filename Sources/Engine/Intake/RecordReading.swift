import LeadlineCore
import LeadlineSchemas
import Vault

/// A record with all that can be told of it without looking at any other: what it states, and the pseudonyms of what it
/// names.
struct ReadRecord: Sendable {
    var checked: CheckedRecord
    var event: Pseudonym
    var content: Pseudonym
    /// Pseudonyms of the account's domain, that of its canonical spelling first.
    var accounts: [Digest128]
    /// The CloudEvents source as the journal may say it in clear.
    var source: String
    /// The look-up of the lead that it is about.
    var lead: Pseudonym?
    /// Look-ups of the address that it states, each once, that of its canonical spelling first.
    var addresses: [Pseudonym]
    /// Digest by which a suppression of the address is found.
    var suppression: Digest128?
    /// Look-ups of the telephone number that it states, alone and with the person's name.
    var telephone: (number: Pseudonym, named: Pseudonym?)?
}

/// Reads records: checks them and makes their pseudonyms. Half of intake's work, and of none of it hangs anything on
/// the order, so that a batch is read by all cores.
struct RecordReader: Sendable {
    private let masterKey: MasterKey
    private var pseudonymsByProgram: [String: Pseudonyms] = [:]
    private var rules = IntakeRules()

    init(_ masterKey: MasterKey) { self.masterKey = masterKey }

    /// Reads one record.
    /// - Throws: what the producer must mend.
    mutating func read(_ record: LogRecord) throws(Rejection) -> ReadRecord {
        var checked = try rules.check(record)
        let pseudonyms = pseudonyms(of: checked.program)
        let (kind, event) = (checked.kind, checked.event)
        let isAboutPerson = checked.isAboutPerson
        // What names no lead is sealed, if at all, for a program or a partner, whom no erasure reaches.
        if isAboutPerson, checked.fact.leadID != nil, !EventIDToken.isClear(event.id) {
            checked.sealed += SentEventID.bytes(event.id)
        }
        var read = ReadRecord(
            checked: checked, event: pseudonyms.eventDigest(source: event.source, id: event.id),
            content: pseudonyms.contentDigest(type: kind.fullName, bytes: checked.message.bytes),
            accounts: checked.accountDomains.map { Digest128(pseudonyms.account(domain: $0)) },
            source: SourceToken.of(event.source, pseudonyms), addresses: [])
        if isAboutPerson, let lead = checked.fact.leadID {
            read.lead = pseudonyms.lookup(kind: .lead, value: lead)
            for address in checked.addresses {
                let lookup = pseudonyms.lookup(kind: .email, value: address)
                if !read.addresses.contains(lookup) { read.addresses.append(lookup) }
            }
            read.telephone = checked.message.telephone.map { stated in
                (
                    pseudonyms.lookup(kind: .telephone, value: stated.number),
                    stated.name.isEmpty ? nil : pseudonyms.lookup(telephone: stated.number, name: stated.name)
                )
            }
        }
        if kind == .leadSubmitted, let address = checked.addresses.first, !address.isEmpty {
            read.suppression = Digest128(pseudonyms.suppression(email: address))
        }
        return read
    }

    /// Reads records on all cores; what came of each, in their order.
    func read(_ records: [LogRecord]) -> [Result<ReadRecord, Rejection>] {
        records.mappedByAllCores { part in
            var reader = self
            return part.map { record in
                do throws(Rejection) { return .success(try reader.read(record)) } catch { return .failure(error) }
            }
        }
    }

    /// A program's pseudonyms, which are made once.
    mutating func pseudonyms(of program: String) -> Pseudonyms {
        if let known = pseudonymsByProgram[program] { return known }
        let made = Pseudonyms(masterKey: masterKey, program: program)
        if pseudonymsByProgram.count > 10_000 { pseudonymsByProgram.removeAll() }
        pseudonymsByProgram[program] = made
        return made
    }
}

extension CheckedRecord {
    /// Whether it is sealed for somebody, or is about a person even where it says nothing that must be sealed.
    var isAboutPerson: Bool { !sealed.isEmpty || kind.concernsPerson }
}
