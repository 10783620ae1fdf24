/// How evenly something is spread.
public enum Concentration {
    /// Gini's coefficient: 0 where all have the same, towards 1 where one has all (Gini, 1912; the form by ranks). 0
    /// without anything to share.
    public static func gini(_ values: [Double]) -> Double {
        let total = values.reduce(0, +)
        if values.isEmpty || total <= 0 { return 0 }
        var weighted = 0.0
        for (rank, value) in values.sorted().enumerated() {
            weighted += Double(2 * (rank + 1) - values.count - 1) * value
        }
        return weighted / (Double(values.count) * total)
    }
}
