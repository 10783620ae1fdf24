/// What is known of accounts: enrichment, and who owns them.
struct AccountTable: Sendable {
    struct Account: Sendable, Equatable {
        var pseudonym: Digest128
        var technologies: [Vocabulary.Code] = []
        var revenueMinorUnits: Int64 = 0
        var intentFirstSeen = Timestamp.epoch
        var intentLastSeen = Timestamp.epoch
        /// Until when the partner that won a deal here owns the account.
        var ownedUntil = Timestamp.epoch
        var owner = LeadTable.nowhere
        /// Slot of the won lead that made it the owner, so that a correction can take it back.
        var ownedThrough = LeadTable.nowhere
        /// First of the account's open leads; they are chained through `Lead.link`.
        var firstOpenLead = LeadTable.nowhere
        var employees: UInt32 = 0
        var vertical = Vocabulary.none
        var country = Vocabulary.none
        /// The one signal that logic version 1 remembers.
        var intentTopic = Vocabulary.none
        var intentStrengthPercent: UInt8 = 0
        /// All that later versions remember, and which entries stated the fields above.
        var intents = IntentSignals()
        var sources = FieldSources()
    }

    private var index = HashIndex()
    var accounts: ContiguousArray<Account> = []

    func index(of pseudonym: Digest128) -> Int? {
        index.row(HashIndex.hash(pseudonym)) { accounts[Int($0)].pseudonym == pseudonym }.map(Int.init)
    }

    mutating func indexOrInsert(_ pseudonym: Digest128) -> Int {
        if let known = index(of: pseudonym) { return known }
        accounts.append(Account(pseudonym: pseudonym))
        index.insert(UInt32(accounts.count - 1), HashIndex.hash(pseudonym))
        return accounts.count - 1
    }

    /// The one signal that logic version 1 remembered becomes the first of a set; its vendor nobody remembers.
    mutating func adoptSignalSets() {
        for index in accounts.indices where accounts[index].intentTopic != Vocabulary.none {
            accounts[index].intents = IntentSignals([IntentSignal(
                topic: accounts[index].intentTopic, observer: Vocabulary.none,
                strengthPercent: accounts[index].intentStrengthPercent, firstSeen: accounts[index].intentFirstSeen,
                lastSeen: accounts[index].intentLastSeen, position: FieldSources.unknown)])
            accounts[index].intentTopic = Vocabulary.none
            accounts[index].intentStrengthPercent = 0
            accounts[index].intentFirstSeen = .epoch
            accounts[index].intentLastSeen = .epoch
        }
    }

    init() {}

    /// Rebuilds the index from a snapshot's accounts.
    init(accounts: ContiguousArray<Account>) {
        self.accounts = accounts
        index = HashIndex(reserving: accounts.count)
        for row in accounts.indices { index.insert(UInt32(row), HashIndex.hash(accounts[row].pseudonym)) }
    }
}
