/// How evenly something is spread.
public enum JainIndex {
    /// 1 where all have the same, 1 / n where one has all (Jain, Chiu and Hawe, DEC-TR-301, 1984). 1 without anything
    /// to share.
    public static func of(_ values: [Double]) -> Double {
        var (sum, squares) = (0.0, 0.0)
        for value in values {
            sum += value
            squares += value * value
        }
        return squares == 0 ? 1 : sum * sum / (Double(values.count) * squares)
    }
}
