import UseCases

extension YAMLTree {
    /// The text of a YAML file as JSON.
    static func json(text: String) throws -> String {
        guard let node = try composed(text) else { throw Problem(.invalid, "the YAML is empty") }
        return json(node)
    }
}
