// Whom a telephone number leads to.

extension Vault {
    /// Most persons that a number is remembered of: where it is more than one's, it says who nobody is.
    private static let holdersMax = 2

    /// Who else is known by a telephone number that a subject's lead states; the subject is known by it from here on.
    ///
    /// A number alone may be a company's, which reaches many. So it leads to whoever came with the same number and the
    /// same name; and where a lead states neither a name nor an address, to the only person known by the number.
    ///
    /// - Parameters:
    ///   - number: the number's look-up.
    ///   - named: that of the number with the person's name; nil where the lead states no name.
    ///   - hasAddress: whether the lead states an e-mail address.
    public func other(
        than subject: SubjectID, reachedBy number: Pseudonym, named: Pseudonym?, hasAddress: Bool
    ) throws -> SubjectID? {
        // Nearly every number is new: one look finds that out.
        let first = try holder(of: number)
        if first == nil { try addAlias(number, subject, isSecondary: false) }
        let others = first == nil || first == subject ? [] : try allSubjects(number).filter { !isErasedOrEnding($0) }
        if !others.contains(subject), (1..<Self.holdersMax).contains(others.count) {
            try addAlias(number, subject, isSecondary: true)
        }
        guard let named else { return !hasAddress && others.count == 1 ? first : nil }
        if let holder = try findSubject(named) { return holder == subject ? nil : holder }
        try addAlias(named, subject, isSecondary: false)
        return nil
    }
}
