public import LeadlineCore

/// A lead's own attributes among what a message says sealed.
public enum OwnAttributeFields {
    /// `attributes` of LeadSubmitted and LeadUpdated.
    private static let field = 61
    /// `declared_attributes` of the same.
    private static let declaredField = 62

    /// Takes those out that a rule of a policy declares, with their values; every other field keeps its bytes.
    ///
    /// - Parameter sealed: the serialised fields of a LeadSubmitted or LeadUpdated that are not clear.
    /// - Returns: those that were taken out, in their order; the fields that are left; and how many own attributes are
    ///   among them.
    /// - Throws: `WireError` for bytes that are no message.
    public static func takeDeclared(_ sealed: [UInt8], by policy: AttributePolicy) throws(WireError) -> (
        declared: [DeclaredAttribute], sealed: [UInt8], left: [(name: String, value: String)]
    ) {
        var declared: [DeclaredAttribute] = []
        var left: [(name: String, value: String)] = []
        var rest: [UInt8] = []
        rest.reserveCapacity(sealed.count)
        var scanner = FieldScanner(sealed, in: 0..<sealed.count)
        while let found = try scanner.next() {
            if found.number == field {
                let own = try attribute(sealed, found.content)
                if policy.declares(own.name, own.value) {
                    declared.append(own)
                    continue
                }
                left.append((own.name, own.value))
            }
            rest.append(contentsOf: sealed[found.whole])
        }
        return (declared, rest, left)
    }

    /// The field of those that stand in clear, to stand behind the other clear fields.
    public static func bytes(_ declared: [DeclaredAttribute]) -> [UInt8] {
        var writer = WireWriter(capacity: declared.count * 32)
        writer.messages(declaredField, declared)
        return writer.bytes
    }

    /// Both messages have the same fields, and no others.
    private static func attribute(_ bytes: [UInt8], _ content: Range<Int>) throws(WireError) -> DeclaredAttribute {
        var own = DeclaredAttribute(name: "", value: "")
        var scanner = FieldScanner(bytes, in: content)
        while let part = try scanner.next() {
            let text = String(decoding: bytes[part.content], as: UTF8.self)
            if part.number == 1 { own.name = text }
            if part.number == 2 { own.value = text }
        }
        return own
    }
}
