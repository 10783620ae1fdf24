import Foundation

/// How whoever sent a body wrote the names in it.
///
/// Protobuf's JSON takes `dealValue` and `deal_value` alike, and intake names fields by the latter. A problem names
/// them as they were sent, and what was left out as the document has it.
struct FieldSpelling {
    private let body: JSONValue?

    /// - Parameter body: JSON; of anything else nothing is known.
    init(_ body: some Sequence<UInt8>) {
        do { self.body = try JSONDecoder().decode(JSONValue.self, from: Data(body)) } catch { self.body = nil }
    }

    /// A path as it was sent, e.g. `dealValue.currency`.
    func spelled(_ path: String) -> String {
        let names = path.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard let first = names.first, let start = start(of: first) else {
            return names.map(Self.documented).joined(separator: ".")
        }
        var places = [start.place]
        let spelled = names.map { name in
            let sent = Self.spellings(of: name).first { sent in places.contains { Self.fields($0)?[sent] != nil } }
            let spelled = sent ?? Self.documented(name)
            places = places.compactMap { Self.fields($0)?[spelled] }.flatMap(Self.elements)
            return spelled
        }
        return (start.prefix + spelled).joined(separator: ".")
    }

    /// Where a path begins: at the body's own fields, or at those of the message that it wraps. The data of an event is
    /// named by its own fields, as it is on a topic.
    private func start(of name: String) -> (place: JSONValue, prefix: [String])? {
        guard let body else { return nil }
        for event in Self.elements(body) {
            if Self.isSent(name, in: event) { return (event, []) }
            for (wrapper, prefix) in [("data", []), ("fields", ["fields"])] as [(String, [String])] {
                if let inner = Self.fields(event)?[wrapper], Self.isSent(name, in: inner) { return (inner, prefix) }
            }
        }
        return (body, [])
    }

    private static func isSent(_ name: String, in place: JSONValue) -> Bool {
        spellings(of: name).contains { fields(place)?[$0] != nil }
    }

    private static func fields(_ value: JSONValue) -> [String: JSONValue]? {
        if case .object(let fields) = value { fields } else { nil }
    }

    private static func elements(_ value: JSONValue) -> [JSONValue] {
        if case .list(let list) = value { list } else { [value] }
    }

    private static func spellings(of name: String) -> [String] { [documented(name), name] }

    /// A sentence with every name of a field in it as it was sent. Names in lower case with a low line are such; words
    /// of a language have none.
    func spelled(inSentence text: String) -> String {
        var bytes: [UInt8] = []
        var word: [UInt8] = []
        for byte in Array(text.utf8) + [0x20] {
            if Self.isOfName(byte) {
                word.append(byte)
                continue
            }
            // A full stop ends the sentence.
            let end = word.reversed().prefix { $0 == UInt8(ascii: ".") }.count
            let name = String(decoding: word.dropLast(end), as: UTF8.self)
            let isName = word.contains(UInt8(ascii: "_")) && Self.isLetter(word[0])
            bytes += isName ? Array(spelled(name).utf8) + word.suffix(end) : word
            bytes.append(byte)
            word = []
        }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    /// As protobuf's JSON has it: `deal_value` is `dealValue`. Attributes of CloudEvents keep their names, which are
    /// those of headers in binary mode.
    static func documented(_ name: String) -> String {
        if name == "data_base64" { return name }
        if name.utf8.starts(with: "ce_".utf8) { return "ce-" + String(name.unicodeScalars.dropFirst(3)) }
        var bytes: [UInt8] = []
        var isAfterLine = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                isAfterLine = true
                continue
            }
            bytes.append(isAfterLine && isLetter(byte) ? byte - 0x20 : byte)
            isAfterLine = false
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Refusal {
    /// The same, with fields named as they were sent in a body.
    func spelled(as body: some Sequence<UInt8>) -> Refusal {
        let line = UInt8(ascii: "_")
        guard field.utf8.contains(line) || detail.utf8.contains(line) else { return self }
        let spelling = FieldSpelling(body)
        var refusal = self
        refusal.field = spelling.spelled(field)
        refusal.detail = spelling.spelled(inSentence: detail)
        return refusal
    }
}
