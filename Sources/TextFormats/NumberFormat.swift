/// How a decimal number is written: what parts its thousands, and what its fraction.
///
/// Reading is exact or refused: a group that has not three digits is no thousands (`1,50` is not 150 in `english`), so
/// that no amount becomes a hundred times as much.
public enum NumberFormat: String, CaseIterable, Codable, Sendable {
    /// `1234.56`, nothing between thousands.
    case plain
    /// `1,234.56`
    case english
    /// `1.234,56`
    case german
    /// `1 234,56`, with a blank of any kind.
    case french
    /// `1'234.56`, with either apostrophe.
    case swiss
    /// `12,34,567.89`
    case indian

    /// An example of a number of this form.
    public var example: String {
        switch self {
        case .plain: "1234.56"
        case .english: "1,234.56"
        case .german: "1.234,56"
        case .french: "1 234,56"
        case .swiss: "1'234.56"
        case .indian: "12,34,567.89"
        }
    }

    private var point: Unicode.Scalar { self == .german || self == .french ? "," : "." }

    private func isGroupMark(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .plain: false
        case .english, .indian: scalar == ","
        case .german: scalar == "."
        // Blanks: plain, no-break, narrow no-break, thin.
        case .french: [" ", "\u{A0}", "\u{202F}", "\u{2009}"].contains(scalar)
        case .swiss: scalar == "'" || scalar == "\u{2019}"
        }
    }

    /// The number that a text writes; nil for anything else, and for more than 18 digits.
    public func parse(_ text: String) -> DecimalNumber? {
        var scalars = Array(text.unicodeScalars)[...]
        var isNegative = false
        if scalars.first == "-" || scalars.first == "\u{2212}" {
            isNegative = true
            scalars = scalars.dropFirst()
        }
        let halves = scalars.split(separator: point, maxSplits: 2, omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), let whole = whole(halves[0]) else { return nil }
        let fraction = halves.count == 2 ? Array(halves[1]) : []
        guard fraction.allSatisfy(Self.isDigit), halves.count == 1 || !fraction.isEmpty else { return nil }
        guard whole.count + fraction.count <= 18 else { return nil }
        let digits = (whole + fraction).reduce(Int64(0)) { $0 * 10 + Int64($1.value - 48) }
        return DecimalNumber(isNegative: isNegative, digits: digits, fractionDigits: fraction.count)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (48...57).contains(scalar.value) }

    /// The digits before the point, if they are grouped as they must be or not at all.
    private func whole(_ part: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
        let groups = part.split(omittingEmptySubsequences: false, whereSeparator: isGroupMark)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isDigit) }) else { return nil }
        if groups.count > 1 {
            let middle = self == .indian ? 2 : 3
            guard let first = groups.first, let last = groups.last, first.count <= middle, last.count == 3,
                groups.dropFirst().dropLast().allSatisfy({ $0.count == middle })
            else { return nil }
        }
        return groups.flatMap { $0 }
    }
}

/// A decimal number, exactly.
public struct DecimalNumber: Equatable, Sendable {
    public let isNegative: Bool
    /// All digits, without the point.
    public let digits: Int64
    /// How many of them stand after the point.
    public let fractionDigits: Int

    /// The number times `factor`, in integers only, halves rounded up; nil for what does not fit.
    public func times(_ factor: Int64) -> Int64? {
        var divisor: Int64 = 1
        for _ in 0..<fractionDigits { divisor *= 10 }
        let (product, overflow) = digits.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        let value = product / divisor + (product % divisor >= divisor - product % divisor ? 1 : 0)
        return isNegative ? -value : value
    }

    /// The number, if it is whole.
    public var whole: Int64? {
        var divisor: Int64 = 1
        for _ in 0..<fractionDigits { divisor *= 10 }
        return digits % divisor == 0 ? digits / divisor * (isNegative ? -1 : 1) : nil
    }
}

/// A number with what stands around it: a currency's sign or code.
public struct WrittenAmount: Equatable, Sendable {
    public let number: DecimalNumber
    /// The sign or code, as it stands there; empty if there is none.
    public let mark: String

    /// Takes a text apart; nil if it is no number in that form with at most one mark before or after it. A sum in
    /// brackets is negative, as accountants write it.
    public init?(_ text: String, _ format: NumberFormat) {
        var scalars = Array(text.unicodeScalars)[...]
        Self.trim(&scalars)
        var isNegative = false
        if scalars.first == "(", scalars.last == ")" {
            isNegative = true
            scalars = scalars.dropFirst().dropLast()
        }
        if scalars.first == "-" || scalars.first == "\u{2212}" {
            isNegative.toggle()
            scalars = scalars.dropFirst()
        }
        let isPart = { (scalar: Unicode.Scalar) in (48...57).contains(scalar.value) || scalar == "-" || scalar == "\u{2212}" }
        guard let first = scalars.firstIndex(where: isPart),
            let last = scalars.lastIndex(where: { (48...57).contains($0.value) })
        else { return nil }
        // A mark that ends with a dot ("Fr.") is not the beginning of a fraction: digits follow, the point does not.
        var before = scalars[..<first]
        var after = scalars[(last + 1)...]
        Self.trim(&before)
        Self.trim(&after)
        guard before.isEmpty || after.isEmpty, Self.isMark(before), Self.isMark(after),
            let number = format.parse(String(String.UnicodeScalarView(scalars[first...last])))
        else { return nil }
        mark = String(String.UnicodeScalarView(before.isEmpty ? after : before))
        self.number =
            isNegative
            ? DecimalNumber(isNegative: !number.isNegative, digits: number.digits, fractionDigits: number.fractionDigits)
            : number
    }

    /// At most five letters, signs of currencies and dots.
    private static func isMark(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        part.count <= 5
            && part.allSatisfy {
                $0 == "." || $0.properties.isAlphabetic || $0.properties.generalCategory == .currencySymbol
            }
    }

    private static func trim(_ scalars: inout ArraySlice<Unicode.Scalar>) {
        while let first = scalars.first, first.properties.isWhitespace { scalars = scalars.dropFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars = scalars.dropLast() }
    }
}
