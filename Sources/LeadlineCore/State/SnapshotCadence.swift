// Where snapshots belong. Taking and keeping them is the engine's business; where they fall is stated here, because
// state hashes fall at the same positions and are compared between instances and by auditors: the positions must be a
// function of the journal alone, so of position and state size, and nothing that an instance sets may move them.

extension State {
    /// A measure of the state's size, by which snapshots are spaced: leads, accounts, partners, events remembered.
    public var size: Int { leads.leads.count + accounts.accounts.count + partners.count + seen.count / 4 }

    /// Whether a snapshot belongs before the entry at `position`: at multiples of a power of two that grows with
    /// the state, so that the cost of snapshots stays a constant share. Depends on position and size alone.
    ///
    /// A sixteenth of the size: spaced by the whole of it, a program whose leads are all remembered would outgrow every
    /// position before it is reached, and whoever asks of one decision folds half of the spacing on average.
    public func isSnapshotDue(at position: UInt64) -> Bool {
        if position == 0 { return false }
        var spacing: UInt64 = 4_096
        while spacing < UInt64(size / 16) { spacing <<= 1 }
        return position & (spacing - 1) == 0
    }
}
