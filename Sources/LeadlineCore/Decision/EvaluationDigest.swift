/// A hash over a whole evaluation: inputs, who was out by which step, every candidate's every contribution.
enum EvaluationDigest {
    /// The digest as the logic of `version` takes it.
    static func of(_ summary: EvaluationSummary, _ scratch: EvaluationScratch, logic version: UInt32) -> Digest128 {
        var hash = SipHash128()
        hash.absorb(UInt64(bitPattern: summary.dealValueMinorUnits))
        hash.absorb(summary.fitExponent)
        hash.absorb(UInt64(summary.method.rawValue))
        hash.absorb(summary.arm)
        for step in scratch.steps {
            hash.absorb(UInt64(step.reason.rawValue) << 32 | UInt64(UInt32(bitPattern: Int32(step.rule))))
            for word in step.out { hash.absorb(word) }
        }
        hash.absorb(UInt64(scratch.partners.count))
        for part in version >= 2 ? columns(scratch) : pairs(scratch) {
            hash.absorb(part.low)
            hash.absorb(part.high)
        }
        return hash.digest()
    }

    @inline(__always)
    private static func word(_ partner: Int, _ isIn: Bool) -> UInt64 { UInt64(partner) << 1 | (isIn ? 1 : 0) }

    /// Since version 2: column after column, its words by turns through two hashes.
    private static func columns(_ scratch: EvaluationScratch) -> [Digest128] {
        let count = scratch.partners.count
        var pair = SipPair128()
        let partners = scratch.partners.span, isIn = scratch.isIn.span
        for row in stride(from: 0, to: count, by: 2) {
            pair.absorb(word(partners[row], isIn[row]), row + 1 < count ? word(partners[row + 1], isIn[row + 1]) : 0)
        }
        pair.absorb(scratch.fitContributions.span, count: count * scratch.fitCount)
        pair.absorb(scratch.conversionContributions.span, count: count * scratch.conversionCount)
        pair.absorb(scratch.engagement.span, count: count)
        pair.absorb(scratch.score.span, count: count)
        pair.absorb(scratch.placePrice.span, count: count)
        pair.absorb(scratch.favour.span, count: count)
        if scratch.weighsWaiting { pair.absorb(scratch.waiting.span, count: count) }
        return pair.digests()
    }

    /// Version 1: candidates two by two through two hashes, for each waits for its own last round.
    private static func pairs(_ scratch: EvaluationScratch) -> [Digest128] {
        var (even, odd) = (SipHash128(), SipHash128())
        let partners = scratch.partners.span, isIn = scratch.isIn.span
        for row in stride(from: 0, to: partners.count - 1, by: 2) {
            even.absorb(word(partners[row], isIn[row]))
            odd.absorb(word(partners[row + 1], isIn[row + 1]))
            absorb(scratch.fitContributions.span, row, width: scratch.fitCount, into: &even, &odd)
            absorb(scratch.conversionContributions.span, row, width: scratch.conversionCount, into: &even, &odd)
            absorb(scratch.engagement.span, row, width: 1, into: &even, &odd)
            absorb(scratch.score.span, row, width: 1, into: &even, &odd)
            absorb(scratch.placePrice.span, row, width: 1, into: &even, &odd)
            absorb(scratch.favour.span, row, width: 1, into: &even, &odd)
        }
        if partners.count & 1 == 1 { absorb(partners.count - 1, scratch, &even) }
        return [even.digest(), odd.digest()]
    }

    /// Two rows of a column, or of several side by side.
    @inline(__always)
    private static func absorb(
        _ columns: Span<Double>, _ row: Int, width: Int, into even: inout SipHash128, _ odd: inout SipHash128
    ) {
        let start = row * width
        for column in start..<start + width {
            even.absorb(columns[column])
            odd.absorb(columns[column + width])
        }
    }

    /// The last of an odd number of rows.
    private static func absorb(_ row: Int, _ scratch: EvaluationScratch, _ hash: inout SipHash128) {
        hash.absorb(word(scratch.partners[row], scratch.isIn[row]))
        for column in row * scratch.fitCount..<(row + 1) * scratch.fitCount {
            hash.absorb(scratch.fitContributions[column])
        }
        for column in row * scratch.conversionCount..<(row + 1) * scratch.conversionCount {
            hash.absorb(scratch.conversionContributions[column])
        }
        hash.absorb(scratch.engagement[row])
        hash.absorb(scratch.score[row])
        hash.absorb(scratch.placePrice[row])
        hash.absorb(scratch.favour[row])
    }
}
