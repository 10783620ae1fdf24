/// The sizes of won deals, by their logarithms: sizes of deals lie about evenly on that scale.
struct SizeTally: Sendable, Equatable {
    private(set) var count: UInt32 = 0
    private(set) var logs = 0.0
    private(set) var logSquares = 0.0
    /// Mean of the logarithms; 0 without a deal. Kept, for it is asked far more often than it changes, as is the
    /// variance.
    private(set) var mean = 0.0
    /// Variance of the logarithms among the deals; 0 without two.
    private(set) var variance = 0.0

    init(count: UInt32 = 0, logs: Double = 0, logSquares: Double = 0) {
        (self.count, self.logs, self.logSquares) = (count, logs, logSquares)
        refresh()
    }

    private mutating func refresh() {
        mean = count == 0 ? 0 : logs / Double(count)
        variance = count < 2 ? 0 : max(0, logSquares / Double(count) - mean * mean)
    }

    mutating func add(_ minorUnits: Int64) {
        let log = Self.log(minorUnits)
        count += 1
        logs += log
        logSquares += log * log
        refresh()
    }

    /// Takes back what `add` did; used when an outcome is corrected.
    mutating func remove(_ minorUnits: Int64) {
        if count <= 1 {
            self = Self()
            return
        }
        let log = Self.log(minorUnits)
        count -= 1
        logs -= log
        logSquares -= log * log
        refresh()
    }

    /// Logarithm of an amount of at least one minor unit.
    static func log(_ minorUnits: Int64) -> Double { ElementaryFunctions.log(Double(max(minorUnits, 1))) }
}

/// The minutes from assignments to first responses, by logarithms: one lead that lay over a holiday says little of a
/// partner.
struct ResponseTally: Sendable, Equatable {
    var count: UInt32 = 0
    /// Sum of the logarithms of one plus the minutes.
    var logs = 0.0

    mutating func add(elapsedMicros: Int64) {
        count += 1
        logs += ElementaryFunctions.log(1 + Double(max(0, elapsedMicros)) / Double(Timestamp.microsPerMinute))
    }

    /// The typical time in minutes, a mean that few long times hardly move; nil without a response.
    var typicalMinutes: Double? {
        count == 0 ? nil : ElementaryFunctions.exp(logs / Double(count)) - 1
    }
}

/// What a partner's deals and answers say of it beyond what is counted; since logic version 2.
struct PartnerRecord: Sendable, Equatable {
    var wonSizes = SizeTally()
    var responses = ResponseTally()
}

/// The records of all partners, as a column, and of all together.
struct PartnerRecords: Sendable, Equatable {
    var program = PartnerRecord()
    var partners: [PartnerRecord] = []

    mutating func addPartner() { partners.append(PartnerRecord()) }

    mutating func win(_ partner: Int, _ minorUnits: Int64) {
        partners[partner].wonSizes.add(minorUnits)
        program.wonSizes.add(minorUnits)
    }

    mutating func takeBackWin(_ partner: Int, _ minorUnits: Int64) {
        partners[partner].wonSizes.remove(minorUnits)
        program.wonSizes.remove(minorUnits)
    }

    mutating func respond(_ partner: Int, elapsedMicros: Int64) {
        partners[partner].responses.add(elapsedMicros: elapsedMicros)
        program.responses.add(elapsedMicros: elapsedMicros)
    }
}

extension PartnerRecord {
    func write(to w: inout StateWriter) {
        w.put(wonSizes.count)
        w.put(wonSizes.logs.bitPattern)
        w.put(wonSizes.logSquares.bitPattern)
        w.put(responses.count)
        w.put(responses.logs.bitPattern)
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        wonSizes = SizeTally(count: try r.get(), logs: try r.double(), logSquares: try r.double())
        responses = ResponseTally(count: try r.get(), logs: try r.double())
    }
}

extension PartnerRecords {
    func write(to w: inout StateWriter) {
        program.write(to: &w)
        w.put(each: partners) { $1.write(to: &$0) }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        program = try PartnerRecord(from: &r)
        partners = try r.each { (r) throws(StateBytesError) in try PartnerRecord(from: &r) }
    }
}
