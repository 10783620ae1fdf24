/// Every constant of the match model; a change to it is a new logic version.
struct MatchModelSettings: Sendable, Equatable {
    var biasVariance = 1.0
    /// Of one value of the lead: source, company size, vertical, product, country, intent.
    var valueVariance = 0.05
    var sizeVariance = 0.1
    var sizeSquareVariance = 0.05
    /// What a match of profile and lead is presumed to bring against a mismatch.
    var matchMean = 0.5
    var matchVariance = 0.12
    var skillVariance = 0.16
    var verticalVariance = 0.16
    var productVariance = 0.06
    var ownSizeVariance = 0.07
    var ownSizeSquareVariance = 0.008
    /// Variance that a skill gains a day, and the share of its prior that any other weight of a partner does.
    var skillDrift = 0.0005
    var ownDrift = 0.0003
    /// Columns for verticals and for products in a partner's block, and for values of leads.
    var verticals = 12
    var products = 8
    var values = 64
}

/// One lead at one partner, as the match model sees it.
struct MatchRow: Sendable, Equatable {
    /// Columns of the lead's values, -1 where there is none.
    var values = SIMD8<Int32>(repeating: -1)
    /// Columns in a partner's block, -1 where there is none.
    var vertical: Int32 = -1
    var product: Int32 = -1
    /// Logarithm of the deal's value against a usual one.
    var size = 0.0
    /// Of vertical, product, language and technologies: from -1/2 to 1/2, 0 where nothing is known.
    var match = SIMD4<Double>(repeating: 0)

    var sizeSquare: Double { min(size * size, 5) - 1 }
}

/// How well a partner suits a lead, learned from outcomes with the partner's profile: one weight a match for all
/// partners (vertical, product, language, technologies), and each partner's own deviations (skill, vertical, product,
/// deal size) around them.
///
///     log-odds = shared . x(lead, match) + own(partner) . z(lead)
///
/// A hierarchical Bayesian logistic regression (Gelman et al., "Bayesian Data Analysis", 3rd ed., sec. 16.4), filtered
/// online: the shared weights and each partner's are Gaussian blocks with full covariance, independent of one another;
/// an outcome moves both by one closed-form step (assumed-density filtering, Opper 1998, with MacKay's 1992
/// moderation). A partner's skill wanders: its variance grows by the day (West and Harrison, "Bayesian Forecasting and
/// Dynamic Models", 1997, ch. 2). An outcome costs O(shared^2 + own^2), a prediction O(features).
struct MatchModel: Sendable {
    /// What a partner adds to a lead, by what it is about.
    struct OfPartner: Sendable {
        var skill = 0.0
        var vertical = 0.0
        var product = 0.0
        var size = 0.0
        var language = 0.0
        var technologies = 0.0

        @inline(__always)
        var sum: Double { ((((skill + vertical) + product) + size) + language) + technologies }
    }

    /// Columns before the lead's values: bias, size, its square, four matches.
    private static let head = 7
    let settings = MatchModelSettings()
    let sharedCount: Int
    let ownCount: Int
    var columns = MatchColumns()
    var shared: [Double]
    var sharedCovariance: [Double]
    var own: [Double] = []
    var ownCovariance: [Double] = []
    /// Day of a partner's last outcome; nil is `Int32.min`.
    var lastDay: [Int32] = []
    let ownPrior: [Double]
    /// Outcomes learned from.
    var learned: UInt64 = 0

    /// A model that has seen nothing.
    init() {
        sharedCount = Self.head + settings.values
        ownCount = 3 + settings.verticals + settings.products
        shared = Array(repeating: 0, count: sharedCount)
        sharedCovariance = Array(repeating: 0, count: sharedCount * sharedCount)
        for k in 3..<Self.head { shared[k] = settings.matchMean }
        var prior = [settings.skillVariance, settings.ownSizeVariance, settings.ownSizeSquareVariance]
        for _ in 0..<settings.verticals { prior.append(settings.verticalVariance) }
        for _ in 0..<settings.products { prior.append(settings.productVariance) }
        ownPrior = prior
        for k in 0..<sharedCount {
            sharedCovariance[k * sharedCount + k] = switch k {
            case 0: settings.biasVariance
            case 1: settings.sizeVariance
            case 2: settings.sizeSquareVariance
            case 3..<Self.head: settings.matchVariance
            default: settings.valueVariance
            }
        }
    }

    /// Sets what is presumed of a lead before anything is learned.
    mutating func setPrior(rate: Double) {
        if learned > 0 { return }
        shared[0] = ElementaryFunctions.log(rate / (1 - rate))
    }

    /// Makes room for partners 0..<count.
    mutating func reserve(partners count: Int) {
        while lastDay.count < count {
            lastDay.append(Int32.min)
            for k in 0..<ownCount {
                own.append(0)
                for i in 0..<ownCount { ownCovariance.append(i == k ? ownPrior[k] : 0) }
            }
        }
    }

    // MARK: Predicting

    /// What does not depend on the partner; once a lead.
    @inline(__always)
    func ofLead(_ row: MatchRow) -> Double {
        var sum = (shared[0] + shared[1] * row.size) + shared[2] * row.sizeSquare
        for k in 0..<8 where row.values[k] >= 0 { sum += shared[Self.head + Int(row.values[k])] }
        return sum
    }

    /// What depends on the partner and its match; `ofLead` and its sum are the log-odds.
    @inline(__always)
    func ofPartner(
        _ partner: Int, _ row: MatchRow, _ match: SIMD4<Double>, own: Span<Double>, shared: Span<Double>
    ) -> OfPartner {
        let at = partner * ownCount
        var terms = OfPartner()
        terms.skill = own[at]
        terms.size = own[at + 1] * row.size + own[at + 2] * row.sizeSquare
        terms.vertical = shared[3] * match[0]
        if row.vertical >= 0 { terms.vertical += own[at + 3 + Int(row.vertical)] }
        terms.product = shared[4] * match[1]
        if row.product >= 0 { terms.product += own[at + 3 + settings.verticals + Int(row.product)] }
        terms.language = shared[5] * match[2]
        terms.technologies = shared[6] * match[3]
        return terms
    }

    /// Variance of the log-odds of a lead at a partner.
    func variance(_ row: MatchRow, _ partner: Int) -> Double { moments(sharedRow(row), ownRow(row), partner).variance }

    // MARK: Learning

    /// A deal's outcome is known.
    mutating func learn(_ partner: Int, _ row: MatchRow, won: Bool, day: Int32) {
        learned += 1
        drift(partner, to: day)
        let (a, b) = (sharedRow(row), ownRow(row))
        let (mean, variance) = moments(a, b, partner)
        let p = ElementaryFunctions.logistic(mean: mean, variance: variance)
        let curvature = max(p * (1 - p), 0.001), gain = 1 / (1 + curvature * variance)
        step(a, b, partner, gradient: ((won ? 1 : 0) - p) * gain, shrink: curvature * gain)
    }

    /// An outcome turned out to be the opposite. The means move by the difference; what is certain stays as certain.
    mutating func correct(_ partner: Int, _ row: MatchRow, won: Bool) {
        let (a, b) = (sharedRow(row), ownRow(row))
        step(a, b, partner, gradient: (won ? 1.0 : -1.0) / (1 + 0.25 * moments(a, b, partner).variance), shrink: 0)
    }

    /// Mean and variance of the log-odds of a lead at a partner.
    private func moments(_ a: SparseRow, _ b: SparseRow, _ partner: Int) -> (mean: Double, variance: Double) {
        let start = partner * ownCount
        var (mean, variance) = (0.0, 0.0)
        a.add(to: &mean, &variance, shared.span, sharedCovariance.span)
        b.add(
            to: &mean, &variance, own.span.extracting(start..<start + ownCount),
            ownCovariance.span.extracting(start * ownCount..<(start + ownCount) * ownCount))
        return (mean, variance)
    }

    private mutating func step(_ a: SparseRow, _ b: SparseRow, _ partner: Int, gradient: Double, shrink: Double) {
        let start = partner * ownCount
        Self.step(
            a, means: &shared, from: 0, covariance: &sharedCovariance, from: 0, width: sharedCount, gradient: gradient,
            shrink: shrink)
        Self.step(
            b, means: &own, from: start, covariance: &ownCovariance, from: start * ownCount, width: ownCount,
            gradient: gradient, shrink: shrink)
    }

    private func sharedRow(_ row: MatchRow) -> SparseRow {
        var sparse = SparseRow()
        sparse.append(0, 1)
        sparse.append(1, row.size)
        sparse.append(2, row.sizeSquare)
        for k in 0..<4 where row.match[k] != 0 { sparse.append(3 + k, row.match[k]) }
        for k in 0..<8 where row.values[k] >= 0 { sparse.append(Self.head + Int(row.values[k]), 1) }
        return sparse
    }

    private func ownRow(_ row: MatchRow) -> SparseRow {
        var sparse = SparseRow()
        sparse.append(0, 1)
        sparse.append(1, row.size)
        sparse.append(2, row.sizeSquare)
        if row.vertical >= 0 { sparse.append(3 + Int(row.vertical), 1) }
        if row.product >= 0 { sparse.append(3 + settings.verticals + Int(row.product), 1) }
        return sparse
    }

    private mutating func drift(_ partner: Int, to day: Int32) {
        if lastDay[partner] == Int32.min { lastDay[partner] = day }
        let days = Double(max(0, day - lastDay[partner]))
        lastDay[partner] = max(lastDay[partner], day)
        if days == 0 { return }
        let start = partner * ownCount * ownCount
        for k in 0..<ownCount {
            let at = start + k * ownCount + k
            let rise = (k == 0 ? settings.skillDrift : settings.ownDrift * ownPrior[k]) * days
            // A skill may become less certain than a stranger's, other weights may not.
            let most = k == 0 ? 2 * ownPrior[0] : max(ownCovariance[at], ownPrior[k])
            ownCovariance[at] = min(ownCovariance[at] + rise, most)
        }
    }

    /// mean += C x gradient; C -= (C x)(C x)' shrink.
    private static func step(
        _ row: SparseRow, means: inout [Double], from first: Int, covariance: inout [Double], from start: Int,
        width n: Int, gradient: Double, shrink: Double
    ) {
        var product = InlineArray<128, Double>(repeating: 0)
        for k in 0..<row.count {
            let at = start + row.columns[k] * n, x = row.values[k]
            for i in 0..<n { product[i] += covariance[at + i] * x }
        }
        // No mutable span, as in `WinWeights.move`.
        for i in 0..<n where product[i] != 0 {
            means[first + i] += product[i] * gradient
            let scale = product[i] * shrink, at = start + i * n
            for k in 0..<n { covariance[at + k] -= scale * product[k] }
        }
    }
}

/// A few columns and their values.
private struct SparseRow {
    var columns = InlineArray<16, Int>(repeating: 0)
    var values = InlineArray<16, Double>(repeating: 0)
    var count = 0

    mutating func append(_ column: Int, _ value: Double) {
        columns[count] = column
        values[count] = value
        count += 1
    }

    /// Mean and variance of the sum that the row picks.
    func add(to mean: inout Double, _ variance: inout Double, _ means: Span<Double>, _ covariance: Span<Double>) {
        for a in 0..<count {
            mean += means[columns[a]] * values[a]
            for b in 0..<count {
                variance += (covariance[columns[a] * means.count + columns[b]] * values[a]) * values[b]
            }
        }
    }
}
