import Reports

/// A JSON Schema (2020-12) as text.
struct Schema: Sendable, Equatable {
    var json: String
    /// How many characters a text has; nil for what is none, or has a form of its own.
    private(set) var length: ClosedRange<Int>?

    init(json: String, length: ClosedRange<Int>? = nil) {
        self.json = json
        self.length = length
    }

    static let string = Schema(json: #"{"type":"string"}"#)
    static let integer = Schema(json: #"{"type":"integer"}"#)
    static let boolean = Schema(json: #"{"type":"boolean"}"#)
    static let anyObject = Schema(json: #"{"type":"object"}"#)
    /// An id as the schemas have them.
    static let id = Schema(json: #"{"type":"string","pattern":"\#(idPattern)"}"#)
    static let idPattern = "^[A-Za-z0-9._:-]{1,128}$"
    /// A month, as commissions are accounted by.
    static let month = Schema(json: #"{"type":"string","pattern":"^(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])$"}"#)
    /// A cursor in a program's decisions.
    static let cursor = Schema(
        json: #"{"type":"string","pattern":"^[A-Za-z0-9._:-]{1,128}(/(0|[1-9][0-9]{0,17})(/(0|[1-9][0-9]{0,8}))?)?$"}"#)
    static let time = Schema(json: #"{"type":"string","format":"date-time"}"#)

    /// One value alone.
    static func always(_ flag: Bool) -> Schema { Schema(json: #"{"type":"boolean","const":\#(flag)}"#) }

    static func reference(_ name: String) -> Schema { Schema(json: ##"{"$ref":"#/components/schemas/\##(name)"}"##) }

    static func array(_ element: Schema) -> Schema { Schema(json: #"{"type":"array","items":\#(element.json)}"#) }

    /// So many of them.
    static func array(_ element: Schema, count: ClosedRange<Int>) -> Schema {
        array(element).adding(#""minItems":\#(count.lowerBound),"maxItems":\#(count.upperBound)"#)
    }

    static func choice(_ words: [String]) -> Schema {
        Schema(json: #"{"type":"string","enum":[\#(words.map(JSONText.quoted).joined(separator: ","))]}"#)
    }

    static func integer(_ range: ClosedRange<Int>) -> Schema {
        Schema(json: #"{"type":"integer","minimum":\#(range.lowerBound),"maximum":\#(range.upperBound)}"#)
    }

    /// An object; fields whose names end in `?` may be absent. Answers gain fields over time, so others may be there.
    static func object(_ fields: [(String, Schema)]) -> Schema {
        let required = fields.map(\.0).filter { $0.utf8.last != UInt8(ascii: "?") }
        return Schema(
            json: JSONText.object([
                ("type", #""object""#),
                ("properties", JSONText.object(fields.map { (Self.bare($0.0), $0.1.json) })),
                (
                    "required",
                    required.isEmpty ? nil : "[" + required.map(JSONText.quoted).joined(separator: ",") + "]"
                ),
            ]))
    }

    /// The same, with what it is for.
    func saying(_ about: String) -> Schema {
        var json = json
        json.unicodeScalars.removeLast()
        return Schema(json: json + #","description":\#(JSONText.quoted(about))}"#, length: length)
    }

    /// Text of so many characters, none of which is NUL.
    static func text(_ range: ClosedRange<Int>) -> Schema {
        let lengths = #""minLength":\#(range.lowerBound),"maxLength":\#(range.upperBound)"#
        return Schema(json: #"{"type":"string",\#(lengths),"pattern":"^[^\\u0000]*$"}"#, length: range)
    }

    /// Text of any length, as a message has it.
    static let freeText = Schema(json: #"{"type":"string","pattern":"^[^\\u0000]*$"}"#)

    /// True if the text is as long as it says, and holds no NUL where it says so.
    func allows(_ text: String) -> Bool {
        guard let length else { return true }
        return length.contains(text.unicodeScalars.count) && !text.utf8.contains(0)
    }

    /// Exactly one of several forms, which are components: generated clients name their types by these.
    static func oneOf(_ components: [String]) -> Schema {
        Schema(json: #"{"oneOf":[\#(components.map { reference($0).json }.joined(separator: ","))]}"#)
    }

    /// The same object, to which something is added.
    private func adding(_ text: String) -> Schema {
        var json = json
        json.unicodeScalars.removeLast()
        return Schema(json: json + "," + text + "}")
    }

    /// The same object with at least so many fields.
    func holding(atLeast count: Int) -> Schema { Schema(json: #"{"allOf":[\#(json)],"minProperties":\#(count)}"#) }

    /// The same object, in which a field may not have a value where another one has one of some; all as JSON.
    func without(_ field: String, _ value: String, with other: (name: String, values: String)) -> Schema {
        let both = JSONText.object([
            ("required", "[\(JSONText.quoted(field)),\(JSONText.quoted(other.name))]"),
            (
                "properties",
                JSONText.object([
                    (field, #"{"const":\#(value)}"#), (other.name, #"{"enum":\#(other.values)}"#),
                ])
            ),
        ])
        return adding(#""not":\#(both)"#)
    }

    /// The same object, in which another field must have a value where one is there.
    func needing(_ other: String, _ value: String, with field: String) -> Schema {
        let needed = JSONText.object([
            ("required", "[\(JSONText.quoted(other))]"),
            ("properties", JSONText.object([(other, #"{"const":\#(JSONText.quoted(value))}"#)])),
        ])
        return adding(#""dependentSchemas":{\#(JSONText.quoted(field)):\#(needed)}"#)
    }

    /// An object of a request: no other field may be there.
    static func request(_ fields: [(String, Schema)]) -> Schema {
        object(fields).adding(#""additionalProperties":false"#)
    }

    private static func bare(_ name: String) -> String {
        name.utf8.last == UInt8(ascii: "?") ? String(name.unicodeScalars.dropLast()) : name
    }
}
