import Audit
public import Engine
import GRDB
import Journal
import LeadlineCore
import Reports
import Vault

extension Deployment {
    /// Notes a read of personal data before anything is shown, so that what was shown is always noted. Where it cannot
    /// be noted, nothing is shown.
    /// - Parameters:
    ///   - action: what reads, as the command line names it.
    ///   - folder: whose log; by default that of the program's folder.
    ///   - reason: why, where who asks does not say it.
    /// - Throws: `Problem` also for a reason that holds an address: what is noted stays, whoever is erased.
    public func note(_ action: String, _ subjects: [String], in folder: DataFolder? = nil, reason: String? = nil) throws {
        let reason = reason ?? asker.reason
        guard Asker.isNameless(reason) else {
            throw Problem(
                .invalid, "a reason stays in the access log for good, so it holds no address",
                remedy: "Say why without naming anybody, e.g. by a case's number")
        }
        try signer(of: folder).noteAccess(program) { place in
            try JSONText.line(
                AccessRecord(
                    number: place.number, time: TimeText.utc(self.folder.now()), user: asker.actor,
                    role: asker.role.isEmpty ? nil : asker.role, agent: asker.agent.isEmpty ? nil : asker.agent,
                    command: action, program: program, subjects: subjects,
                    reason: reason.isEmpty ? "not stated" : reason, previous: place.previous, torn: place.torn))
        }
    }

    /// What signs a folder's access log; open already where there is one of the program's folder.
    private func signer(of folder: DataFolder?) throws -> CheckpointSigner {
        if folder == nil, let readers { return try readers.keyring.signer() }
        return try CheckpointSigner(folder ?? self.folder)
    }

    /// A folder's vault, in which nobody is left whom the journal says was erased, whatever backup it came from.
    func openedVault(in folder: DataFolder? = nil) throws -> Keyring {
        let folder = folder ?? self.folder
        let keyring = try folder.openVault()
        try PersonFinder.honourErasures(folder, keyring)
        return keyring
    }
}
