import Foundation
import LeadlineCore

@testable import Simulation

/// An arena's files, small and made from a seed: partners that differ by product, two countries, a week's capacity each.
struct SmallArena {
    static let partners = 6
    static let start = 1_735_776_000.0

    let folder: String

    /// Writes the files into a temporary folder.
    init(seed: UInt64, leads: Int) throws {
        folder = NSTemporaryDirectory() + "leadline-arena-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var chance = SplitMix64(seed: seed)
        func uniform() -> Double { Double(chance.next() >> 11) * 0x1p-53 }
        let ids = (0..<Self.partners).map { "P\($0)" }
        try write("partners", ids.map { #"{"id":"\#($0)","languages":[],"verticals":[],"certifications":[]}"# })
        try write("capacity", ids.flatMap { id in
            (0..<60).map { #"{"at":"\#(Self.time(Double($0) * 7))","partner":"\#(id)","leadsPerWeek":\#(max(4, leads / 52 / 4))}"# }
        })
        try write("floors", ids.flatMap { id in
            (0..<13).map { #"{"from":"\#(Self.time(Double($0) * 28))","until":"\#(Self.time(Double($0 + 1) * 28))","partner":"\#(id)","minimumLeads":2}"# }
        })
        var lines: [String] = [], truth: [String] = []
        for index in 0..<leads {
            let product = chance.below(3), country = ["DE", "FR"][Int(chance.below(2))], value = Int64(1_000_000 * (0.2 + 4 * uniform() * uniform()))
            let eligible = ids.indices.filter { country == "DE" ? $0 < 4 : $0 >= 2 }
            lines.append(
                #"{"id":"L\#(index)","at":"\#(Self.time(364 * Double(index) / Double(leads)))","country":"\#(country)","vertical":"v","product":"p\#(product)","source":"web","size":"1-49","dealValueMinor":\#(value),"currency":"EUR","eligible":["\#(eligible.map { ids[$0] }.joined(separator: "\",\""))"]}"#)
            let rows = eligible.map { partner -> String in
                let p = UInt64(partner) % 3 == product ? 0.45 : 0.1
                return #""\#(ids[partner])":{"p":\#(p),"wins":\#(uniform() < p)}"#
            }
            truth.append(#"{"id":"L\#(index)","winDays":20,"lossDays":40,"partners":{\#(rows.joined(separator: ","))}}"#)
        }
        try write("leads", lines)
        try write("truth", truth)
        let optimum = #"{"revenue":1000000,"revenueSecondHalf":500000,"winRate":0.3,"seed":1}"#
        try Data(optimum.utf8).write(to: URL(fileURLWithPath: folder + "/optimum.json"))
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    private func write(_ name: String, _ lines: [String]) throws {
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: folder + "/\(name).jsonl"))
    }

    private static func time(_ days: Double) -> String {
        Date(timeIntervalSince1970: start + days * 86_400).formatted(.iso8601)
    }
}
