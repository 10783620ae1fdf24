public import UseCases

/// Where it stands who may do what. It is asked at every request and while streams are open, and answers from what is
/// durable: what was revoked a moment ago, by whichever process, counts at once.
public protocol AccessDirectory: Sendable {
    /// The grant of a key if its secret is right, in force or not; nil for an unknown key and a wrong secret alike.
    func grant(for token: KeyToken) throws -> Grant?
    /// A grant as it stands now.
    func grant(id: String) throws -> Grant?
    /// The same as `grant(for:)` for a key that was looked up a moment ago; nil for any other. Waits for nothing.
    func trusted(for token: KeyToken) -> Grant?
    /// A grant that was looked up a moment ago; nil for any other. Waits for nothing.
    func trusted(id: String) -> Grant?
    /// Every grant of a program, the newest first.
    func list(program: String) throws(Problem) -> [Grant]
    /// The grants of a principal in a program, the newest first, in force or not.
    func grants(of principal: String, program: String) throws -> [Grant]
    /// Ends a grant, at once and for good; one that has ended stays so.
    func revoke(_ id: String, program: String) async throws(Problem) -> Grant

    // MARK: Budgets

    /// Sets how much a key lets do a day.
    func setBudgets(_ budgets: Budgets, of id: String, program: String) async throws(Problem) -> Grant
    /// Takes charges of one principal from its budgets, in order, each unless more than that is left.
    func charge(_ charges: [BudgetCharge], within budgets: Budgets) async throws -> [BudgetOutcome]
    /// Gives back charges that were taken for changes that did not come about.
    func giveBack(_ charges: [BudgetCharge]) async throws
    /// What a principal took of its budgets on a day.
    func used(by principal: String, program: String, day: Int64) throws -> BudgetUse
    /// Forgets charges whose changes are not told from new ones any more.
    func forgetCharges() async throws

    // MARK: Stops

    /// Stops a principal, at once and for good: its keys and sessions end, and no token lets it in. The first stop
    /// stays, with its reason.
    func stop(_ principal: String, program: String, reason: String, by: String) async throws(Problem) -> AgentStop
    /// Everyone who was stopped in a program, the latest first.
    func stops(program: String) throws -> [AgentStop]
    /// True if the principal was stopped.
    func isStopped(_ principal: String, program: String) throws -> Bool

    // MARK: Whom an issuer lets speak

    /// Notes for which partner an issuer lets a principal speak, so that its stop reaches what is offered to that one.
    func note(_ speaker: IssuerSpeaker) async throws
    /// Whom an issuer let speak for a partner within the last month, the latest first.
    func speakers(program: String) throws -> [IssuerSpeaker]
    /// Forgets speakers who have not asked for a month.
    func forgetSpeakers() async throws

    // MARK: Who looks at a review

    /// Claims the review of a lead for somebody, or goes on with a claim; takes it from another only if that is said.
    /// - Returns: the claim that stands: another's, where somebody else was first.
    func claimReview(_ lead: String, program: String, by principal: String, takesOver: Bool) async throws -> ReviewClaim
    /// Gives a claim up; another's stays.
    func releaseReview(_ lead: String, program: String, by principal: String) async throws
    /// Claims that stand in a program, the oldest first.
    func reviewClaims(program: String) throws -> [ReviewClaim]
    /// Forgets claims that are long over.
    func forgetReviews() async throws

    // MARK: Sessions

    /// Begins a session under a grant: under its key where it has one, otherwise under what the issuer said. Of one
    /// principal so many are kept; the oldest makes room.
    func beginSession(_ token: SessionToken, _ grant: Grant, _ limits: SessionLimits) async throws
    /// The grant of a session as it stands now, and a use of it; nil where there is none, or no more.
    func grant(for token: SessionToken, _ limits: SessionLimits) async throws -> Grant?
    /// The grant of a session as it stands now, looked at without using it.
    func grant(session id: String) throws -> Grant?
    /// Ends a session; false where there was none.
    func endSession(_ id: String) async throws -> Bool
    /// Ends every session of a principal in a program, and says how many.
    func endSessions(of principal: String, program: String) async throws -> Int
    /// Forgets sessions that are over.
    func forgetSessions() async throws
}

/// Where keys are made as well. A token is given back by what made it, once, and is nowhere kept.
public protocol AccessKeeper: AccessDirectory {
    /// True if no key was ever made.
    func isEmpty() throws(Problem) -> Bool
    /// Makes a key.
    func create(_ request: GrantRequest) async throws(Problem) -> (grant: Grant, token: KeyToken)
    /// Puts a new key in the place of one, for the same principal and rights; the old one ends after the overlap.
    func rotate(
        _ id: String, program: String, days: Int, overlapHours: Int
    ) async throws(Problem) -> (grant: Grant, token: KeyToken)
}
