extension LeadWord {
    /// All of them; a list that is made once, for leads are folded and looked at by it.
    static let all = allCases
    /// Those that every logic version knows. States of all versions write these, in this order.
    static let first = all.filter { $0.sinceLogic == 0 }
    /// Those that came later. The states of the versions that know them write them behind everything else of a lead.
    static let later = all.filter { $0.sinceLogic > 0 }

    /// The bit by which the state remembers who stated it. The first seven are followed by the fields that are no
    /// words.
    var sourced: SourcedField { SourcedField(self) }
}
