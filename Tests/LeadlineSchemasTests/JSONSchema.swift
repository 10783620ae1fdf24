import Foundation

/// As much of JSON Schema 2020-12 as our documents use. An unknown keyword is itself a finding, so that
/// nothing in them goes unchecked.
struct JSONSchema {
    let root: JSONValue

    /// What is wrong with the value; empty if it conforms.
    func findings(_ value: JSONValue) throws -> [String] {
        try check(value, root, "$")
    }

    private static let annotations: Set = [
        "$schema", "$id", "$defs", "title", "description", "format", "contentEncoding", "x-clear", "x-personal-data",
    ]

    private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) throws -> [String] {
        var found = [String]()
        for (keyword, rule) in schema.members.sorted(by: { $0.key < $1.key }) where !Self.annotations.contains(keyword) {
            found += try check(value, keyword, rule, path)
        }
        return found
    }

    private func check(_ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ path: String) throws -> [String] {
        switch keyword {
        case "type": return isOfType(value, rule.text) ? [] : ["\(path): not of type \(rule.text ?? "?")"]
        case "$ref": return try check(value, referred(rule.text ?? ""), path)
        case "allOf": return try rule.elements.flatMap { try check(value, $0, path) }
        case "anyOf": return try matches(value, rule, path) > 0 ? [] : ["\(path): conforms to no alternative"]
        case "oneOf":
            let count = try matches(value, rule, path)
            return count == 1 ? [] : ["\(path): conforms to \(count) alternatives instead of one"]
        case "required": return rule.elements.compactMap(\.text).filter { value[$0] == nil }.map { "\(path): lacks \($0)" }
        case "properties":
            return try rule.members.flatMap { name, schema in
                try value[name].map { try check($0, schema, "\(path).\(name)") } ?? []
            }
        case "items": return try value.elements.flatMap { try check($0, rule, "\(path)[]") }
        case "not": return try check(value, rule, path).isEmpty ? ["\(path): conforms to what it must not"] : []
        case "const": return value == rule ? [] : ["\(path): another value"]
        case "enum": return rule.elements.contains(value) ? [] : ["\(path): not in the list"]
        case "pattern":
            guard let text = value.text, let pattern = rule.text else { return [] }
            return try text.contains(Regex(pattern)) ? [] : ["\(path): does not match \(pattern)"]
        case "minLength":
            return Double(value.text?.unicodeScalars.count ?? .max) >= (rule.number ?? .infinity) ? [] : ["\(path): too short"]
        case "maxLength":
            return Double(value.text?.unicodeScalars.count ?? 0) <= (rule.number ?? -.infinity) ? [] : ["\(path): too long"]
        case "maxItems":
            return Double(value.elements.count) <= (rule.number ?? -.infinity) ? [] : ["\(path): too many"]
        case "minimum": return (value.number ?? .infinity) >= (rule.number ?? .infinity) ? [] : ["\(path): too small"]
        case "maximum": return (value.number ?? -.infinity) <= (rule.number ?? -.infinity) ? [] : ["\(path): too large"]
        default: return ["\(path): keyword \(keyword) is not understood"]
        }
    }

    private func matches(_ value: JSONValue, _ rule: JSONValue, _ path: String) throws -> Int {
        try rule.elements.filter { try check(value, $0, path).isEmpty }.count
    }

    private func referred(_ reference: String) throws -> JSONValue {
        let name = reference.replacing("#/$defs/", with: "")
        guard let schema = root["$defs"]?[name] else { throw MissingDefinition(reference: reference) }
        return schema
    }

    struct MissingDefinition: Error {
        let reference: String
    }

    private func isOfType(_ value: JSONValue, _ type: String?) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.bool, "boolean"), (.number, "number"): true
        case (.number(let number), "integer"): number == number.rounded()
        default: false
        }
    }
}
