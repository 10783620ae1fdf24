/// How full something is, as a bar in its frame. The count stands beside it as text.
public enum FillBar {
    private static let height = 8.0

    /// The bar, as wide as its place.
    public static func picture(_ share: Double) -> HTML {
        .element(
            .svg, [.class(.plot), .pixels(.height, height), .set(.hiddenFromReaders, "true")],
            [
                .element(.rect, [.class(.grid), .share(.x, 0), .pixels(.y, 0), .share(.width, 1), .pixels(.height, height)], []),
                .element(
                    .rect,
                    [
                        .class(.bar), .share(.x, 0), .pixels(.y, 0), .share(.width, min(1, max(0, share))),
                        .pixels(.height, height),
                    ], []),
            ])
    }
}
