import Reports

/// The agent card: what this agent can do, and where and how it is asked.
enum A2ACard {
    /// - Parameter origin: scheme, host and port by which it is reached.
    static func json(origin: String) -> String {
        let url = JSONText.quoted(origin + A2ARoutes.path)
        let interfaces = ["JSONRPC", "HTTP+JSON"].map { binding in
            JSONText.object([
                ("url", url), ("protocolBinding", JSONText.quoted(binding)), ("protocolVersion", #""1.0""#),
            ])
        }
        return JSONText.object([
            ("name", #""Leadline""#),
            ("description", JSONText.quoted("Routes B2B sales leads to the channel partner most likely to win them.")),
            ("version", #""1""#), ("supportedInterfaces", "[" + interfaces.joined(separator: ",") + "]"),
            (
                "capabilities",
                #"{"streaming":true,"pushNotifications":false,"extendedAgentCard":false}"#
            ),
            (
                "securitySchemes",
                #"{"key":{"httpAuthSecurityScheme":{"scheme":"Bearer","description":"An API key, ll_..., or an access "#
                    + #"token"}}}"#
            ),
            ("securityRequirements", #"[{"schemes":{"key":{"list":[]}}}]"#),
            ("defaultInputModes", #"["application/json"]"#), ("defaultOutputModes", #"["application/json"]"#),
            ("skills", "[" + A2ASkills.all.map(skill).joined(separator: ",") + "]"),
        ])
    }

    private static func skill(_ skill: A2ASkills.Skill) -> String {
        JSONText.object([
            ("id", JSONText.quoted(skill.id)), ("name", JSONText.quoted(skill.title)),
            ("description", JSONText.quoted(skill.about)),
            ("tags", "[" + skill.tags.map(JSONText.quoted).joined(separator: ",") + "]"),
            ("examples", "[\(JSONText.quoted(skill.example))]"),
        ])
    }
}
