import Dispatch
import Foundation
import Synchronization

extension Array where Element: Sendable {
    /// The elements mapped by all cores, in their order; by the caller alone where they are so few that handing them
    /// out would take longer.
    ///
    /// - Parameters:
    ///   - fewest: Elements from which on other cores help.
    ///   - map: gets a part of the elements, those that follow each other, and gives what comes of each. May run on
    ///     several threads at once.
    public func mappedByAllCores<Mapped: Sendable>(
        fewest: Int = 32, _ map: @Sendable (ArraySlice<Element>) -> [Mapped]
    ) -> [Mapped] {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        if count < fewest || cores < 2 { return map(self[...]) }
        // Several parts a core, for cores are not equally free.
        let parts = cores * 4
        let mapped = Mutex([[Mapped]](repeating: [], count: parts))
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let result = map(self[count * part / parts..<count * (part + 1) / parts])
            mapped.withLock { $0[part] = result }
        }
        return mapped.withLock { $0.flatMap { $0 } }
    }
}
