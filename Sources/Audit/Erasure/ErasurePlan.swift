import Engine
import Foundation
import LeadlineCore
import Vault

/// What an erasure that is under way set out to do, kept until the last of its certificates is written: after the
/// person's key is gone, the address leads nowhere any more, and whoever was interrupted asks by the address again.
///
/// It holds no name and no address: a name stands as its keyed digest.
struct ErasurePlan: Codable, Equatable {
    /// One person.
    struct Item: Codable, Equatable {
        /// Keyed digest of the name that the person was found by.
        var name: String
        var subjects: [String]
        var leads: [String]
        /// Keys of the rejected records that speak of the person.
        var records: [String]
        /// Leads that never came and are erased with the person.
        var waitedFor: [String]
        /// Partners whose profiles are the person's; nil in plans that do not tell.
        var partners: [String]?
    }

    var program: String
    var items: [Item] = []

    static func path(_ folder: DataFolder) -> String { folder.path + "/erasing.json" }

    /// The plan of a program that was not finished; an empty one if there is none.
    static func load(_ folder: DataFolder, program: String) throws -> ErasurePlan {
        try all(folder).first { $0.program == program } ?? ErasurePlan(program: program)
    }

    /// Keeps the plan, on disk before anything is done; one without items goes.
    func save(_ folder: DataFolder) throws {
        let others = try Self.all(folder).filter { $0.program != program }
        let plans = items.isEmpty ? others : others + [self]
        let path = Self.path(folder)
        guard !plans.isEmpty else {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            return
        }
        let next = path + ".next"
        let isWritten = FileManager.default.createFile(
            atPath: next, contents: try JSONEncoder().encode(plans), attributes: [.posixPermissions: 0o600])
        guard isWritten else { throw ArchiveError.file(path: next, "it cannot be written") }
        try DurableFiles.flush(next)
        guard unsafe rename(next, path) == 0 else { throw ArchiveError.file(path: path, "it cannot be written") }
        try DurableFiles.flush(folder.path, contents: false)
    }

    private static func all(_ folder: DataFolder) throws -> [ErasurePlan] {
        guard let data = FileManager.default.contents(atPath: path(folder)) else { return [] }
        return try JSONDecoder().decode([ErasurePlan].self, from: data)
    }

    /// The digest by which a name is found again.
    static func digest(_ name: String, _ pseudonyms: Pseudonyms) -> String {
        let isAddress = name.utf8.contains(UInt8(ascii: "@"))
        let value = isAddress ? AddressSpelling.addressOrText(name) : name
        return pseudonyms.lookup(kind: isAddress ? .email : .lead, value: value).description
    }
}
