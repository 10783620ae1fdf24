import CZlib
import Foundation
import LeadlineSchemas
import SwiftProtobuf
import Testing

@testable import Engine

/// Goal: an address is found in every encoding that a producer may have put on it, one inside the other, and what cannot
/// be looked through is said. Method: one address in each encoding, in pairs, and hostile bytes.
@Suite struct DecodedLayersTests {
    private static let address = "kim@acme.example"

    private static func gzip(_ bytes: [UInt8], windowBits: Int32 = 31) -> [UInt8] {
        var stream = unsafe z_stream()
        _ = unsafe deflateInit2_(&stream, 6, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { _ = unsafe deflateEnd(&stream) }
        var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + 1_000))
        let left = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = target.baseAddress
                unsafe stream.avail_out = UInt32(target.count)
                _ = unsafe deflate(&stream, Z_FINISH)
                return unsafe Int(stream.avail_out)
            }
        }
        return Array(output.dropLast(left))
    }

    private static let encodings: [(name: String, encode: @Sendable ([UInt8]) throws -> [UInt8])] = [
        ("base64", { Array("{\"data_base64\":\"\(Data($0).base64EncodedString())\"}".utf8) }),
        ("base64url", { Array("x=\(Data($0).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))".utf8) }),
        ("base64 in lines", { Array(Data($0 + Array(repeating: 0x20, count: 90)).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed]).utf8) }),
        ("hexadecimal", { Array(("id " + $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()).utf8) }),
        ("percent", { $0.flatMap { byte in Array("%\(String(byte >> 4, radix: 16))\(String(byte & 15, radix: 16))".utf8) } }),
        ("quoted-printable", { $0.flatMap { $0 == 0x40 || $0 == 0x3D ? Array("=\(String($0, radix: 16, uppercase: true))=\r\n".utf8) : [$0] } }),
        ("JSON escapes", { Array("\"".utf8) + $0.flatMap { $0 < 0x80 ? Array("\\u00\(String($0 >> 4, radix: 16))\(String($0 & 15, radix: 16))".utf8) : [$0] } + Array("\"".utf8) }),
        ("entities", { $0.flatMap { $0 < 0x80 ? Array("&#\($0);".utf8) : [$0] } }),
        ("named entities", { $0.flatMap { $0 == 0x40 ? Array("&commat;".utf8) : $0 == 0x2E ? Array("&period;".utf8) : $0 == 0x26 ? Array("&amp;".utf8) : [$0] } }),
        ("path of a URL", { Array("https://t.example/unsub/\(Data($0).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))/go".utf8) }),
        ("JSON in a string", { bytes in
            if String(validating: bytes, as: UTF8.self) == nil { return Array(#"{"d":"\#(Data(bytes).base64EncodedString())"}"#.utf8) }
            let inner = try JSONEncoder().encode(["a": String(decoding: bytes, as: UTF8.self)])
            return [UInt8](try JSONEncoder().encode(["b": String(decoding: inner, as: UTF8.self)]))
        }),
        ("MIME multipart", { bytes in
            let lines = Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
            return Array("Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Transfer-Encoding: base64\r\n\r\n\(lines)\r\n--b1--\r\n".utf8)
        }),
        ("gzip", { gzip($0) }),
        ("two gzips", { gzip(Array("first ".utf8)) + gzip($0) }),
        ("zlib", { gzip($0, windowBits: 15) }),
        ("deflate", { gzip($0, windowBits: -15) }),
        ("UTF-16 with a mark", { [0xFE, 0xFF] + $0.flatMap { [0, $0] } }),
        ("UTF-16", { $0.flatMap { [$0, 0] } }),
        ("protobuf", { bytes in
            var lead = WireLeadSubmitted()
            lead.message = String(decoding: bytes, as: UTF8.self)
            lead.leadID = "l"
            return try lead.serializedBytes()
        }),
    ]

    private static func holds(_ bytes: [UInt8]) -> Bool {
        DecodedLayers(bytes).layers.contains { String(decoding: $0, as: UTF8.self).contains(address) }
    }

    @Test func eachEncodingAndEachInsideEachOther() throws {
        for outer in Self.encodings {
            let once = try outer.encode(Array("to \(Self.address)!".utf8))
            #expect(Self.holds(once), "\(outer.name)")
            #expect(DecodedLayers(once).isComplete, "\(outer.name)")
            for inner in Self.encodings {
                // Protobuf's strings hold text alone, and an entity or escape stands for one of its signs.
                let bytes = try inner.encode(Array("to \(Self.address)!".utf8))
                if String(validating: bytes, as: UTF8.self) == nil && ["protobuf", "UTF-16", "UTF-16 with a mark", "entities", "named entities", "JSON escapes", "quoted-printable"].contains(outer.name) { continue }
                // Blanks after UTF-16, or escapes in protobuf, make neither of it.
                if [("UTF-16", "base64 in lines"), ("protobuf", "quoted-printable")].contains(where: { $0 == (inner.name, outer.name) }) { continue }
                #expect(Self.holds(try outer.encode(bytes)), "\(inner.name) in \(outer.name)")
            }
        }
    }

    /// The shortest addresses are found in base64 too, and other letters than Latin ones in UTF-16.
    @Test func shortAndForeign() {
        for text in ["eA a2ltQGEuaW8=", #"{"d":"YUBiLmlv"}"#] {
            #expect(DecodedLayers(Array(text.utf8)).layers.contains { $0.contains(0x40) }, "\(text)")
        }
        let units = Array("Пишите нам: \(Self.address), жду ответа от вас завтра утром, пожалуйста".utf16)
        for isBig in [true, false] {
            let bytes = ([0xFEFF] + units).flatMap { isBig ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
            #expect(Self.holds(bytes))
        }
    }

    @Test func whatCannotBeLookedThroughIsSaid() {
        #expect(DecodedLayers(Array(#"{"leadId":"L-1","message":"Grüße, 3 plants","digest":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}"#.utf8)).isComplete)
        #expect(!DecodedLayers([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]).isComplete)
        #expect(!DecodedLayers((0..<300).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ ($0 >> 3) &* 91) ^ 0xA5 }).isComplete)
        #expect(!DecodedLayers(Array(repeating: 0x61, count: DecodedLayers.bytesMax + 1)).isComplete)
        #expect(DecodedLayers([]).layers.isEmpty && DecodedLayers([]).isComplete)
    }

    /// A bomb, and encodings without an end, cost a bounded amount.
    @Test func boundedAndTotal() {
        #expect(!DecodedLayers(Self.gzip(Array(repeating: 0x61, count: 2 * DecodedLayers.bytesMax))).isComplete)
        var nested = Array(Self.address.utf8)
        for _ in 0..<12 { nested = Array(Data(nested).base64EncodedString().utf8) }
        #expect(!DecodedLayers(nested).isComplete)
        var state: UInt64 = 11
        for _ in 0..<300 {
            let bytes = (0..<120).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return [0x0A, 0x12, 0x04, 0x25, 0x3D, 0x5C, 0x26, 0x23, 0x41, 0x78, 0x9C, 0x1F, 0x8B, UInt8(truncatingIfNeeded: state >> 40)][Int(state >> 56) % 14]
            }
            let decoded = DecodedLayers(bytes)
            #expect(decoded.layers.reduce(0) { $0 + $1.count } <= DecodedLayers.bytesMax)
        }
    }
}
