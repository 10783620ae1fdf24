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
        let holders = try allSubjects(number).filter { !isErasedOrEnding($0) }
        if !holders.contains(subject), holders.count < Self.holdersMax { try add(number, to: subject) }
        guard let named else {
            return !hasAddress && holders.count == 1 && holders[0] != subject ? holders[0] : nil
        }
        if let holder = try findSubject(named) { return holder == subject ? nil : holder }
        try add(named, to: subject)
        return nil
    }
}
