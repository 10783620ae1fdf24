import Testing
import Vault

/// Goal: whose an address is survives a restart, a batch that is taken back, and the way over the keys topic.
@Suite struct AddressHoldingTests {
    private let fixture: VaultFixture
    private var x: Pseudonym { fixture.email("x@acme.example") }
    private var y: Pseudonym { fixture.email("y@acme.example") }

    init() throws { fixture = try VaultFixture() }

    private func submit(_ lead: String, _ address: Pseudonym, _ vault: Vault) throws -> SubjectID {
        try vault.subject(ofLead: fixture.lead(lead), stating: [address], isCorrection: false).subject
    }

    private func correct(_ lead: String, _ address: Pseudonym, _ vault: Vault) throws -> SubjectID {
        try vault.subject(ofLead: fixture.lead(lead), stating: [address], isCorrection: true).subject
    }

    @Test(arguments: [true, false]) func whoComesNextIsAnother(isFlushed: Bool) throws {
        let vault = try fixture.vault()
        let ada = try submit("L1", x, vault)
        if isFlushed { try vault.flush() }
        #expect(try correct("L1", y, vault) == ada)
        if isFlushed { try vault.flush() }
        #expect(try vault.findSubject(x) == ada, "until somebody comes with it")
        let bob = try submit("L2", x, vault)
        #expect(bob != ada)
        #expect(try vault.findSubject(x) == bob && vault.findSubject(y) == ada && vault.allSubjects(x) == [bob, ada])
        try vault.flush()
        let again = try fixture.vault()
        #expect(try again.findSubject(x) == bob && again.allSubjects(x) == [bob, ada])
        #expect(try submit("L3", x, again) == bob)
    }

    @Test func whatIsTakenBackGaveNothingUp() throws {
        let vault = try fixture.vault()
        let ada = try submit("L1", x, vault)
        try vault.flush()
        let mark = vault.pendingMark
        _ = try correct("L1", y, vault)
        vault.rollBack(to: mark)
        #expect(try submit("L2", x, vault) == ada)
        vault.discardPending()
        _ = try correct("L1", y, vault)
        vault.discardPending()
        #expect(try submit("L2", x, vault) == ada)
    }

    /// Another vault that follows the topic says the same, whichever records it has seen.
    @Test(arguments: [[0, 1, 2, 3], [1, 2, 3], [2, 3], [3, 2], [2, 0, 1, 3], [0, 2, 3]]) func theTopicCarriesIt(_ order: [Int]) throws {
        let vault = try fixture.vault()
        var topic: [KeyRecord] = []
        let ada = try submit("L1", x, vault)
        topic += try vault.pendingRecords()
        try vault.flush()
        _ = try correct("L1", y, vault)
        topic += try vault.pendingRecords()
        try vault.flush()
        let bob = try submit("L2", x, vault)
        topic += try vault.pendingRecords()
        try vault.flush()
        #expect(topic.map(\.subject) == [ada, ada, bob, ada] && topic[1].givenUp == [x] && topic[3].passedOn == [x])

        let other = try Vault(path: fixture.folder + "/other.db", masterKey: fixture.masterKey)
        for index in order { try other.adopt(topic[index]) }
        try other.flush()
        #expect(try other.findSubject(x) == bob && other.findSubject(y) == ada)
        #expect(try submit("L3", x, other) == bob)
        #expect(try correct("L1", x, other) == ada)
        #expect(Set(try other.allSubjects(x)) == [ada, bob])
    }

    /// Whoever learns it from the journal, once more and in its order, comes to the same.
    @Test func goingOverItAgainChangesNothing() throws {
        let vault = try fixture.vault()
        let ada = try submit("L1", x, vault)
        _ = try correct("L1", y, vault)
        let bob = try submit("L2", x, vault)
        try vault.flush()
        for (lead, address, subject) in [("L1", x, ada), ("L1", y, ada), ("L2", x, bob)] {
            try vault.state(address, lead: fixture.lead(lead), subject: subject)
        }
        try vault.flush()
        #expect(try vault.findSubject(x) == bob && vault.passedOn(x) == [ada] && vault.findSubject(y) == ada)
    }

    @Test func whoPassedAnAddressOnIsNotFoundByIt() throws {
        let vault = try fixture.vault()
        let ada = try submit("L1", x, vault)
        _ = try correct("L1", y, vault)
        let bob = try submit("L2", x, vault)
        _ = try correct("L2", fixture.email("z@acme.example"), vault)
        try vault.flush()
        #expect(try vault.findSubject(x) == bob && vault.allSubjects(x) == [bob, ada] && vault.passedOn(x) == [ada])
        try vault.erase(bob)
        #expect(try vault.findSubject(x) == nil && vault.passedOn(x) == [ada])
        #expect(try submit("L3", x, vault) != ada)
        #expect(try correct("L1", x, vault) == ada)
        #expect(try vault.passedOn(x).isEmpty)
    }
}
