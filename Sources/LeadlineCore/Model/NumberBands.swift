/// Numbers as bands, by their bits, so that every machine draws the same line.
public enum NumberBands {
    /// Half-octave band: two for each power of two. -9999 for zero, -9998 for what is no number; negative numbers have
    /// bands of their own.
    public static func halfOctave(_ x: Double) -> Int {
        if x != x { return -9_998 }
        if x == 0 { return -9_999 }
        let bits = x.bitPattern
        let exponent = Int((bits >> 52) & 0x7ff) - 1_023
        let mantissa = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        let band = 2 * exponent + (mantissa >= 1.4142135623730951 ? 1 : 0)
        return x < 0 ? band + 100_000 : band
    }
}
