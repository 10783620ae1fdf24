public import LeadlineCore
import LeadlineSchemas
public import SwiftProtobuf

/// Messages of the schemas as proto3 JSON with the schema's own field names, as people write and read them.
public enum SchemaJSON {
    private static var options: JSONEncodingOptions {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        return options
    }

    public static func text(_ message: some SwiftProtobuf.Message) throws -> String {
        try message.jsonString(options: options)
    }

    /// A policy as the program holds it.
    public static func text(_ policy: Policy) throws -> String {
        let bytes = FactCodec.encode(.policyPublished(PolicyPublished(policy: policy, version: ""))).bytes
        return try text(WirePolicyPublished(serializedBytes: bytes).policy)
    }

    /// A partner's profile as the program holds it; `sealed` is the serialised rest that the vault opened.
    public static func text(_ profile: PartnerProfile, sealed: [UInt8] = []) throws -> String {
        try text(WirePartnerUpserted(serializedBytes: FactCodec.encode(.partnerUpserted(profile)).bytes + sealed))
    }

    /// The leaves of a serialised input of any kind, e.g. ("contact.email", ...).
    static func leaves(_ bytes: [UInt8], as kind: MessageKind) throws -> [(path: String, value: String)] {
        // As the body of an `Input` every kind is read by one parser.
        var input = varint(UInt64(kind.bodyFieldNumber) << 3 | 2) + varint(UInt64(bytes.count))
        input += bytes
        return ownAttributesNamed(
            try JSONLeaves.of(json: try text(WireInput(serializedBytes: input))).map { leaf in
                (
                    leaf.path.unicodeScalars.split(separator: ".").dropFirst().map { String($0) }.joined(separator: "."),
                    leaf.value
                )
            })
    }

    /// An own attribute of a lead is a leaf under its name, ("attributes.lead_score", ...), not two by their place.
    private static func ownAttributesNamed(_ leaves: [(path: String, value: String)]) -> [(path: String, value: String)] {
        let isOwn = { (path: String) in path.hasPrefix("attributes[") || path.hasPrefix("declared_attributes[") }
        var values: [Substring: String] = [:]
        for leaf in leaves where isOwn(leaf.path) && leaf.path.hasSuffix("].value") {
            values[leaf.path.dropLast(".value".count)] = leaf.value
        }
        return leaves.compactMap { leaf in
            guard isOwn(leaf.path) else { return leaf }
            guard leaf.path.hasSuffix("].name") else { return nil }
            return ("attributes.\(leaf.value)", values[leaf.path.dropLast(".name".count)] ?? "")
        }
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
