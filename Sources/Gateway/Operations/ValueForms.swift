import LeadlineSchemas

/// Which JSON values fields of a message take. Protobuf's JSON takes more than the document says: a number for the word
/// of a choice, a text for a number, and in a text of digits a fraction or a power of ten. Here a value has the one form
/// that the document gives it.
struct ValueForms: Sendable {
    private enum Form: Sendable {
        case choice, number
        /// A whole number of 64 bits, which may also stand as text of its digits.
        case digits
    }

    /// One kind of object in a message: the forms of its fields, and which kind each field holds, by name in both
    /// spellings.
    private struct Part: Sendable {
        var forms: [[UInt8]: Form] = [:]
        var children: [[UInt8]: Int] = [:]
    }

    /// The message's own is the first.
    private var parts: [Part] = []

    private static let all: [String: ValueForms] = Dictionary(
        uniqueKeysWithValues: MessageKind.allCases.map(MessageSchemas.name).map { ($0, ValueForms(message: $0)) })

    /// Those of a kind's message.
    static func of(_ kind: MessageKind) -> ValueForms { all[MessageSchemas.name(of: kind)] ?? ValueForms() }

    private init() {}

    private init(message: String) {
        guard let schema = MessageSchemas.schema(of: message) else { return }
        let named = schema["$defs"] as? MessageSchemas.Object ?? [:]
        let names = named.keys.sorted()
        let indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0 + 1) })
        for object in [schema] + names.map({ named[$0] as? MessageSchemas.Object ?? [:] }) {
            var part = Part()
            for (name, field) in object["properties"] as? MessageSchemas.Object ?? [:] {
                let field = field as? MessageSchemas.Object ?? [:]
                for spelling in [name, Self.inLowerCase(name)].map({ Array($0.utf8) }) {
                    part.forms[spelling] = Self.form(field, named)
                    part.children[spelling] = Self.referred(field).flatMap { indices[$0] }
                }
            }
            parts.append(part)
        }
    }

    /// The name of the part that a field, or the elements of its list, hold.
    private static func referred(_ field: MessageSchemas.Object) -> String? {
        if let items = field["items"] as? MessageSchemas.Object { return referred(items) }
        let whole = (field["allOf"] as? [MessageSchemas.Object])?.first ?? field
        guard let reference = whole["$ref"] as? String else { return nil }
        let last = reference.utf8.split(separator: UInt8(ascii: "/")).last
        return last.map { String(decoding: Array($0), as: UTF8.self) }
    }

    private static func form(_ field: MessageSchemas.Object, _ parts: MessageSchemas.Object) -> Form? {
        if let items = field["items"] as? MessageSchemas.Object { return form(items, parts) }
        let whole = (field["allOf"] as? [MessageSchemas.Object])?.first ?? field
        if let name = referred(field) {
            return (parts[name] as? MessageSchemas.Object)?["enum"] == nil ? nil : .choice
        }
        if whole["enum"] != nil { return .choice }
        if isDigits(whole) { return .digits }
        return ["integer", "number"].contains(whole["type"] as? String ?? "") ? .number : nil
    }

    /// Whether it is text of digits, or a number.
    private static func isDigits(_ field: MessageSchemas.Object) -> Bool {
        let types = (field["anyOf"] as? [MessageSchemas.Object] ?? []).map { $0["type"] as? String }
        return types == ["string", "integer"]
    }

    /// As the messages' own files spell it: `dealValue` is `deal_value`.
    private static func inLowerCase(_ name: String) -> String {
        let bytes = name.utf8.flatMap { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? [UInt8(ascii: "_"), byte | 0x20] : [byte]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Checking

    /// Looks at every value whose field has a form. What is no JSON at all its reader refuses.
    /// - Parameter json: shallow, as every body that is let in.
    func check(_ json: [UInt8]) throws(Refusal) {
        if parts.isEmpty { return }
        var index = 0
        guard Self.next(json, &index) == UInt8(ascii: "{") else { return }
        try object(json, &index, 0, [])
    }

    /// Goes over an object whose first byte the index stands on; then it is after the last.
    /// - Parameter path: the fields within which it stands.
    private func object(_ json: [UInt8], _ index: inout Int, _ part: Int?, _ path: [UInt8]) throws(Refusal) {
        index += 1
        while let byte = Self.next(json, &index), byte != UInt8(ascii: "}") {
            guard byte == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let name = Self.plain(Self.string(json, &index))
            guard Self.next(json, &index) == UInt8(ascii: ":") else { continue }
            index += 1
            try value(json, &index, name, part, path)
        }
        index += 1
    }

    /// Goes over a field's value, or an element of its list.
    private func value(_ json: [UInt8], _ index: inout Int, _ name: [UInt8], _ part: Int?, _ path: [UInt8])
        throws(Refusal)
    {
        // Made where it is needed: for what is within, and for a refusal.
        lazy var field = path.isEmpty ? name : path + [UInt8(ascii: ".")] + name
        guard let byte = Self.next(json, &index) else { return }
        switch byte {
        case UInt8(ascii: "{"): try object(json, &index, part.flatMap { parts[$0].children[name] }, field)
        case UInt8(ascii: "["):
            index += 1
            while let byte = Self.next(json, &index), byte != UInt8(ascii: "]") {
                if byte == UInt8(ascii: ",") { index += 1 } else { try value(json, &index, name, part, path) }
            }
            index += 1
        default:
            let form = part.flatMap { parts[$0].forms[name] }
            if let form { try Self.check(field, form, byte) }
            if byte == UInt8(ascii: "\"") {
                let text = Self.string(json, &index)
                if Self.holdsNUL(text) {
                    throw .invalid("It holds a NUL character.", field: String(decoding: field, as: UTF8.self))
                }
                if form == .digits { try Self.checkDigits(field, Self.plain(text)) }
            } else {
                repeat { index += 1 } while index < json.count && !#",]}""#.utf8.contains(json[index])
            }
        }
    }

    private static func check(_ path: @autoclosure () -> [UInt8], _ form: Form, _ first: UInt8) throws(Refusal) {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "-")
        if form == .choice && isDigit {
            throw .invalid(
                "It is one of the document's words, not a number.", field: String(decoding: path(), as: UTF8.self))
        }
        if form == .number && first == UInt8(ascii: "\"") {
            throw .invalid("It is a number, not a text.", field: String(decoding: path(), as: UTF8.self))
        }
    }

    /// Whether a text, as it stands in JSON, holds a NUL, which intake takes in no JSON.
    private static func holdsNUL(_ text: [UInt8]) -> Bool {
        var index = 0
        while index < text.count {
            if text[index] == 0 { return true }
            if text[index] == UInt8(ascii: "\\") {
                if text[(index + 1)...].starts(with: "u0000".utf8) { return true }
                index += 1
            }
            index += 1
        }
        return false
    }

    private static func checkDigits(_ path: @autoclosure () -> [UInt8], _ text: [UInt8]) throws(Refusal) {
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        let isPlain = !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if !isPlain || (digits.count > 1 && digits.first == UInt8(ascii: "0")) {
            throw .invalid(
                "It is a whole number, or text of its digits without zeros before them.",
                field: String(decoding: path(), as: UTF8.self))
        }
    }

    /// The bytes between the quotes that begin at an index, which then is after them.
    private static func string(_ json: [UInt8], _ index: inout Int) -> [UInt8] {
        let start = index + 1
        index = start
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(index, json.count)
        index += 1
        return Array(json[start..<end])
    }

    /// A name as it is meant, whatever of it was escaped.
    private static func plain(_ name: [UInt8]) -> [UInt8] {
        guard name.contains(UInt8(ascii: "\\")) else { return name }
        let quote = [UInt8(ascii: "\"")]
        return JSONValue(json: quote + name + quote)?.text.map { Array($0.utf8) } ?? name
    }

    /// The next byte that is no space; the index stands on it.
    private static func next(_ json: [UInt8], _ index: inout Int) -> UInt8? {
        while index < json.count, [0x20, 0x09, 0x0A, 0x0D].contains(json[index]) { index += 1 }
        return index < json.count ? json[index] : nil
    }
}
