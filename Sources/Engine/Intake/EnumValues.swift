import Foundation
import LeadlineSchemas

/// Finds enum values that the schema does not know in JSON whose unknown members are going to be passed over.
enum EnumValues {
    /// - Parameter type: full name of the message, e.g. "leadline.v1.LeadSubmitted".
    static func check(_ data: [UInt8], of type: String) throws(Rejection) {
        let value: Any
        do { value = try JSONSerialization.jsonObject(with: Data(data)) } catch {
            throw Rejection(.malformed, "the data is not JSON")
        }
        try check(value, message: String(type.split(separator: ".").last ?? ""), path: [])
    }

    private static func check(_ value: Any, message: String, path: [String]) throws(Rejection) {
        guard let object = value as? [String: Any] else { return }
        for name in object.keys.sorted() {
            guard let member = JSONMember(name, of: message), let value = object[name] else { continue }
            for element in value as? [Any] ?? [value] {
                switch member {
                case .message(let inner): try check(element, message: inner, path: path + [name])
                case .enumeration(let enumeration):
                    try check(element, enumeration, field: JSONCulprit.field(path + [name]))
                }
            }
        }
    }

    private static func check(_ value: Any, _ enumeration: String, field: String) throws(Rejection) {
        guard let name = value as? String, !JSONMember.values(of: enumeration).contains(name) else { return }
        throw Rejection(.invalidField, "\(field) holds an enum value that the schema does not know", field: field)
    }
}
