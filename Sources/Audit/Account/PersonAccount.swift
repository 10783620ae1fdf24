/// What is to be said of all that a dossier holds: who decided how often, what the words mean, and what humans did.
enum PersonAccount {
    /// Before the decisions.
    static func opening(_ dossier: Dossier) -> [AccountStatement] {
        let enquiries = AccountStatement(
            .enquiries, [.count: .count(dossier.leads.count), .program: .text(dossier.program)])
        if dossier.decisions.isEmpty { return [enquiries, .init(.nothingDecided)] }
        let deciders = DecisionMaker.allCases.compactMap { decider -> AccountStatement? in
            let count = dossier.decisions.count { $0.decider == decider }
            return count == 0 ? nil : .init(kind(decider), [.count: .count(count)])
        }
        let said = Set(dossier.decisions.lazy.flatMap(\.statements).map(\.kind))
        let terms: [AccountStatement] =
            said.contains(.evaluated)
            ? [.init(.sealedUnseen), .init(.termFit), .init(.termConversion), .init(.termValue)] : []
        return [enquiries] + deciders + terms
    }

    private static func kind(_ decider: DecisionMaker) -> AccountStatement.Kind {
        switch decider {
        case .leadline: .decidedByLeadline
        case .leadlineForHuman: .decidedByLeadlineForHuman
        case .human: .decidedByHuman
        case .history: .decidedInHistory
        case .request: .decidedOnRequest
        case .partner: .decidedByPartner
        case .nobody: .supposed
        }
    }

    /// After the decisions: a list a paragraph.
    static func closing(_ dossier: Dossier) -> [[AccountStatement]] {
        [data(dossier), humans(dossier), [.init(.rights)]]
    }

    private static func data(_ dossier: Dossier) -> [AccountStatement] {
        let company = dossier.sources.count { $0.isAboutAccount }
        let held = AccountStatement(
            .dataHeld, [.count: .count(dossier.sources.count - company), .company: .count(company)])
        let states: [(String, AccountStatement.Kind)] = [
            ("opened", .dataOpened), ("unavailable", .dataUnavailable), ("erased", .keyDestroyed),
        ]
        return [held]
            + states.compactMap { state, kind in
                dossier.sources.contains { $0.sealedState == state } ? .init(kind) : nil
            }
    }

    private static func humans(_ dossier: Dossier) -> [AccountStatement] {
        let decided = dossier.reviews.filter { $0.decided != nil }
        let counts: [(AccountStatement.Kind, Int)] = [
            (.humansDecided, decided.count { $0.hadEffect == true }),
            (.humansWithoutEffect, decided.count { $0.hadEffect != true }),
            (.reviewsOpen, dossier.reviews.count - decided.count),
            (.waitsForHuman, dossier.leads.count { $0.status == "escalated" }),
        ]
        let said = counts.compactMap { kind, count in
            count == 0 ? nil : AccountStatement(kind, [.count: .count(count)])
        }
        return dossier.reviews.isEmpty ? [.init(.humansNone)] + said : said
    }
}
