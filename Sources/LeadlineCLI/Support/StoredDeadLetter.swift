import ArgumentParser
import Engine
import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

extension DeadLetterPlace {
    /// The place that an argument names.
    static func argument(_ text: String) throws -> DeadLetterPlace {
        guard let place = DeadLetterPlace(text) else {
            throw ValidationError("a dead letter is named by its offset, with --kafka by partition:offset, not '\(Escaping.harmless(text))'")
        }
        return place
    }
}

extension DeadLetterView {
    /// Reads a stored dead letter.
    init(_ place: DeadLetterPlace, stored bytes: [UInt8]) throws { self.init(place, try WireDeadLetter(serializedBytes: bytes)) }
}

extension OpenedRecord {
    /// Opens a dead letter's record.
    static func open(_ letter: WireDeadLetter, _ vault: Vault) throws -> OpenedRecord {
        do { return .record(try DeadLetters.open(letter, vault)) } catch VaultError.erased {
            return .erased
        } catch DeadLetterError.notKept {
            return .notKept
        }
    }
}
