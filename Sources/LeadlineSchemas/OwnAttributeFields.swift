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
    /// - Returns: those that were taken out, in their order; the fields that are left; and the own attributes among
    ///   them.
    /// - Throws: `WireError` for bytes that are no message.
    public static func takeDeclared(_ sealed: [UInt8], by policy: AttributePolicy) throws(WireError) -> (
        declared: [DeclaredAttribute], sealed: [UInt8], left: [DeclaredAttribute]
    ) {
        var declared: [DeclaredAttribute] = []
        var left: [DeclaredAttribute] = []
        var rest: [UInt8] = []
        rest.reserveCapacity(sealed.count)
        var scanner = FieldScanner(sealed, in: 0..<sealed.count)
        while let found = try scanner.next() {
            if found.number == field {
                let own = try attribute(sealed[found.content])
                if policy.declares(own.name, own.value) {
                    declared.append(own)
                    continue
                }
                left.append(own)
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

    /// An OwnAttribute has the fields of a DeclaredAttribute, by the same numbers.
    private static func attribute(_ bytes: ArraySlice<UInt8>) throws(WireError) -> DeclaredAttribute {
        try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(WireError) in
            var reader = unsafe WireReader(bytes)
            return try DeclaredAttribute.read(from: &reader)
        }
    }
}
