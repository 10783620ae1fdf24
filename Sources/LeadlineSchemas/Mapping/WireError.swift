/// Why bytes are not the message they are meant to be.
///
/// Every way of reading in this folder is total: it returns a value or throws this, whatever the bytes.
public struct WireError: Error, Equatable, Sendable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// The bytes end inside a field.
        case truncated
        /// A varint is longer than ten bytes.
        case malformedVarint
        /// A field number of 0 or above 2^29 - 1, a wire type of 6 or 7, or a group that ends wrongly.
        case malformedTag
        /// A field of fixed size has another size.
        case badLength
        /// A field that the schema knows stands there with another wire type.
        case wrongWireType
        /// Nested deeper than allowed.
        case tooDeep
        /// A predicate of more nodes than allowed.
        case tooManyNodes
        /// Text that is not UTF-8.
        case invalidUTF8
        /// An enum number that the domain does not have; "unspecified" too where it must be stated.
        case unknownEnum
        /// A number that the domain's type cannot hold.
        case outOfRange
        /// A field without which the message means nothing is absent.
        case missing
        /// No message has this field number in the body.
        case unknownBody
    }

    /// What is wrong.
    public var kind: Kind
    /// Path of schema names to the field, e.g. "deal_value.currency"; where tag, length or varint itself
    /// is broken, only the path to the message around it, which may be empty.
    public var field: String

    /// An error of that kind at that field.
    public init(_ kind: Kind, field: String = "") {
        self.kind = kind
        self.field = field
    }

    /// The same error seen from the message that holds `parent`.
    func inside(_ parent: String) -> WireError {
        WireError(kind, field: field.isEmpty ? parent : "\(parent).\(field)")
    }
}

extension WireError: CustomStringConvertible {
    /// Kind and field; never a value.
    public var description: String { field.isEmpty ? "\(kind)" : "\(kind) at \(field)" }
}
