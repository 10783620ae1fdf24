import Foundation
import Testing

/// Goal: the core stays pure. Method: its sources are read as text.
@Suite struct TidyTests {
    private static let core = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources/LeadlineCore")

    private static func sources() throws -> [(name: String, lines: [Substring])] {
        let files = try #require(FileManager.default.enumerator(atPath: core.resolvingSymlinksInPath().path))
        return try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: core.appending(path: name), encoding: .utf8)
            return (name, text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// The code of a line: no comment.
    private func code(_ line: Substring) -> Substring {
        line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }

    @Test func itReadsTheSources() throws {
        let names = try Self.sources().map(\.name)
        #expect(names.contains("Decider.swift"))
        #expect(names.count > 20)
    }

    @Test func importsNothingButCollections() throws {
        let allowed: Set = ["HeapModule", "DequeModule", "OrderedCollections"]
        for (name, lines) in try Self.sources() {
            for line in lines where code(line).contains("import ") {
                let module = code(line).split(separator: " ").last.map(String.init) ?? ""
                #expect(allowed.contains(module), "\(name): \(line)")
            }
        }
    }

    /// What a state holds and what computes it stand below what decides and what folds, and name neither: `Decision` reads
    /// the tables, never the other way round.
    @Test func tablesNameNothingAboveThem() throws {
        let declaration = /^(?:public |indirect )*(?:struct|enum|class|protocol|typealias) (\w+)/
        let above = try Self.sources().filter { $0.name.hasPrefix("Decision/") || $0.name.hasPrefix("Evolve/") }
        let names = Set(above.flatMap(\.lines).compactMap { $0.firstMatch(of: declaration).map { String($0.1) } })
        #expect(names.isSuperset(of: ["Evaluation", "Fit", "Conversion", "EvaluationScratch"]))
        let below = ["Facts/", "State/", "Model/", "Allocation/", "Numbers/"]
        for (name, lines) in try Self.sources() where below.contains(where: name.hasPrefix) {
            for line in lines {
                let words = code(line).split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
                for word in words where names.contains(word) { #expect(Bool(false), "\(name) names \(word): \(line)") }
            }
        }
    }

    @Test func linesAreShort() throws {
        for (name, lines) in try Self.sources() {
            for (number, line) in lines.enumerated() { #expect(line.count <= 120, "\(name):\(number + 1)") }
        }
    }

    /// Beyond four, a reader cannot tell by place which argument is which.
    @Test func longArgumentListsHaveLabels() throws {
        let parameter = /(?:^|[(,]\s*)_ \w+:/
        for (name, lines) in try Self.sources() {
            let text = lines.map { String(code($0)) }.joined(separator: "\n")
            for signature in text.matches(of: /(?:func \w+(?:<[^>]*>)?|[^.\w]init\??)\(([^{]*?)\{/) {
                let count = signature.1.matches(of: parameter).count
                #expect(count <= 4, "\(name): \(signature.0)")
            }
        }
    }

    /// No clock, no chance, no mathematics of the machine's own.
    @Test func namesNothingThatDiffersBetweenRuns() throws {
        // HashIndex alone may ask for a seeded hash: it answers for single keys and never shows their order.
        let words = [
            "Date", "Foundation", "ContinuousClock", "SuspendingClock", "SystemRandom", "SystemRandomNumberGenerator",
            "Glibc", "Musl", "Darwin", "pow", "fma", "Hasher", "hashValue", "Task", "Mutex", "ObjectIdentifier",
        ]
        let pieces = [".random", ".shuffled", "randomElement", "addingProduct", "addProduct", "squareRoot(of", "sin(", "cos("]
        for (name, lines) in try Self.sources() {
            for line in lines {
                let tokens = code(line).split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
                for word in words where !(word == "hashValue" && name.hasSuffix("HashIndex.swift")) {
                    #expect(!tokens.contains(word), "\(name): \(line)")
                }
                for piece in pieces { #expect(!code(line).contains(piece), "\(name): \(line)") }
            }
        }
    }

    /// The order of a dictionary or a set differs from run to run; the known ones are only looked up.
    @Test func iteratesOverNoDictionary() throws {
        let unordered = ["indexByID", "byTicket", "ticketsByLead", "archivedIDs",
            "codes", "rowByKey", "columnByVertical", "cellByKey"]
        for (name, lines) in try Self.sources() {
            for line in lines {
                let text = code(line)
                for table in unordered {
                    #expect(!text.contains("in \(table) ") && !text.contains("in \(table).") , "\(name): \(line)")
                    for walk in ["map", "forEach", "filter", "reduce", "compactMap", "values", "first"] {
                        #expect(!text.contains(" \(table).\(walk)"), "\(name): \(line)")
                    }
                }
                if text.contains(".keys") { #expect(text.contains(".keys.sorted()"), "\(name): \(line)") }
            }
        }
    }
}
