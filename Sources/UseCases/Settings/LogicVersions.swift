import Engine
import LeadlineCore
import LeadlineSchemas

extension Deployment {
    /// The logic version by which the program decides.
    public func logicVersion() throws(Problem) -> UInt32 { try registeredState().logicVersion }

    /// Whether adopting a version changes anything.
    /// - Throws: `Problem` for a version before the one in force: a program never goes back.
    public func isAdopted(_ version: UInt32) throws(Problem) -> (isAdopted: Bool, now: UInt32) {
        let now = try logicVersion()
        guard version >= now else {
            throw Problem(
                .invalid, "\(program) decides by logic version \(now), and a program never goes back to an earlier one",
                remedy: "Decisions of version \(version) stay provable: 'leadline verify' decides them by it")
        }
        return (version == now, now)
    }

    /// Has the program decide by a later logic version from here on.
    public func adopt(_ version: UInt32) async throws(Problem) -> Publication {
        try await Problem.told {
            try await publish([
                event(.logicVersionAdopted, #"{"logicVersion":\#(version)}"#)
            ])
        }
    }
}
