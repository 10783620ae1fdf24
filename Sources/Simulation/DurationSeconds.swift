extension Duration {
    /// The duration in seconds, as figures and rates take it.
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
