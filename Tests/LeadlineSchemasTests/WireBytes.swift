import SwiftProtobuf

/// Protobuf written by hand, so that the tests rest on no encoder of ours.
enum WireBytes {
    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes = [UInt8]()
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func tag(_ number: Int32, _ wireType: UInt64) -> [UInt8] {
        varint(UInt64(number) << 3 | wireType)
    }

    static func delimited(_ number: Int32, _ content: [UInt8]) -> [UInt8] {
        tag(number, 2) + varint(UInt64(content.count)) + content
    }

    static func text(_ number: Int32, _ text: String) -> [UInt8] {
        delimited(number, Array(text.utf8))
    }

    static func number(_ number: Int32, _ value: UInt64) -> [UInt8] {
        tag(number, 0) + varint(value)
    }

    static func fixed64(_ number: Int32, _ value: UInt64) -> [UInt8] {
        tag(number, 1) + (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}

extension [UInt8] {
    /// Whether the other bytes stand in these in one piece.
    func holds(_ other: [UInt8]) -> Bool {
        guard other.count <= count else { return false }
        return (0...(count - other.count)).contains { Array(self[$0..<($0 + other.count)]) == other }
    }
}

/// SplitMix64 by Sebastiano Vigna, in the public domain: https://prng.di.unimi.it/splitmix64.c
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Random messages of any type in the schema.
struct RandomMessages {
    let index: SchemaIndex
    var generator: SeededGenerator

    /// A serialised message. Unknown fields are strewn in wherever the splitter can part them from the rest:
    /// nowhere inside an element of a list.
    mutating func bytes(_ message: MessageDescriptor, depth: Int = 0, insideElement: Bool = false) -> [UInt8] {
        var bytes = [UInt8]()
        var chosen = [Int32: Int32]()
        for field in message.field where field.hasOneofIndex && !field.proto3Optional {
            if chosen[field.oneofIndex] == nil || Bool.random(using: &generator) { chosen[field.oneofIndex] = field.number }
        }
        for field in message.field.shuffled(using: &generator) {
            if let winner = chosen[field.oneofIndex], field.hasOneofIndex, !field.proto3Optional, winner != field.number { continue }
            let most = field.label == .repeated ? 3 : field.hasOneofIndex || holdsChoice(field) ? 1 : 2
            for _ in 0..<Int.random(in: 0...most, using: &generator) {
                bytes += value(field, depth: depth, insideElement: insideElement)
            }
        }
        if !insideElement, Int.random(in: 0..<3, using: &generator) == 0 { bytes += unknown() }
        return bytes
    }

    /// True for a message in which one of several fields stands: twice it may say two, of which the last counts, and no
    /// encoder writes that.
    private func holdsChoice(_ field: FieldDescriptor, depth: Int = 0) -> Bool {
        guard field.type == .message, field.label != .repeated, depth < 8, let inner = index.message(of: field) else { return false }
        return inner.field.contains { ($0.hasOneofIndex && !$0.proto3Optional) || holdsChoice($0, depth: depth + 1) }
    }

    private mutating func value(_ field: FieldDescriptor, depth: Int, insideElement: Bool) -> [UInt8] {
        switch field.type {
        case .message:
            guard let inner = index.message(of: field), depth < 8 else { return [] }
            let isElement = insideElement || field.label == .repeated
            return WireBytes.delimited(field.number, bytes(inner, depth: depth + 1, insideElement: isElement))
        case .string: return WireBytes.text(field.number, text())
        case .bytes: return WireBytes.delimited(field.number, Array(text().utf8))
        case .double: return WireBytes.fixed64(field.number, UInt64.random(in: 0..<(1 << 50), using: &generator))
        case .bool: return WireBytes.number(field.number, 1)
        default: return WireBytes.number(field.number, UInt64.random(in: 0..<(1 << 31), using: &generator))
        }
    }

    private mutating func text() -> String {
        String(repeating: "àbc ", count: Int.random(in: 0...60, using: &generator))
    }

    private mutating func unknown() -> [UInt8] {
        let number = Int32.random(in: 500...(1 << 28), using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return WireBytes.text(number, text())
        case 1: return WireBytes.number(number, UInt64.random(in: 0...UInt64.max, using: &generator))
        case 2: return WireBytes.fixed64(number, UInt64.random(in: 0...UInt64.max, using: &generator))
        default: return WireBytes.tag(number, 3) + WireBytes.text(1, text()) + WireBytes.tag(number, 4)
        }
    }
}
