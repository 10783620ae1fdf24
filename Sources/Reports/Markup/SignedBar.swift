/// One signed value as a bar that begins at zero, on a scale that it shares with others. Its value stands beside it as
/// text, so that the picture says nothing of its own.
public enum SignedBar {
    private static let height = 10.0

    /// The bar, as wide as its place.
    public static func picture(_ value: Double, from least: Double, to most: Double) -> HTML {
        let span = max(most - least, 1e-9)
        func at(_ value: Double) -> Double { min(1, max(0, (value - least) / span)) }
        let (left, right) = (at(min(value, 0)), at(max(value, 0)))
        return .element(
            .svg, [.class(.plot), .pixels(.height, height), .set(.hiddenFromReaders, "true")],
            [
                .element(
                    .rect,
                    [
                        .class(value < 0 ? .mark : .bar), .share(.x, left), .pixels(.y, 1),
                        .share(.width, max(right - left, 0.004)), .pixels(.height, height - 2),
                    ], []),
                .element(
                    .line,
                    [.class(.grid), .share(.x1, at(0)), .pixels(.y1, 0), .share(.x2, at(0)), .pixels(.y2, height)], []),
            ])
    }
}
