import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas
import Simulation
import SwiftProtobuf
import Testing
import Vault

/// Dead letters of any size: whole, in parts, or told of by size and digest. (Guarantee 1.)
@Suite struct DeadLetterPartsTests {
    private func record(_ valueBytes: Int, headerBytes: Int = 0, keyBytes: Int = 4) -> LogRecord {
        let header = RecordHeader(name: Array("h".utf8), value: Array(repeating: 7, count: headerBytes))
        return LogRecord(
            topic: .leads, partition: 3, offset: 41, received: Timestamp(micros: 1_700_000_000_000_000),
            key: Array(repeating: UInt8(ascii: "k"), count: keyBytes), headers: [header],
            value: Array(repeating: 9, count: valueBytes / 2) + Array(repeating: 200, count: valueBytes - valueBytes / 2))
    }

    private func letters(_ folder: TestFolder) throws -> (DeadLetters, Vault) {
        let keyring = try folder.folder.openVault()
        return (DeadLetters(keyring), keyring.vault)
    }

    @Test(arguments: [0, 1, 999_000, 1_000_000, 1_048_576, 1_048_588, 4_194_304, 8_388_608, 33_554_432])
    func aRecordOfAnySizeComesBackByteForByte(_ valueBytes: Int) throws {
        let folder = try TestFolder()
        let (deadLetters, vault) = try letters(folder)
        let record = record(valueBytes)
        let whole = try deadLetters.make(record, Rejection(.tooLarge, "too large"))
        for bytesMax in [65_536, 900_000, 4_192_256] {
            let parts = try DeadLetterParts.split(whole, bytesMax: bytesMax)
            #expect(parts.allSatisfy { $0.count <= bytesMax })
            var joining = DeadLetterParts()
            var joined: [(letter: WireDeadLetter, offset: Int64)] = []
            for (index, part) in parts.enumerated() {
                let letter = try WireDeadLetter(serializedBytes: part)
                #expect(letter.reason == .tooLarge && letter.detail == "too large" && letter.origin.offset == 41)
                if let next = joining.take(letter, offset: 100 + Int64(index)) { joined.append(next) }
            }
            #expect(joined.map(\.offset) == [100])
            let opened = try DeadLetters.open(try #require(joined.first).letter, vault)
            #expect(Array(opened.value) == record.value && Array(opened.key) == record.key)
        }
    }

    @Test func hugeHeadersAndKeysAreKeptToo() throws {
        let folder = try TestFolder()
        let (deadLetters, vault) = try letters(folder)
        let record = record(10, headerBytes: 3_000_000, keyBytes: 2_000_000)
        let parts = try DeadLetterParts.split(deadLetters.make(record, Rejection(.tooLarge, "")), bytesMax: 900_000)
        #expect(parts.count == 6)
        var joining = DeadLetterParts()
        var whole: WireDeadLetter?
        for part in parts { whole = joining.take(try WireDeadLetter(serializedBytes: part), offset: 0)?.letter ?? whole }
        let opened = try DeadLetters.open(try #require(whole), vault)
        #expect(opened.key.count == 2_000_000 && opened.headers.map(\.value.count) == [3_000_000])
    }

    @Test func whatIsTooLargeToKeepIsToldBySizeAndDigest() throws {
        let folder = try TestFolder()
        let (deadLetters, vault) = try letters(folder)
        let record = record(DeadLetters.recordBytesMax)
        let letter = try WireDeadLetter(serializedBytes: deadLetters.make(record, Rejection(.tooLarge, "too large")))
        #expect(letter.recordBytes == UInt64(DeadLetters.recordBytesMax + 5))
        #expect(letter.recordDigest.count == 32 && letter.sealed.isEmpty && letter.keyID.isEmpty)
        #expect(throws: DeadLetterError.notKept(recordBytes: letter.recordBytes)) { try DeadLetters.open(letter, vault) }
    }

    @Test func aPartAloneAndPartsOutOfOrderOpenNothing() throws {
        let folder = try TestFolder()
        let (deadLetters, vault) = try letters(folder)
        let parts = try DeadLetterParts.split(deadLetters.make(record(300_000), Rejection(.tooLarge, "")), bytesMax: 100_000)
            .map { try WireDeadLetter(serializedBytes: $0) }
        #expect(throws: DeadLetterError.self) { try DeadLetters.open(parts[0], vault) }
        for order in [[1, 2, 3], [0, 2, 3], [0, 1, 3], [3, 2, 1, 0]] {
            var joining = DeadLetterParts()
            #expect(order.allSatisfy { joining.take(parts[$0], offset: 0) == nil }, "order \(order)")
        }
    }

    @Test func headersOfTooManyBytesAreRefused() throws {
        let folder = try TestFolder()
        var intake = Intake(try folder.folder.openVault())
        var input = record(10, headerBytes: Intake.headerBytesMax)
        let error = #expect(throws: Rejection.self) { try intake.take(input) }
        #expect(error?.reason == .tooLarge && error?.field == "headers")
        input.headers = []
        let other = #expect(throws: Rejection.self) { try intake.take(input) }
        #expect(other?.reason != .tooLarge)
    }
}
