/// Numbers as bands, by their bits, so that every machine draws the same line.
public enum NumberBands {
    /// What a number says nothing of itself: it is zero, or no number.
    static let zero = -9_999
    static let none = -9_998
    /// Where the bands of a power of two begin between 1 and 2, after the first.
    private static let halves = [1.4142135623730951]
    private static let eighths = [
        1.0905077326652577, 1.189207115002721, 1.2968395546510096, 1.4142135623730951, 1.5422108254079407,
        1.681792830507429, 1.8340080864093424,
    ]

    /// Half-octave band: two for each power of two. -9999 for zero, -9998 for what is no number; negative numbers have
    /// bands of their own.
    public static func halfOctave(_ x: Double) -> Int { band(x, halves) }

    /// Eighth-octave band: eight for each power of two, else as `halfOctave`.
    public static func eighthOctave(_ x: Double) -> Int { band(x, eighths) }

    /// The least number of a band of positive numbers that deals can have; nil for other bands.
    /// - Parameter steps: Bands of each power of two, 2 or 8.
    static func start(ofBand band: Int, steps: Int) -> Double? {
        guard (-16 * steps...60 * steps).contains(band) else { return nil }
        let octave = Int(Int64(band).floorDivided(by: Int64(steps))), step = band - octave * steps
        let power = Double(bitPattern: UInt64(octave + 1_023) << 52)
        return step == 0 ? power : power * (steps == 2 ? halves : eighths)[step - 1]
    }

    /// How round a number is: the zeros at the end of its decimal digits, -1 for one with a fraction. -9999 for zero,
    /// -9998 for what is no number. Numbers from 2^53 on, which have no last digit, count as not round.
    ///
    /// A figure of 250,000 is a guess and one of 248,730 is a quotation, and deals that have been quoted close
    /// otherwise.
    public static func trailingZeros(_ x: Double) -> Int {
        if x != x { return none }
        if x == 0 { return zero }
        guard let whole = Int(exactly: x), abs(x) < 9_007_199_254_740_992 else { return -1 }
        var zeros = 0, rest = whole
        while rest % 10 == 0 {
            rest /= 10
            zeros += 1
        }
        return zeros
    }

    /// Ways to read a number, each for a slot of its own.
    public enum Reading: String, Sendable, CaseIterable {
        case half, eighth, zeros

        /// The ways in which the logic of a version reads numbers.
        public static func readings(logic version: UInt32) -> [Reading] { version >= 8 ? allCases : [.half] }

        /// The number so read.
        public func of(_ x: Double) -> Int {
            switch self {
            case .half: NumberBands.halfOctave(x)
            case .eighth: NumberBands.eighthOctave(x)
            case .zeros: NumberBands.trailingZeros(x)
            }
        }
    }

    /// Bands of each power of two, `starts` being where those after the first begin between 1 and 2.
    private static func band(_ x: Double, _ starts: [Double]) -> Int {
        if x != x { return none }
        if x == 0 { return zero }
        let bits = x.bitPattern
        let exponent = Int((bits >> 52) & 0x7ff) - 1_023
        let mantissa = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        var band = exponent * (starts.count + 1)
        for start in starts where mantissa >= start { band += 1 }
        return x < 0 ? band + 100_000 : band
    }
}
