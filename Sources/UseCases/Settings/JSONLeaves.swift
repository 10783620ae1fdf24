import Yams

/// The leaves of a JSON text with their paths, in order. JSON is read as YAML, which it is, since that keeps the order.
enum JSONLeaves {
    /// A list of scalars is one leaf.
    static func of(json: String) throws -> [(path: String, value: String)] {
        guard let node = try Yams.compose(yaml: json) else { return [] }
        var leaves: [(path: String, value: String)] = []
        collect(node, "", into: &leaves)
        return leaves
    }

    private static func collect(_ node: Node, _ path: String, into leaves: inout [(path: String, value: String)]) {
        switch node {
        case .scalar(let scalar): leaves.append((path, scalar.string))
        case .sequence(let sequence):
            if sequence.allSatisfy({ $0.scalar != nil }) {
                leaves.append((path, sequence.compactMap { $0.scalar?.string }.joined(separator: ", ")))
            } else {
                for (index, inner) in sequence.enumerated() { collect(inner, "\(path)[\(index)]", into: &leaves) }
            }
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.scalar?.string ?? ""
                collect(value, path.isEmpty ? name : "\(path).\(name)", into: &leaves)
            }
        case .alias: break
        }
    }
}
