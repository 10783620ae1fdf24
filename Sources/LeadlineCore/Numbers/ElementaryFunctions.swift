/// exp, log and the logistic function from + - * / alone, in a fixed order, so that every machine gets the
/// same bits. The C library's versions differ between machines in the last place.
///
/// Method: argument reduction and a short polynomial (Muller, "Elementary Functions", 3rd ed., ch. 11).
/// Error against the exact value: below 2 units in the last place on the ranges the core uses.
public enum ElementaryFunctions {
    // ln 2 in two parts: the first has 21 trailing zero bits, so that k * high is exact for |k| < 2^20.
    static let ln2High = 0x1.62e42feep-1
    static let ln2Low = 0x1.a39ef35793c76p-33
    static let ln2Inverse = 0x1.71547652b82fep+0

    /// e to the power of `x`: 0 below -745, infinity above 709.78, NaN for NaN.
    @inline(__always)
    public static func exp(_ x: Double) -> Double {
        if x != x { return x }
        if x > 709.782712893384 { return .infinity }
        if x < -745.1332191019412 { return 0 }
        // x = k ln 2 + r with |r| <= ln 2 / 2.
        let k = (x * ln2Inverse + (x < 0 ? -0.5 : 0.5)).rounded(.towardZero)
        let r = (x - k * ln2High) - k * ln2Low
        var p = 1.0 / 6_227_020_800
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
        let exponent = Int(k)
        if exponent >= -1022 && exponent <= 1023 { return p * powerOfTwo(exponent) }
        // Twice half the exponent reaches the subnormal numbers and the last binade.
        let half = exponent / 2
        return p * powerOfTwo(half) * powerOfTwo(exponent - half)
    }

    /// Natural logarithm: -infinity at 0, NaN below.
    @inline(__always)
    public static func log(_ x: Double) -> Double {
        if x != x || x < 0 { return .nan }
        if x == 0 { return -.infinity }
        if x == .infinity { return x }
        var bits = x.bitPattern
        var exponent = 0
        if bits < 0x0010_0000_0000_0000 {
            bits = (x * 0x1p54).bitPattern
            exponent = -54
        }
        exponent += Int(bits >> 52) - 1023
        var mantissa = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        if mantissa > 1.4142135623730951 {
            mantissa = mantissa * 0.5
            exponent += 1
        }
        // log m = 2 atanh(f) with f = (m - 1) / (m + 1), |f| < 0.1716.
        let f = (mantissa - 1) / (mantissa + 1)
        let s = f * f
        var p = 2.0 / 23
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
        let k = Double(exponent)
        return k * ln2High + (k * ln2Low + (p * s * f + 2 * f))
    }

    /// 1 / (1 + e^-x), without overflow at either end.
    @inline(__always)
    public static func logistic(_ x: Double) -> Double {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let e = exp(x)
        return e / (1 + e)
    }

    /// The mean of the logistic of a Gaussian, as MacKay approximates it ("The Evidence Framework Applied to
    /// Classification Networks", Neural Computation 4, 1992): what is uncertain lies nearer to a half.
    @inline(__always)
    static func logistic(mean: Double, variance: Double) -> Double {
        logistic(mean / (1 + 0.39269908169872414 * variance).squareRoot())
    }

    @inline(__always)
    static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(exponent + 1023) << 52)
    }
}
