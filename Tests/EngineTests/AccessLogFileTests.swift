import Foundation
import Journal
import Testing

@testable import Engine

/// Goal: a line is appended behind the right one, by reading no more of the log than its end. Method: logs of some
/// megabytes with every kind of end, held against the whole log read line by line.
@Suite struct AccessLogFileTests {
    private static func line(_ number: Int, padding: Int = 60) -> String {
        #"{"number":\#(number),"previous":"\#(String(repeating: "ab", count: 32))","reason":"\#(String(repeating: "r", count: padding))"}"#
    }

    private static func numbered(_ count: Int) -> String { (1...count).map { line($0) + "\n" }.joined() }

    /// The newest line and what stands behind it, from the whole log.
    private static func whole(_ folder: DataFolder) throws -> (number: UInt64, digest: Digest, torn: [UInt8])? {
        struct Numbered: Decodable { var number: UInt64?, previous: String }
        let (lines, isEnded) = try AccessLogFile.lines(folder)
        let read = lines.dropLast(isEnded ? 0 : 1).map { ($0, try? JSONDecoder().decode(Numbered.self, from: Data($0.bytes))) }
        guard let last = read.last(where: { $0.1 != nil }) else { return nil }
        let torn = Array(lines.dropFirst(last.0.index).map(\.bytes).joined(separator: [0x0A]))
        return (last.1?.number ?? UInt64(last.0.index), HashChain.leaf(of: last.0.bytes), torn)
    }

    private static let ends: [(name: String, text: String)] = [
        ("whole", numbered(30_000)),
        ("one line", numbered(1)),
        ("cut short", numbered(30_000) + #"{"number":30001,"prev"#),
        ("cut short without its end", numbered(30_000) + line(30_001)),
        ("cut short twice", numbered(30_000) + "{\"number\":\n{\"nu"),
        ("an empty line", numbered(30_000) + "\n"),
        ("cut short, far from an end", numbered(30_000) + String(repeating: "x", count: 300_000)),
        ("many lines that are none", numbered(30_000) + String(repeating: "zero\n", count: 60_000)),
        ("a line longer than what is read first", numbered(30_000) + line(30_001, padding: 200_000) + "\n"),
        ("lines without numbers", String(repeating: #"{"previous":"00","reason":"before"}"# + "\n", count: 5_000) + "x\n"),
        ("no line at all", String(repeating: "zero\n", count: 50_000)),
        ("nothing", ""),
    ]

    @Test(arguments: ends.indices) func theEndIsThatOfTheWholeLog(index: Int) throws {
        let (name, text) = Self.ends[index]
        let home = try TestFolder()
        let key = try LogKeyFile.create(at: home.root + "/log.key")
        try Data(text.utf8).write(to: URL(fileURLWithPath: AccessLogFile.path(home.folder)))
        let whole = try Self.whole(home.folder)
        let end = try AccessLogFile.end(home.folder)
        #expect(end.head?.number == whole?.number, "\(name)")
        #expect(end.head?.digest == whole?.digest, "\(name)")
        #expect(try AccessLogFile.head(home.folder) == end.head, "\(name)")
        var place: AccessLogFile.Place?
        try AccessLogFile.append(home.folder, key) { given in
            place = given
            return #"{"number":\#(given.number),"previous":"\#(given.previous)"}"#
        }
        #expect(place?.number == (whole?.number ?? 0) + 1, "\(name)")
        if let whole { #expect(place?.torn == (whole.torn.isEmpty ? nil : "\(HashChain.leaf(of: whole.torn))"), "\(name)") }
        // What was appended stands alone in its line, and is the next one's.
        let next = try #require(try Self.whole(home.folder))
        #expect(next.number == place?.number && next.torn.isEmpty, "\(name)")
        #expect(try AccessLogFile.head(home.folder) == .init(number: next.number, digest: next.digest), "\(name)")
    }

    @Test func littleIsReadOfALongLog() throws {
        let home = try TestFolder()
        try Data(Self.numbered(40_000).utf8).write(to: URL(fileURLWithPath: AccessLogFile.path(home.folder)))
        #expect(try AccessLogFile.end(home.folder).bytesRead <= 65_536)
    }

    /// Too long a log fails as it did, and nothing is appended.
    @Test func tooLongALogStaysClosed() throws {
        let home = try TestFolder()
        let path = AccessLogFile.path(home.folder)
        let key = try LogKeyFile.create(at: home.root + "/log.key")
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: (256 << 20) + 1)
        #expect(throws: EngineError.self) {
            try AccessLogFile.append(home.folder, key) { _ in
                Issue.record("a line was asked for")
                return "{}"
            }
        }
    }
}
