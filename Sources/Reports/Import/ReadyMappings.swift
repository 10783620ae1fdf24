/// Mappings for the exports of common CRMs, as `deploy/examples/import` holds them, each with an invented sample.
public enum ReadyMappings {
    private static let all: [(name: String, bytes: [UInt8])] = [
        ("salesforce", PackageResources.salesforce_yaml), ("hubspot", PackageResources.hubspot_yaml),
        ("pipedrive", PackageResources.pipedrive_yaml), ("zoho", PackageResources.zoho_yaml),
        ("dynamics", PackageResources.dynamics_yaml), ("odoo", PackageResources.odoo_yaml),
    ]

    /// Names of the exports.
    public static var names: [String] { all.map(\.name) }

    /// The mapping for an export, as YAML; nil for a name that is none.
    public static func text(of name: String) -> String? {
        all.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}
