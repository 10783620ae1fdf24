import Evaluation
import LeadlineCore

/// Rows made in the test.
enum Samples {
    /// Reads CSV text as the command reads a file, in chunks that end in the middle of lines.
    static func read(
        _ text: String, _ columns: ColumnChoice = ColumnChoice(), logic: UInt32 = Logic.newest, chunk: Int = 7
    ) throws -> Observations {
        var rest = Array(text.utf8)[...]
        return try ObservationReader.read(columns: columns, logic: logic) {
            defer { rest = rest.dropFirst(chunk) }
            return Array(rest.prefix(chunk))
        }
    }

    /// Invented opportunities whose chance depends on partner and category; the same seed gives the same text.
    static func invented(rows: Int, seed: UInt64, delay: Int) -> String {
        var state = seed
        func next(_ bound: UInt64) -> Int {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % bound)
        }
        var lines = ["t,tclose,partner,y,value,c_trade,n_size"]
        for row in 0..<rows {
            let partner = next(4), trade = next(3), size = 1 + next(1_000)
            let chance = 10 + 15 * partner + (trade == partner ? 30 : 0)
            let day = row / 5
            lines.append("\(day),\(day + (delay == 0 ? 0 : next(UInt64(delay)))),p\(partner),\(next(100) < chance ? 1 : 0),0,trade\(trade),\(size)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
