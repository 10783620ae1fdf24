import Engine
import Foundation
import Reports
import SwiftProtobuf
import Yams
import UseCases

/// A YAML file that holds messages of the schemas in their proto3 JSON form; field names in snake_case or camelCase.
///
/// Plain scalars are read as YAML 1.2's JSON schema reads them, so that the country NO stays Norway and does not
/// become false. Errors name file, line, path and reason, and quote nothing.
struct YAMLFile {
    /// As the person named it.
    let name: String
    let root: Node

    /// Reads a file; "-" is stdin.
    init(_ name: String) throws {
        self.name = name == "-" ? "stdin" : name
        let data = try InputFile.contents(name == "-" ? "/dev/stdin" : name)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Problem(.invalid, "the file is not UTF-8 text", at: name)
        }
        do {
            guard let node = try YAMLTree.composed(text) else {
                throw Problem(.invalid, "the file is empty", at: name)
            }
            root = node
        } catch is YAMLAliases.Excess {
            throw Problem(
                .invalid, "its aliases multiply beyond what the file could hold written out", at: name,
                remedy: "Write out what the aliases stand for")
        } catch let error as YamlError {
            throw Self.failure(error, name)
        }
    }

    /// libYAML's message without the excerpt of the text that Yams adds.
    private static func failure(_ error: YamlError, _ name: String) -> Problem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            Problem(.invalid, "not valid YAML: \(problem)", at: "\(name):\(mark)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            Problem(
                .invalid, "the key \(duplicates.sorted().joined(separator: ", ")) stands there twice",
                at: "\(name):\(context.mark)")
        default: Problem(.invalid, "not valid YAML", at: name)
        }
    }

    /// Where a node stands, e.g. "policy.yaml:12: sla.first_response_minutes".
    func place(_ node: Node, _ path: String) -> String {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        return path.isEmpty ? name + line : "\(name)\(line): \(path)"
    }

    /// The message that a node of the file holds.
    func message<M: SwiftProtobuf.Message>(_: M.Type, at node: Node, path: String) throws -> M {
        let json = YAMLTree.json(node)
        guard Self.failure(M.self, json) == nil else {
            let found = Self.culprit(M.self, node, path) { $0 }
            throw Problem(.checkFailed, found.reason, at: place(found.node, found.path))
        }
        return try M(jsonString: json)
    }

    private static func failure<M: SwiftProtobuf.Message>(_: M.Type, _ json: String) -> JSONDecodingError? {
        do {
            _ = try M(jsonString: json)
            return nil
        } catch {
            return error as? JSONDecodingError ?? .failure
        }
    }

    /// The smallest part that does not decode even alone. The decoder does not say where it stopped, so the document
    /// is decoded again with one child at a time, going down to the child that fails.
    private static func culprit<M: SwiftProtobuf.Message>(
        _: M.Type, _ node: Node, _ path: String, _ around: @escaping (String) -> String
    ) -> (node: Node, path: String, reason: String) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.scalar?.string ?? "?"
                let inner = path.isEmpty ? name : "\(path).\(name)"
                let one: (String) -> String = { around("{\(JSONText.quoted(name)):\($0)}") }
                if let error = failure(M.self, one("null")), case .unknownField = error {
                    return (key, inner, "there is no such field; see the schema for its name")
                }
                if failure(M.self, one(YAMLTree.json(value))) != nil { return culprit(M.self, value, inner, one) }
            }
        case .sequence(let sequence):
            for (index, value) in sequence.enumerated() {
                let one: (String) -> String = { around("[\($0)]") }
                if failure(M.self, one(YAMLTree.json(value))) != nil {
                    return culprit(M.self, value, "\(path)[\(index)]", one)
                }
            }
        default: break
        }
        return (node, path, reason(failure(M.self, around(YAMLTree.json(node))) ?? .failure, node))
    }

    private static func reason(_ error: JSONDecodingError, _ node: Node) -> String {
        let number = node.scalar.map(\.string).flatMap { YAMLTree.isNumber($0) ? $0 : nil }
        return switch error {
        case .malformedNumber where number?.utf8.first == UInt8(ascii: "-"),
            .numberRange where number?.utf8.first == UInt8(ascii: "-"):
            "the number must not be negative"
        case .malformedNumber where number != nil: "the number must be whole"
        case .malformedNumber: "a number is needed"
        case .numberRange: "the number is not whole, or out of range"
        case .malformedBool: "true or false is needed"
        case .malformedString: "text is needed; put a number or true/false in quotes to make it text"
        case .unrecognizedEnumValue: "the schema's list of values does not have this one"
        case .malformedTimestamp: "an RFC 3339 date-time is needed, e.g. 2026-03-01T09:30:00Z"
        case .conflictingOneOf: "only one of these fields may be set"
        case .illegalNull: "a list may not hold an empty element"
        default: "this has another type than the schema says"
        }
    }
}

/// Trees of YAML and of JSON, which is YAML too.
enum YAMLTree {
    /// The tree of a text from outside; nil for one that is empty.
    /// - Throws: `YAMLAliases.Excess`, `YamlError`.
    static func composed(_ text: String) throws -> Node? {
        try YAMLAliases.checkKeys(text)
        guard let node = try Yams.compose(yaml: text) else { return nil }
        try YAMLAliases.checkSize(node, textBytes: text.utf8.count)
        return node
    }

    /// The tree as JSON.
    static func json(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): self.scalar(scalar)
        case .sequence(let sequence): "[" + sequence.map(json).joined(separator: ",") + "]"
        case .mapping(let mapping):
            "{" + mapping.map { "\(JSONText.quoted($0.scalar?.string ?? "")):\(json($1))" }.joined(separator: ",") + "}"
        case .alias: "null"
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> String {
        let isPlain = scalar.style == .plain || scalar.style == .any
        guard isPlain else { return JSONText.quoted(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return "null"
        case "true", "false": return scalar.string
        default: return isNumber(scalar.string) ? scalar.string : JSONText.quoted(scalar.string)
        }
    }

    /// True for what JSON's grammar calls a number.
    static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
    }

    /// JSON as YAML in block style, for people to read and to apply again.
    static func yaml(json: String) throws -> String {
        guard let node = try Yams.compose(yaml: json) else { return "" }
        return try Yams.serialize(node: block(node), width: 120, allowUnicode: true)
    }

    private static func block(_ node: Node) -> Node {
        switch node {
        case .mapping(let mapping): Node(mapping.map { (Node($0.scalar?.string ?? ""), block($1)) }, .implicit, .block)
        case .sequence(let sequence):
            Node(sequence.map(block), .implicit, sequence.allSatisfy { $0.scalar != nil } ? .flow : .block)
        case .scalar(let scalar): Node(scalar.string, .implicit, isSafePlain(scalar) ? .plain : scalar.style)
        case .alias: node
        }
    }

    /// Whether text may stand without quotes: whole numbers, which proto3 JSON quotes for JavaScript's sake alone, and
    /// words that no reader of YAML takes for anything else.
    private static func isSafePlain(_ scalar: Node.Scalar) -> Bool {
        if scalar.style != .doubleQuoted { return true }
        if scalar.string.wholeMatch(of: /-?(0|[1-9][0-9]*)/) != nil { return scalar.string.count > 3 }
        guard scalar.string.wholeMatch(of: /[A-Za-z][A-Za-z0-9_.\/-]*/) != nil else { return false }
        return !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(scalar.string.lowercased())
    }
}

extension YAMLFile {
    /// A refusal by intake's rules, at the node that its field names as far as the path can be followed.
    func failure(_ rejection: Rejection, in node: Node, path: String, dropping prefix: String = "") -> Problem {
        let field =
            rejection.field.hasPrefix(prefix) ? String(rejection.field.dropFirst(prefix.count)) : rejection.field
        var found = node
        for name in field.unicodeScalars.split(separator: ".") {
            guard let mapping = found.mapping, let inner = mapping[String(name)] ?? mapping[Self.camel(String(name))]
            else { break }
            found = inner
        }
        let whole = [path, field].filter { !$0.isEmpty }.joined(separator: ".")
        return Problem(.checkFailed, rejection.detail, at: place(found, whole))
    }

    private static func camel(_ name: String) -> String {
        let words = name.unicodeScalars.split(separator: "_").map { String($0) }
        return words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
    }
}
