import LeadlineSchemas

/// Which JSON values fields of a message take. Protobuf's JSON takes more than the document says: a number for the word
/// of a choice, and a text for a number. Here a value has the one form that the document gives it.
struct ValueForms: Sendable {
    private enum Form: Sendable { case choice, number }

    /// By name, in both spellings. No message has one name for fields of two forms.
    private var forms: [[UInt8]: Form] = [:]

    private static let all: [String: ValueForms] = Dictionary(
        uniqueKeysWithValues: MessageKind.allCases.map(MessageSchemas.name).map { ($0, ValueForms(message: $0)) })

    /// Those of a kind's message.
    static func of(_ kind: MessageKind) -> ValueForms { all[MessageSchemas.name(of: kind)] ?? ValueForms() }

    private init() {}

    private init(message: String) {
        guard let schema = MessageSchemas.schema(of: message) else { return }
        let parts = schema["$defs"] as? MessageSchemas.Object ?? [:]
        for object in [schema] + parts.values.compactMap({ $0 as? MessageSchemas.Object }) {
            for (name, field) in object["properties"] as? MessageSchemas.Object ?? [:] {
                guard let form = Self.form(field as? MessageSchemas.Object ?? [:], parts) else { continue }
                for spelling in [name, Self.inLowerCase(name)] { forms[Array(spelling.utf8)] = form }
            }
        }
    }

    private static func form(_ field: MessageSchemas.Object, _ parts: MessageSchemas.Object) -> Form? {
        if let items = field["items"] as? MessageSchemas.Object { return form(items, parts) }
        let whole = (field["allOf"] as? [MessageSchemas.Object])?.first ?? field
        if let reference = whole["$ref"] as? String {
            let name = reference.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: Array($0), as: UTF8.self) }
            let part = name.flatMap { parts[$0] } as? MessageSchemas.Object
            return part?["enum"] == nil ? nil : .choice
        }
        if whole["enum"] != nil { return .choice }
        return ["integer", "number"].contains(whole["type"] as? String ?? "") ? .number : nil
    }

    /// As the messages' own files spell it: `dealValue` is `deal_value`.
    private static func inLowerCase(_ name: String) -> String {
        let bytes = name.utf8.flatMap { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? [UInt8(ascii: "_"), byte | 0x20] : [byte]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Checking

    /// Looks at the first byte of every value whose field has a form. What is no JSON at all its reader refuses.
    func check(_ json: [UInt8]) throws(Refusal) {
        if forms.isEmpty { return }
        var index = 0
        // The field whose list's elements come now.
        var list: (name: [UInt8], form: Form)?
        while index < json.count {
            let byte = json[index]
            if byte == UInt8(ascii: "]") { list = nil }
            if byte == UInt8(ascii: ","), let list {
                try Self.check(list.name, list.form, Self.first(json, after: &index))
                continue
            }
            guard byte == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let name = Self.string(json, &index)
            guard Self.next(json, &index) == UInt8(ascii: ":"), let form = forms[name] else { continue }
            var value = Self.first(json, after: &index)
            if value == UInt8(ascii: "[") {
                list = (name, form)
                value = Self.first(json, after: &index)
            }
            try Self.check(name, form, value)
        }
    }

    private static func check(_ name: [UInt8], _ form: Form, _ first: UInt8?) throws(Refusal) {
        guard let first else { return }
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "-")
        let field = String(decoding: name, as: UTF8.self)
        if form == .choice && isDigit {
            throw .invalid("It is one of the document's words, not a number.", field: field)
        }
        if form == .number && first == UInt8(ascii: "\"") { throw .invalid("It is a number, not a text.", field: field) }
    }

    /// The bytes between the quotes that begin at an index, which then is after them.
    private static func string(_ json: [UInt8], _ index: inout Int) -> [UInt8] {
        let start = index + 1
        index = start
        while index < json.count, json[index] != UInt8(ascii: "\"") { index += json[index] == UInt8(ascii: "\\") ? 2 : 1 }
        let end = min(index, json.count)
        index += 1
        return Array(json[start..<end])
    }

    /// The next byte that is no space; the index stands on it.
    private static func next(_ json: [UInt8], _ index: inout Int) -> UInt8? {
        while index < json.count, [0x20, 0x09, 0x0A, 0x0D].contains(json[index]) { index += 1 }
        return index < json.count ? json[index] : nil
    }

    /// The next one after the byte that an index stands on.
    private static func first(_ json: [UInt8], after index: inout Int) -> UInt8? {
        index += 1
        return next(json, &index)
    }
}
