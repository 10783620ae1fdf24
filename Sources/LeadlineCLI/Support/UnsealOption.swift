import ArgumentParser

/// What goes with every --unseal.
enum UnsealOption {
    /// - Throws: `ValidationError` for a reason without anything to open.
    static func check(_ unseal: Bool, _ reason: String) throws {
        if !unseal && !reason.isEmpty { throw ValidationError("--reason goes with --unseal") }
        if reason.utf8.count > 1_024 { throw ValidationError("--reason must have at most 1024 bytes") }
    }
}
