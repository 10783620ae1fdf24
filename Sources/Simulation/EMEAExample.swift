/// The files of `deploy/examples/emea` as they were when this program was built, so that the demo plays anywhere.
enum EMEAExample {
    /// A file by its name in the folder; nil where there is none.
    static func file(_ name: String) -> [UInt8]? { files[name] }

    private static let files: [String: [UInt8]] = [
        "scenario.yaml": PackageResources.scenario_yaml, "policy.yaml": PackageResources.policy_yaml,
        "partners.yaml": PackageResources.partners_yaml, "lead.jsonl": PackageResources.lead_jsonl,
        "history/intents.jsonl": PackageResources.intents_jsonl, "history/leads.jsonl": PackageResources.leads_jsonl,
        "history/outcomes.jsonl": PackageResources.outcomes_jsonl,
    ]
}
