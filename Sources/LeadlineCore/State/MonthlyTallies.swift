/// Won and closed deals of each partner in each vertical over the last twelve months of 30 days; since logic version 2.
///
/// Only pairs in which a deal was decided have a cell, and there are at most so many: once they are all taken, those
/// that twelve months have passed over make room, and where none has, what is new goes uncounted.
struct MonthlyTallies: Sendable {
    static let monthCount = 12
    static let daysPerMonth: Int32 = 30
    static let cellsMax = 100_000

    /// One partner in one vertical: a ring of months, the lanes from `monthCount` on unused.
    struct Cell: Sendable, Equatable {
        var partner: UInt32
        var vertical: Vocabulary.Code
        /// The newest month that the ring holds.
        var month: Int32
        var won = SIMD16<UInt16>(repeating: 0)
        var closed = SIMD16<UInt16>(repeating: 0)
    }

    private(set) var cells: ContiguousArray<Cell> = []
    private var cellByKey: [UInt64: Int] = [:]
    /// The month in which cells last made room for others.
    private(set) var sweptMonth = Int32.min

    init() {}

    /// Rebuilds the index from a snapshot's cells.
    init(cells: ContiguousArray<Cell>, sweptMonth: Int32) {
        self.cells = cells
        self.sweptMonth = sweptMonth
        for index in cells.indices { cellByKey[Self.key(cells[index].partner, cells[index].vertical)] = index }
    }

    /// The month of a moment, counted from 1970.
    static func month(_ stamp: Timestamp) -> Int32 { State.day(stamp) / daysPerMonth }

    private static func key(_ partner: UInt32, _ vertical: Vocabulary.Code) -> UInt64 {
        UInt64(partner) << 16 | UInt64(vertical)
    }
    /// Where a month lies in the rings; also for months before 1970.
    static func lane(_ month: Int32) -> Int {
        let rest = Int(month) % monthCount
        return rest < 0 ? rest + monthCount : rest
    }

    /// Counts a deal that was decided at `closing`, while it is `now`.
    mutating func count(_ partner: Int, _ vertical: Vocabulary.Code, won: Bool, closing: Timestamp, now: Timestamp) {
        let month = Self.month(closing)
        guard month > Self.month(now) - Int32(Self.monthCount),
            let cell = cell(UInt32(partner), vertical, Self.month(now))
        else { return }
        cells[cell].advance(to: Self.month(now))
        let lane = Self.lane(month)
        if cells[cell].closed[lane] < .max { cells[cell].closed[lane] += 1 }
        if won && cells[cell].won[lane] < .max { cells[cell].won[lane] += 1 }
    }

    /// Takes back what `count` did; used when an outcome is corrected.
    mutating func discount(_ partner: Int, _ vertical: Vocabulary.Code, won: Bool, closing: Timestamp) {
        guard let cell = cellByKey[Self.key(UInt32(partner), vertical)] else { return }
        let month = Self.month(closing), lane = Self.lane(month)
        guard month <= cells[cell].month, month > cells[cell].month - Int32(Self.monthCount) else { return }
        if cells[cell].closed[lane] > 0 { cells[cell].closed[lane] -= 1 }
        if won && cells[cell].won[lane] > 0 { cells[cell].won[lane] -= 1 }
    }

    /// Won and closed deals of the twelve months that end with the month of `stamp`.
    func record(_ partner: Int, _ vertical: Vocabulary.Code, at stamp: Timestamp) -> SlotRecord {
        var record = SlotRecord(won: 0, closed: 0)
        guard let index = cellByKey[Self.key(UInt32(partner), vertical)] else { return record }
        let cell = cells[index], oldest = max(Self.month(stamp), cell.month) - Int32(Self.monthCount) + 1
        if oldest > cell.month { return record }
        for month in oldest...cell.month {
            record.won += UInt32(cell.won[Self.lane(month)])
            record.closed += UInt32(cell.closed[Self.lane(month)])
        }
        return record
    }

    /// What one partner closed the other did.
    mutating func move(_ from: UInt32, _ into: UInt32) {
        var kept: ContiguousArray<Cell> = []
        kept.reserveCapacity(cells.count)
        var moved: [Cell] = []
        for cell in cells { if cell.partner == from { moved.append(cell) } else { kept.append(cell) } }
        if moved.isEmpty { return }
        for var cell in moved {
            cell.partner = into
            guard let at = kept.firstIndex(where: { $0.partner == into && $0.vertical == cell.vertical }) else {
                kept.append(cell)
                continue
            }
            let newest = max(kept[at].month, cell.month)
            kept[at].advance(to: newest)
            cell.advance(to: newest)
            for lane in 0..<Self.monthCount {
                kept[at].won[lane] += min(cell.won[lane], .max - kept[at].won[lane])
                kept[at].closed[lane] += min(cell.closed[lane], .max - kept[at].closed[lane])
            }
        }
        self = Self(cells: kept, sweptMonth: sweptMonth)
    }

    private mutating func cell(_ partner: UInt32, _ vertical: Vocabulary.Code, _ month: Int32) -> Int? {
        let key = Self.key(partner, vertical)
        if let known = cellByKey[key] { return known }
        if cells.count >= Self.cellsMax { sweep(month) }
        guard cells.count < Self.cellsMax else { return nil }
        cells.append(Cell(partner: partner, vertical: vertical, month: month))
        cellByKey[key] = cells.count - 1
        return cells.count - 1
    }

    /// Drops the cells whose every deal is older than twelve months; once a month at most, for it looks at all of them.
    private mutating func sweep(_ month: Int32) {
        if sweptMonth == month { return }
        sweptMonth = month
        cells.removeAll { $0.month <= month - Int32(Self.monthCount) }
        self = Self(cells: cells, sweptMonth: month)
    }
}

extension MonthlyTallies.Cell {
    /// Empties the months between the newest and `month`.
    mutating func advance(to newest: Int32) {
        if newest <= month { return }
        let first = max(month + 1, newest - Int32(MonthlyTallies.monthCount) + 1)
        for passed in first...newest {
            won[MonthlyTallies.lane(passed)] = 0
            closed[MonthlyTallies.lane(passed)] = 0
        }
        month = newest
    }
}

extension MonthlyTallies {
    func write(to w: inout StateWriter) {
        w.put(sweptMonth)
        w.put(each: cells) { w, cell in
            w.put(cell.partner)
            w.put(cell.vertical)
            w.put(cell.month)
            for lane in 0..<Self.monthCount {
                w.put(cell.won[lane])
                w.put(cell.closed[lane])
            }
        }
    }

    init(from r: inout StateReader) throws(StateBytesError) {
        let swept: Int32 = try r.get()
        let cells = try r.each { (r) throws(StateBytesError) in
            var cell = Cell(partner: try r.get(), vertical: try r.get(), month: try r.get())
            for lane in 0..<Self.monthCount {
                cell.won[lane] = try r.get()
                cell.closed[lane] = try r.get()
            }
            return cell
        }
        self.init(cells: ContiguousArray(cells), sweptMonth: swept)
    }
}
