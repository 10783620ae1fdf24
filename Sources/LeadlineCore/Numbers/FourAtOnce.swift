/// The same functions of four numbers at once, each to the bits that it has alone: the same steps in the same order,
/// side by side, for a polynomial waits for each of its steps. What lies at the ends of the range goes one by one.
extension ElementaryFunctions {
    /// Beyond it, powers of e are subnormal or none.
    private static let ordinary = 708.0

    /// e to the power of each.
    @inline(__always)
    static func exp(_ x: SIMD4<Double>) -> SIMD4<Double> {
        for lane in 0..<4 where !(x[lane].magnitude < ordinary) {
            return SIMD4(exp(x[0]), exp(x[1]), exp(x[2]), exp(x[3]))
        }
        let y = x * ln2Inverse + SIMD4(repeating: 0.5).replacing(with: -0.5, where: x .< 0)
        let n = SIMD4(Int(y[0]), Int(y[1]), Int(y[2]), Int(y[3]))
        let k = SIMD4(Double(n[0]), Double(n[1]), Double(n[2]), Double(n[3]))
        let r = (x - k * ln2High) - k * ln2Low
        var p = SIMD4(repeating: 1.0 / 6_227_020_800)
        p = p * r + 1.0 / 479_001_600
        p = p * r + 1.0 / 39_916_800
        p = p * r + 1.0 / 3_628_800
        p = p * r + 1.0 / 362_880
        p = p * r + 1.0 / 40_320
        p = p * r + 1.0 / 5_040
        p = p * r + 1.0 / 720
        p = p * r + 1.0 / 120
        p = p * r + 1.0 / 24
        p = p * r + 1.0 / 6
        p = p * r + 0.5
        p = p * r + 1
        p = p * r + 1
        return p * SIMD4(powerOfTwo(n[0]), powerOfTwo(n[1]), powerOfTwo(n[2]), powerOfTwo(n[3]))
    }

    /// Natural logarithm of each.
    @inline(__always)
    static func log(_ x: SIMD4<Double>) -> SIMD4<Double> {
        for lane in 0..<4 where !(x[lane].isNormal && x[lane] > 0) {
            return SIMD4(log(x[0]), log(x[1]), log(x[2]), log(x[3]))
        }
        var m = SIMD4(repeating: 0.0), k = m
        for lane in 0..<4 { (m[lane], k[lane]) = split(x[lane]) }
        let f = (m - 1) / (m + 1)
        let s = f * f
        var p = SIMD4(repeating: 2.0 / 23)
        p = p * s + 2.0 / 21
        p = p * s + 2.0 / 19
        p = p * s + 2.0 / 17
        p = p * s + 2.0 / 15
        p = p * s + 2.0 / 13
        p = p * s + 2.0 / 11
        p = p * s + 2.0 / 9
        p = p * s + 2.0 / 7
        p = p * s + 2.0 / 5
        p = p * s + 2.0 / 3
        return k * ln2High + (k * ln2Low + (p * s * f + 2 * f))
    }

    /// A normal number above 0 as mantissa, around 1, and exponent.
    @inline(__always)
    private static func split(_ x: Double) -> (Double, Double) {
        let mantissa = Double(bitPattern: x.bitPattern & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        let exponent = Int(x.bitPattern >> 52) - 1023
        return mantissa > 1.4142135623730951 ? (mantissa * 0.5, Double(exponent + 1)) : (mantissa, Double(exponent))
    }

    /// 1 / (1 + e^-x) of each.
    @inline(__always)
    static func logistic(_ x: SIMD4<Double>) -> SIMD4<Double> {
        let isHigh = x .>= 0
        let e = exp(x.replacing(with: -x, where: isHigh))
        return e.replacing(with: 1, where: isHigh) / (1 + e)
    }
}
