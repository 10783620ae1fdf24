import Engine
import KafkaTransport
import LeadlineCore

extension Deployment {
    /// The same where its journal can be read: here if an instance on this machine decides for the program; else, with a
    /// cluster, on a copy of the program's partition in the data folder, which follows the journal topic with each
    /// question. The copy has no keys: it answers what needs none.
    public func following() throws(Problem) -> Deployment {
        try Problem.told {
            guard let cluster, !isDecidedHere else { return self }
            let place = try DataFolder.forCopy(
                path: root.path + "/followed", settings: root.settings, machine: root.machine)
            let line = progress("following the journal")
            defer { line.finish() }
            return moved(to: try JournalCopy.follow(program, place, cluster) { line.update($0) })
        }
    }

    /// True if a processor on this machine works on the shard that holds the program. A shard that was another
    /// machine's in the meantime may lie here still, and be old.
    private var isDecidedHere: Bool {
        guard folder.isShard else { return false }
        do { _ = try folder.lock() } catch EngineError.locked { return true } catch { return false }
        return false
    }
}
