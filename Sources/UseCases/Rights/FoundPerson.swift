import Audit
import Engine
import Foundation
import LeadlineCore
import Vault

/// A person whom somebody asks about.
struct FoundPerson {
    let person: Person
    let keyring: Keyring?
    /// True if every key of the person is gone.
    var isErased: Bool {
        !person.allSubjects.isEmpty && person.allSubjects.allSatisfy { keyring?.vault.isErased($0) ?? false }
    }
}

/// How people are named.
public enum PersonName {
    /// Longest name by which a person is sought.
    public static let charactersMax = 320
    static let tooLong = "a person is named by text of at most \(charactersMax) characters: an e-mail address, a lead's id or a partner's id"
    public static let howPeopleAreFound =
        "An erased person is found by a lead's id; 'leadline leads list' shows leads, 'leadline deadletter list' what was refused"

    /// - Throws: `Problem` for a name that is too long.
    public static func check(_ name: String, at place: String = "", remedy: String = "") throws(Problem) {
        if name.unicodeScalars.count > charactersMax { throw Problem(.invalid, tooLong, at: place, remedy: remedy) }
    }
}

extension Deployment {
    /// Finds a person; whom the journal erased, an old vault does not bring back.
    func person(_ name: String, reach: LinkReach = .all) throws -> FoundPerson {
        let found = try personIfKnown(name, reach: reach)
        if found.person == .unknown { throw Problem.nobody(in: program) }
        return found
    }

    /// The same; where nobody is found, a person of whom nothing is known but what rejected records may say.
    func personIfKnown(_ name: String, reach: LinkReach = .all) throws -> FoundPerson {
        try PersonName.check(name)
        let hasKey = FileManager.default.fileExists(atPath: folder.settings.masterKeyFile)
        if !hasKey && name.utf8.contains(UInt8(ascii: "@")) {
            throw Problem(
                .unavailable, "an e-mail address is found with the master key alone, and there is none",
                at: folder.settings.masterKeyFile,
                remedy: "Restore it, or name a lead")
        }
        let keyring = hasKey ? try openedVault() : nil
        let line = progress("indexing")
        defer { line.finish() }
        let finder = try PersonFinder(folder, program: program, keyring: keyring)
        let person = try finder.find(name, reach: reach, progress: { line.update($0, of: $1) })
        return FoundPerson(person: person ?? .unknown, keyring: keyring)
    }
}

extension Problem {
    /// Nobody was found by what was given.
    static func nobody(in program: String) -> Problem {
        Problem(.notFound, "no such person is known in the program \(program)", remedy: PersonName.howPeopleAreFound)
    }
}
