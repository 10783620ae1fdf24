import LeadlineSchemas
import SwiftProtobuf

/// The member of a message in JSON that does not decode. The decoder does not say where it stopped, so the message is
/// decoded again with one member at a time, going down to the member that fails.
struct JSONCulprit {
    /// Path of schema names to the field, e.g. "deal_value.minor_units"; elements of a list have the list's name.
    let field: String
    /// Why it does not decode.
    let error: JSONDecodingError
    /// What stands there.
    let value: [UInt8]
    /// True if a list is needed there, and none stands there.
    let needsList: Bool

    /// The first member of `json` that does not decode even alone; nil if each of them does.
    /// - Parameter json: an object that was looked over already (``JSONScan``).
    static func found<M: SwiftProtobuf.Message>(_: M.Type, _ json: [UInt8], _ options: JSONDecodingOptions) -> JSONCulprit? {
        Search<M>(options: options).down(json, path: [], before: [], after: [])
    }

    private struct Search<M: SwiftProtobuf.Message> {
        let options: JSONDecodingOptions

        func down(_ value: [UInt8], path: [String], before: [UInt8], after: [UInt8]) -> JSONCulprit? {
            guard let error = failure(before + value + after) else { return nil }
            // Where even an empty object or list does not decode, it is not what stands in it.
            func takes(_ json: String) -> Bool { failure(before + Array(json.utf8) + after) == nil }
            if let scan = try? JSONScan(object: value), takes("{}") {
                for (name, range) in scan.members {
                    let inner = down(
                        Array(value[range]), path: path + [name], before: before + Array("{\(JSONEscapes.quoted(name)):".utf8),
                        after: [UInt8(ascii: "}")] + after)
                    if let inner { return inner }
                }
            } else if let elements = try? JSONScan(array: value).elements, takes("[]") {
                for range in elements {
                    let inner = down(
                        Array(value[range]), path: path, before: before + [UInt8(ascii: "[")], after: [UInt8(ascii: "]")] + after)
                    if let inner { return inner }
                }
            }
            let needsList = value.first != UInt8(ascii: "[") && !takes("{}") && takes("[]") && before.last != UInt8(ascii: "[")
            return JSONCulprit(field: JSONCulprit.field(path), error: error, value: value, needsList: needsList)
        }

        /// Unknown members are no fault; but passing over them passes over unknown enum values too, so that it is the
        /// second try.
        private func failure(_ json: [UInt8]) -> JSONDecodingError? {
            var strict = options
            strict.ignoreUnknownFields = false
            guard let first = failure(json, strict) else { return nil }
            guard case .unknownField = first else { return first }
            strict.ignoreUnknownFields = true
            return failure(json, strict)
        }

        private func failure(_ json: [UInt8], _ options: JSONDecodingOptions) -> JSONDecodingError? {
            do {
                _ = try M(jsonUTF8Bytes: json, options: options)
                return nil
            } catch {
                return error as? JSONDecodingError ?? .failure
            }
        }

    }

    /// The path by the schema's names. Names of members are the schema's, or they would be passed over; but what is none is
    /// not repeated.
    static func field(_ path: [String]) -> String {
        path.filter { name in
            !name.isEmpty && name.utf8.count <= 64
                && name.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 }
        }.map(snake).joined(separator: ".")
    }

    private static func snake(_ name: String) -> String {
        var snake = ""
        for scalar in name.unicodeScalars {
            if scalar.properties.isUppercase { snake += "_" }
            snake += scalar.properties.lowercaseMapping
        }
        return snake
    }

    /// What it is refused for, in words for its producer: what the field needs, and what kind of value stands there.
    var rejection: Rejection {
        let name = field.isEmpty ? "the data" : field
        if needsList { return Rejection(.invalidField, "\(name) must be a list, not \(kind)", field: field) }
        let reason: WireRejectionReason
        let needed: String
        switch error {
        case .unrecognizedEnumValue:
            (reason, needed) = (.invalidField, "holds an enum value that the schema does not know")
        case .numberRange, .malformedNumber:
            reason = .invalidField
            if isNumber && value.first == UInt8(ascii: "-") {
                needed = "must not be negative"
            } else if isNumber && value.contains(where: { ".eE".utf8.contains($0) }) {
                needed = "must be a whole number"
            } else if case .numberRange = error {
                needed = "holds a number that is out of its field's range"
            } else {
                needed = "must be a number, not \(kind)"
            }
        case .malformedString: (reason, needed) = (.invalidText, "must be text, not \(kind)")
        case .invalidUTF8: (reason, needed) = (.invalidText, "holds text that is not valid Unicode")
        case .malformedTimestamp:
            (reason, needed) = (.invalidField, "must be an RFC 3339 date-time, e.g. 2026-03-01T09:30:00Z")
        case .malformedBool: (reason, needed) = (.invalidField, "must be true or false, not \(kind)")
        case .illegalNull: (reason, needed) = (.invalidField, "is a list and may not hold null")
        case .conflictingOneOf: (reason, needed) = (.invalidField, "stands beside a field that excludes it")
        default: (reason, needed) = (.invalidField, "has another type than the schema says: it is \(kind)")
        }
        return Rejection(reason, "\(name) \(needed)", field: field)
    }

    private var isNumber: Bool { value.first.map { $0 == UInt8(ascii: "-") || (48...57).contains($0) } ?? false }

    private var kind: String {
        switch value.first {
        case UInt8(ascii: "\"")?: "text"
        case UInt8(ascii: "{")?: "an object"
        case UInt8(ascii: "[")?: "a list"
        case UInt8(ascii: "t")?, UInt8(ascii: "f")?: "true or false"
        case UInt8(ascii: "n")?: "null"
        default: "a number"
        }
    }
}
