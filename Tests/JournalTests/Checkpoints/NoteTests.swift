import ChildPrograms
import Foundation
import Journal
import Testing

/// Goal: notes, keys and checkpoints are those of the C2SP texts, read strictly. Method: the texts' own examples,
/// signatures made here and verified by Python, and every byte of a note changed in turn.
@Suite struct NoteTests {
    /// The example of C2SP signed-note and of tlog-cosignature.
    static let example = """
        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==

        """

    private func signed(_ size: UInt64 = 7) throws -> (note: SignedNote, log: SignerKey, witness: SignerKey) {
        let log = try SignerKey(name: "example.com/leads/demo")
        let witness = try SignerKey(name: "witness.example", type: .cosignature)
        let text = Checkpoint(origin: "example.com/leads/demo", size: size, root: syntheticLeaf(size), extensions: ["more"]).text
        var note = try SignedNote(text: text)
        try note.sign(log)
        try note.cosign(witness, time: 1_767_571_200)
        return (note, log, witness)
    }

    @Test func theSpecificationsExampleIsReadAndWrittenBack() throws {
        let note = try SignedNote(Array(Self.example.utf8))
        #expect(note.description == Self.example)
        #expect(note.signatures.map(\.name) == ["example.com/behind-the-sofa", "witness.example.com/w1"])
        #expect(note.signatures.map(\.keyID) == [0x033d_e0ae, 0x8d66_cf3f])
        let checkpoint = try Checkpoint(text: note.text)
        #expect(checkpoint.size == 20_852_163 && checkpoint.extensions == [])
        #expect(checkpoint.text == note.text)
    }

    @Test func signaturesVerifyHereAndInPython() throws {
        let (note, log, witness) = try signed()
        try note.verify(log.verifier)
        #expect(try note.cosignedTime(witness.verifier) == 1_767_571_200)
        let again = try SignedNote(note.bytes)
        #expect(again == note)
        var python = PythonVerifier()
        try python.add(["kind": "note", "note": note.description, "keys": ["\(log.verifier)", "\(witness.verifier)"]])
        let (ending, verified) = try python.run()
        #expect(ending == .exited(0) && verified == 1)
    }

    @Test func anyChangedByteIsRefused() throws {
        let (note, log, witness) = try signed()
        let good = note.bytes
        for index in good.indices {
            var bad = good
            bad[index] ^= 1
            #expect(throws: NoteError.self, "byte \(index)") {
                let read = try SignedNote(bad)
                _ = try Checkpoint(text: read.text)
                try read.verify(log.verifier)
                try read.verify(witness.verifier)
            }
        }
    }

    @Test func othersSignaturesSayNothing() throws {
        let (note, log, _) = try signed()
        let stranger = try SignerKey(name: log.verifier.name)
        #expect(throws: NoteError.unsigned(key: "\(log.verifier.name)+\(stranger.verifier.idText)")) { try note.verify(stranger.verifier) }
        // The same secret as a witness's is another key.
        let other = try VerifierKey(name: log.verifier.name, type: .cosignature, publicKey: log.verifier.publicKey)
        #expect(throws: NoteError.self) { try note.verify(other) }
    }

    @Test func keysAreReadAsTheyAreWritten() throws {
        let key = try SignerKey(name: "example.com/leads")
        #expect(try VerifierKey("\(key.verifier)") == key.verifier)
        #expect(try SignerKey(secretText: key.secretText).verifier == key.verifier)
        #expect(!"\(key)".contains(key.secretText.suffix(40)))
        #expect(!"\(String(reflecting: key))".contains(key.secretText.suffix(40)))
        // Vector of Go's sumdb/note.
        let go = try VerifierKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        #expect(go.idText == "c74f20a3" && go.type == .ed25519)
        for bad in ["", "a", "a+b", "a+00000000+AAAA", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "\(key.verifier) "] {
            #expect(throws: NoteError.self, "\(bad)") { try VerifierKey(bad) }
        }
    }

    @Test func aNoteSignedByGoVerifies() throws {
        let key = try VerifierKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let note = try SignedNote(Array("""
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """.utf8))
        try note.verify(key)
    }

    @Test(arguments: [
        "", "\n", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\u{2014} name\n", "a\n\n\u{2014} name AAAA\n", "a\n\n\u{2014} na+me AAAAAAAA\n",
        "a\u{1}\n\n\u{2014} name AAAAAAAA\n", "a\n\n\u{2014} name AAAAAAAA", "a\n\n\u{2014} name AAAAAAA=\u{20}\n", "\n\n\u{2014} name AAAAAAAA\n",
    ])
    func whatIsNoNoteIsRefused(text: String) {
        #expect(throws: NoteError.self) { try SignedNote(Array(text.utf8)) }
    }

    @Test func hostileNotesAreBounded() {
        let line = "\u{2014} name AAAAAAAA\n"
        #expect(throws: NoteError.self) { try SignedNote(Array(("a\n\n" + String(repeating: line, count: 65)).utf8)) }
        #expect(throws: NoteError.self) { try SignedNote(Array(("a\n\n" + String(repeating: line, count: 1_000_000)).utf8)) }
    }

    @Test(arguments: [
        "log\n7\n", "log\n07\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "log\n+7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log\n0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "log\n7\nCsUY\n", "\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log\n18446744073709551616\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nx\n",
    ])
    func whatIsNoCheckpointIsRefused(text: String) {
        #expect(throws: NoteError.self) { try Checkpoint(text: text) }
    }

    @Test func statementsLeadFromKeyToKey() throws {
        let keys = try (0..<4).map { _ in try SignerKey(name: "log") }
        let notes = try (0..<3).map { try KeyRotation.sign(from: keys[$0], to: keys[$0 + 1].verifier, time: 5) }
        let statements = try notes.map { try KeyRotation(try SignedNote($0.bytes)) }
        let succession = try KeySuccession(first: keys[0].verifier, rotations: statements.reversed())
        #expect(succession.keys == keys.map(\.verifier))
        #expect(try KeySuccession(first: keys[2].verifier.named("log/demo"), rotations: statements).keys.count == 2)
        for key in keys {
            var note = try SignedNote(text: Checkpoint(origin: "log/demo", size: 1, root: syntheticLeaf(1)).text)
            try note.sign(key.named("log/demo"))
            #expect(try succession.verify(note, origin: "log/demo").publicKey == key.verifier.publicKey)
            #expect(throws: NoteError.self) { try succession.verify(note, origin: "log/other") }
        }
        // Somebody without the old key cannot name a successor; whoever has it and names another is found out.
        let stranger = try SignerKey(name: "log")
        let forged = notes[2].description.replacing("\(keys[3].verifier)", with: "\(stranger.verifier)")
        #expect(throws: NoteError.self) { try KeyRotation(try SignedNote(Array(forged.utf8))) }
        let fork = try KeyRotation(try KeyRotation.sign(from: keys[1], to: stranger.verifier, time: 6))
        #expect(throws: NoteError.self) { try KeySuccession(first: keys[0].verifier, rotations: statements + [fork]) }
        let circle = try KeyRotation(try KeyRotation.sign(from: keys[3], to: keys[0].verifier, time: 7))
        #expect(try KeySuccession(first: keys[0].verifier, rotations: statements + [circle]).keys.count == 4)
    }

    @Test func proofFilesAreReadAsTheyAreWritten() throws {
        let leaves = (0..<UInt64(9)).map(syntheticLeaf)
        let (proofs, key) = (recursiveProofs(leaves), try SignerKey(name: "log/demo"))
        func note(_ size: UInt64) throws -> SignedNote {
            var note = try SignedNote(text: Checkpoint(origin: "log/demo", size: size, root: try proofs.root(size: size)).text)
            try note.sign(key)
            return note
        }
        let inclusion = InclusionProof(position: 4, entry: [0, 0, 0, 0, 0, 0, 0, 4], path: try proofs.inclusion(of: 4, size: 9), checkpoint: try note(9))
        let again = try InclusionProof(Array(inclusion.text.utf8))
        #expect(again == inclusion)
        try again.verify(leaf: HashChain.leaf(of: again.entry ?? []))
        #expect(throws: ProofFault.self) { try again.verify(leaf: leaves[3]) }
        let bare = InclusionProof(position: 0, entry: nil, path: [], checkpoint: try note(1))
        #expect(try InclusionProof(Array(bare.text.utf8)) == bare)
        let consistency = ConsistencyProof(path: try proofs.consistency(from: 3, to: 9), old: try note(3), new: try note(9))
        #expect(try ConsistencyProof(Array(consistency.text.utf8)) == consistency)
        try consistency.verify()
        let text = Array(inclusion.text.utf8)
        for end in text.indices where end < text.count - 1 {
            #expect(throws: NoteError.self, "cut at \(end)") { try InclusionProof(Array(text[..<end])) }
        }
    }
}
