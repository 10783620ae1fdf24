import LeadlineSchemas
import SwiftProtobuf
import Testing

/// Goal: nothing that the schema does not mark clear reaches the clear part, and nothing gets lost.
/// Method: one message for every path to a field of every input, made by hand with a token in that field;
/// seeded random messages put together again; bytes that are cut or wrong.
@Suite struct FieldSealingTests {
    let index: SchemaIndex

    init() throws {
        index = SchemaIndex(try SchemaFiles.committed())
    }

    // MARK: - Where a field goes

    /// A way from an input down to a field that is not a message.
    struct Path {
        var fields: [FieldDescriptor]
        var isClear: Bool
        var name: String
    }

    private func paths(from message: MessageDescriptor, through seen: [String] = []) -> [Path] {
        guard !seen.contains(message.name) else { return [] }
        return message.field.flatMap { field -> [Path] in
            let isClear = index.isClear(field, of: message)
            guard let inner = index.message(of: field) else {
                return [Path(fields: [field], isClear: isClear, name: "\(message.name).\(field.name)")]
            }
            return paths(from: inner, through: seen + [message.name]).map {
                Path(fields: [field] + $0.fields, isClear: isClear && $0.isClear, name: "\(message.name).\(field.name)/\($0.name)")
            }
        }
    }

    /// The message with the token at the end of the path, and the token as it stands on the wire.
    private func message(_ path: Path, token number: Int) throws -> (bytes: [UInt8], token: [UInt8]) {
        let leaf = try #require(path.fields.last)
        let unique = UInt64(0x5A_5A00_0000 + number)
        let (field, token): ([UInt8], [UInt8]) =
            switch leaf.type {
            case .string, .bytes:
                (WireBytes.text(leaf.number, "token-\(number)-end"), Array("token-\(number)-end".utf8))
            case .double:
                (WireBytes.fixed64(leaf.number, unique), Array(WireBytes.fixed64(1, unique).dropFirst()))
            default:
                (WireBytes.number(leaf.number, unique), WireBytes.varint(unique))
            }
        let bytes = path.fields.dropLast().reversed().reduce(field) { WireBytes.delimited($1.number, $0) }
        return (bytes, token)
    }

    @Test func everyFieldGoesWhereTheSchemaSays() throws {
        var counts = [true: 0, false: 0]
        for input in index.inputs {
            let kind = try #require(MessageKind(fullName: "leadline.v1.\(input.name)"))
            for (number, path) in paths(from: input).enumerated() {
                let (bytes, token) = try message(path, token: number)
                let (clear, sealed) = try FieldSealing.split(bytes, as: kind)
                #expect(clear.holds(token) == path.isClear, "\(path.name)")
                #expect(sealed.holds(token) == !path.isClear, "\(path.name)")
                counts[path.isClear, default: 0] += 1
            }
        }
        // The walk itself could go wrong and look at nothing.
        #expect(counts[true, default: 0] > 120 && counts[false, default: 0] > 40, "\(counts)")
    }

    /// A clear number may come from a producer with another type; its parser treats it as unknown, and so do we.
    @Test func clearNumbersUnderAForeignWireTypeAreSealed() throws {
        for input in index.inputs {
            let kind = try #require(MessageKind(fullName: "leadline.v1.\(input.name)"))
            for field in input.field where field.options.hasLeadline_V1_clear {
                let secret = WireBytes.fixed64(field.number, 0x6563_7265_7473_6574)
                let parts = try FieldSealing.split(secret, as: kind)
                #expect(parts.clear.isEmpty && parts.sealed == secret, "\(input.name).\(field.name)")
            }
        }
    }

    @Test func unknownFieldsAreSealedAtEveryDepth() throws {
        let unknown = WireBytes.text(999, "a name from the future")
        let known = WireBytes.number(1, 1200)
        let money = WireBytes.delimited(11, known + unknown)
        let parts = try FieldSealing.split(unknown + money, as: .leadSubmitted)
        #expect(parts.clear == WireBytes.delimited(11, known))
        #expect(parts.sealed == unknown + WireBytes.delimited(11, unknown))
    }

    @Test func presenceOfASplitMessageStaysClear() throws {
        let money = WireBytes.delimited(11, WireBytes.text(999, "unknown"))
        let parts = try FieldSealing.split(money, as: .leadSubmitted)
        #expect(parts.clear == WireBytes.delimited(11, []))
        #expect(parts.sealed == money)
    }

    @Test func longSplitMessagesGetTheirLengthsRight() throws {
        let rule = WireBytes.delimited(2, WireBytes.text(1, String(repeating: "r", count: 40_000)))
        let unknown = WireBytes.text(999, String(repeating: "u", count: 300))
        let policy = WireBytes.delimited(1, rule + unknown)
        let parts = try FieldSealing.split(policy, as: .policyPublished)
        #expect(parts.clear == WireBytes.delimited(1, rule))
        #expect(parts.sealed == WireBytes.delimited(1, unknown))
    }

    @Test func clearMessagesAreCopiedWhole() throws {
        let policy = try WirePolicyPublished(jsonUTF8Bytes: SchemaFiles.data("examples/PolicyPublished.json"))
        let bytes: [UInt8] = try policy.serializedBytes()
        let parts = try FieldSealing.split(bytes, as: .policyPublished)
        #expect(parts.clear == bytes && parts.sealed.isEmpty)
        let nothing = try FieldSealing.split([], as: .leadSubmitted)
        #expect(nothing.clear.isEmpty && nothing.sealed.isEmpty)
    }

    // MARK: - Together again

    @Test(arguments: MessageKind.allCases) func partsMergeToTheOriginal(kind: MessageKind) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let name = String(kind.fullName.dropFirst("leadline.v1.".count))
        let descriptor = try #require(index.messages[".\(kind.fullName)"])
        let type = try #require(messageTypes[name])
        var random = RandomMessages(index: index, generator: SeededGenerator(state: seed))
        for round in 0..<200 {
            let bytes = random.bytes(descriptor)
            let (clear, sealed) = try FieldSealing.split(bytes, as: kind)
            let original = try type.init(serializedBytes: bytes)
            let merged = try type.init(serializedBytes: clear + sealed)
            #expect(merged.isEqualTo(message: original), "\(name), seed \(seed), round \(round)")
        }
    }

    @Test(arguments: MessageKind.allCases) func examplesMergeToTheOriginal(kind: MessageKind) throws {
        let name = String(kind.fullName.dropFirst("leadline.v1.".count))
        let type = try #require(messageTypes[name])
        let original = try type.init(jsonUTF8Bytes: SchemaFiles.data("examples/\(name).json"))
        let bytes: [UInt8] = try original.serializedBytes()
        let (clear, sealed) = try FieldSealing.split(bytes, as: kind)
        #expect(clear.count + sealed.count == bytes.count)
        #expect(try type.init(serializedBytes: clear + sealed).isEqualTo(message: original))
    }

    // MARK: - Bytes that are wrong

    @Test func everyCutOfAMessageIsRefusedOrWhole() throws {
        let lead = try WireLeadSubmitted(jsonUTF8Bytes: SchemaFiles.data("examples/LeadSubmitted.json"))
        let bytes: [UInt8] = try lead.serializedBytes()
        for end in 0..<bytes.count {
            let cut = Array(bytes[..<end])
            do {
                let parts = try FieldSealing.split(cut, as: .leadSubmitted)
                #expect(parts.clear.count + parts.sealed.count == end)
            } catch {
                #expect(error.kind == .truncated, "cut at \(end)")
            }
        }
    }

    @Test func damagedBytesNeverTrap() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(state: seed)
        let policy = try WirePolicyPublished(jsonUTF8Bytes: SchemaFiles.data("examples/PolicyPublished.json"))
        let bytes: [UInt8] = try policy.serializedBytes()
        var refused = 0
        for _ in 0..<5_000 {
            var damaged = bytes
            for _ in 0..<3 { damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
            do { _ = try FieldSealing.split(damaged, as: .policyPublished) } catch { refused += 1 }
        }
        #expect(refused > 0, "seed \(seed)")
    }

    static let malformed: [([UInt8], WireError.Kind)] = [
        ([0x0A], .truncated), ([0x0A, 0x05, 0x61], .truncated), ([0x31, 0x00], .truncated), ([0x35, 0x00], .truncated),
        ([0x80], .truncated), ([0x0B, 0x08, 0x01], .truncated), ([0x00, 0x01], .malformedTag), ([0x0E], .malformedTag),
        ([0x0F], .malformedTag), ([0x0C], .malformedTag), ([0x0B, 0x14], .malformedTag),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x00], .malformedTag),
        ([0x50] + [UInt8](repeating: 0xFF, count: 10) + [0x01], .malformedVarint),
        ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .truncated),
        ([UInt8](repeating: 0x0B, count: 1_000), .tooDeep),
    ]

    @Test(arguments: malformed) func malformedBytesAreTypedErrors(bytes: [UInt8], kind: WireError.Kind) {
        let error = #expect(throws: WireError.self) { try FieldSealing.split(bytes, as: .leadSubmitted) }
        #expect(error?.kind == kind)
    }

    @Test func nestingIsBounded() throws {
        func policy(negations: Int) -> [UInt8] {
            let predicate = (0..<negations).reduce([UInt8]()) { inner, _ in WireBytes.delimited(3, inner) }
            return WireBytes.delimited(1, WireBytes.delimited(2, WireBytes.delimited(2, predicate)))
        }
        // The input, the policy, the rule and its predicate are four levels; each negation adds one.
        let deepest = policy(negations: FieldSealing.depthMax - 4)
        #expect(try FieldSealing.split(deepest, as: .policyPublished).clear == deepest)
        let error = #expect(throws: WireError.self) {
            try FieldSealing.split(policy(negations: FieldSealing.depthMax - 3), as: .policyPublished)
        }
        #expect(error?.kind == .tooDeep)
    }

    @Test func anUnknownFieldInAListElementIsRefused() {
        let hours = WireBytes.delimited(17, WireBytes.number(1, 3) + WireBytes.text(999, "Giulia"))
        let error = #expect(throws: WireError.self) { try FieldSealing.split(hours, as: .partnerUpserted) }
        #expect(error == WireError(.malformedTag, field: "field 17"))
    }
}
