/// The `.proto` files as they were when this program was built.
enum SchemaSources {
    static let all: [(name: String, bytes: [UInt8])] = [
        ("common.proto", PackageResources.common_proto), ("controls.proto", PackageResources.controls_proto),
        ("decisions.proto", PackageResources.decisions_proto), ("intents.proto", PackageResources.intents_proto),
        ("journal.proto", PackageResources.journal_proto), ("leads.proto", PackageResources.leads_proto),
        ("options.proto", PackageResources.options_proto), ("outcomes.proto", PackageResources.outcomes_proto),
        ("partners.proto", PackageResources.partners_proto), ("policy.proto", PackageResources.policy_proto),
    ]
}
