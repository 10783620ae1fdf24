import Testing

@testable import LeadlineCore

/// Goal: exp, log and the logistic function give the same bits everywhere, and the right ones to two units in the
/// last place.
/// Method: points whose exact values were computed elsewhere, see `Points`.
@Suite struct ElementaryFunctionTests {
    private static let functions: [(name: String, points: [Points.Point], of: @Sendable (Double) -> Double)] = [
        ("exp", Points.exp, { ElementaryFunctions.exp($0) }),
        ("log", Points.log, { ElementaryFunctions.log($0) }),
        ("logistic", Points.logistic, { ElementaryFunctions.logistic($0) }),
    ]

    /// Units in the last place between two numbers of one sign.
    private func distance(_ a: UInt64, _ b: UInt64) -> UInt64 { a > b ? a - b : b - a }

    @Test(arguments: functions.map(\.name))
    func bitsAreGoldenAndAccurate(_ name: String) throws {
        let function = try #require(Self.functions.first { $0.name == name })
        for point in function.points {
            let x = Double(bitPattern: point.x)
            let bits = function.of(x).bitPattern
            if Golden.isRewriting {
                print("        .init(x: \(Golden.hex(point.x)), exact: \(Golden.hex(point.exact)), golden: \(Golden.hex(bits))),")
                continue
            }
            #expect(bits == point.golden, "\(name)(\(x))")
            #expect(distance(bits, point.exact) <= 2, "\(name)(\(x))")
        }
    }

    @Test func ends() {
        #expect(ElementaryFunctions.exp(.infinity) == .infinity)
        #expect(ElementaryFunctions.exp(-.infinity) == 0)
        #expect(ElementaryFunctions.exp(710) == .infinity)
        #expect(ElementaryFunctions.exp(-746) == 0)
        #expect(ElementaryFunctions.exp(.nan).isNaN)
        #expect(ElementaryFunctions.log(0) == -.infinity)
        #expect(ElementaryFunctions.log(-1).isNaN)
        #expect(ElementaryFunctions.log(.nan).isNaN)
        #expect(ElementaryFunctions.log(.infinity) == .infinity)
        #expect(ElementaryFunctions.logistic(.infinity) == 1)
        #expect(ElementaryFunctions.logistic(-.infinity) == 0)
        #expect(ElementaryFunctions.logistic(.nan).isNaN)
    }

    /// Four at once have the bits that each has alone: of ordinary numbers, of the golden points, and where one of the four is
    /// at an end of the range.
    @Test func fourAtOnceAreTheSameBits() {
        var chance = Seeded(21)
        var numbers = (0..<20_000).map { _ in Double(chance.below(2_000_001) - 1_000_000) / Double([1_000_000, 50_000, 1_500][chance.below(3)]) }
        numbers += (Points.exp + Points.log + Points.logistic).map { Double(bitPattern: $0.x) }
        numbers += [.infinity, -.infinity, .nan, 0, -0.0, 708, -708, 709.9, -745.2, .leastNonzeroMagnitude, .leastNormalMagnitude / 8, .leastNormalMagnitude, .greatestFiniteMagnitude]
        numbers += (0..<numbers.count % 4).map { _ in 1 }
        for first in stride(from: 0, to: numbers.count - 3, by: 4) {
            let x = SIMD4(numbers[first], numbers[first + 1], numbers[first + 2], numbers[first + 3])
            let all = (ElementaryFunctions.exp(x), ElementaryFunctions.log(x), ElementaryFunctions.logistic(x))
            for lane in 0..<4 {
                #expect(all.0[lane].bitPattern == ElementaryFunctions.exp(x[lane]).bitPattern, "exp(\(x[lane]))")
                #expect(all.1[lane].bitPattern == ElementaryFunctions.log(x[lane]).bitPattern, "log(\(x[lane]))")
                #expect(all.2[lane].bitPattern == ElementaryFunctions.logistic(x[lane]).bitPattern, "logistic(\(x[lane]))")
            }
        }
    }

    /// Neighbours on a fine grid: a reduction step that jumps would show.
    @Test func monotone() {
        var (exp, log, logistic) = (0.0, -Double.infinity, 0.0)
        for step in 1...200_000 {
            let x = Double(step) * 0.0005 - 50
            let next = (ElementaryFunctions.exp(x), ElementaryFunctions.log(Double(step) * 0.0005), ElementaryFunctions.logistic(x))
            #expect(next.0 >= exp && next.1 >= log && next.2 >= logistic, "at step \(step)")
            (exp, log, logistic) = next
        }
    }
}
