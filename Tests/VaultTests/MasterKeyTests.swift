import Foundation
import Testing
import Vault

/// A key file is refused with words that say how to mend it.
@Suite struct MasterKeyTests {
    let fixture: VaultFixture
    var path: String { fixture.folder + "/master.key" }

    init() throws {
        fixture = try VaultFixture()
    }

    @Test func aLoadedKeyOpensWhatTheCreatedOneMade() throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let loaded = try MasterKey.load(from: path)
        let lookup = Pseudonyms(masterKey: loaded, program: "acme").lookup(kind: .lead, value: "L1")
        #expect(lookup == fixture.lead("L1"))
        _ = try fixture.vault()
        _ = try Vault(path: fixture.path, masterKey: loaded)
    }

    @Test func aKeyIsNeverPrinted() throws {
        let digits = try String(contentsOfFile: path, encoding: .utf8).prefix(64)
        var dumped = ""
        dump(fixture.masterKey, to: &dumped)
        for text in ["\(fixture.masterKey)", String(reflecting: fixture.masterKey), dumped] {
            #expect(!text.lowercased().contains(digits.prefix(8)))
            #expect(text.count < 40)
        }
    }

    @Test func anotherKeyDoesNotOpenTheVault() throws {
        _ = try fixture.vault()
        let other = try #require(MasterKey(bytes: [UInt8](repeating: 1, count: 32)))
        #expect(throws: VaultError.wrongMasterKey(path: fixture.path)) {
            try Vault(path: fixture.path, masterKey: other)
        }
    }

    @Test func anExistingFileIsNotOverwritten() throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: VaultError.masterKeyExists(path: path)) { try MasterKey.create(at: path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func anAbsentFileIsNamed() {
        let absent = fixture.folder + "/none.key"
        #expect(throws: VaultError.masterKeyAbsent(path: absent)) { try MasterKey.load(from: absent) }
        #expect(throws: VaultError.self) { try MasterKey.create(at: fixture.folder + "/no/such/folder.key") }
    }

    @Test(arguments: [0o640, 0o604, 0o666]) func aFileThatOthersMayUseIsRefused(mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(throws: VaultError.masterKeyExposed(path: path, mode: mode)) { try MasterKey.load(from: path) }
    }

    @Test(arguments: ["", "abc", String(repeating: "g", count: 64), String(repeating: "0", count: 66)])
    func aFileThatHoldsNoKeyIsRefused(text: String) throws {
        try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(throws: VaultError.masterKeyMalformed(path: path, digits: text.count)) {
            try MasterKey.load(from: path)
        }
    }

    @Test func aFileThatIsNoVaultIsRefused() throws {
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: fixture.path))
        #expect(throws: VaultError.notAVault(path: fixture.path)) { try fixture.vault() }
    }
}
