import Journal
public import Logging

extension CheckpointKeeper {
    /// A keeper that tells what it does on a log.
    /// - Parameter publish: told of each new checkpoint once it is durable here.
    /// - Throws: ``LogKeyError``; `JournalError` and SQLite's own failures.
    public static func logging(
        _ folder: DataFolder, _ logger: Logger,
        publish: @escaping @Sendable (StoredCheckpoint) throws -> Void = { _ in }
    ) throws -> CheckpointKeeper {
        let signer = try CheckpointSigner(folder)
        if let path = signer.newKeyPath {
            logger.notice(
                "made a log key to sign checkpoints with; back it up apart from the data folder",
                metadata: ["file": "\(path)"])
        }
        return CheckpointKeeper(
            signer,
            signed: { stored in
                logger.info(
                    "checkpoint", metadata: ["program": "\(stored.program)", "size": "\(stored.checkpoint.size)"])
                try publish(stored)
            },
            refused: { logger.error("no checkpoint", metadata: ["why": "\($0)"]) })
    }
}
