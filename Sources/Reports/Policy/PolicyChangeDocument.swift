/// What applying a policy does, as JSON. Fields are added, never changed.
public struct PolicyChangeDocument: Encodable, Sendable {
    public var version: String
    public var unchanged: Bool
    public var published: Bool
    public var differences: [FieldDiff]

    /// A change from its parts.
    public init(version: String, unchanged: Bool, published: Bool, differences: [FieldDiff]) {
        self.version = version
        self.unchanged = unchanged
        self.published = published
        self.differences = differences
    }
}
