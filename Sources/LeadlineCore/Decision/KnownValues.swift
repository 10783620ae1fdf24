extension LeadView {
    /// What is known of the lead, for people to read, with the entry that stated each value.
    /// - Parameter stated: What the lead says itself where it just came in: its words may be new to the vocabulary.
    func described(_ state: State, stating stated: LeadAttributes?, at stamp: Timestamp) -> [KnownValue] {
        var known: [KnownValue] = []
        func add(_ name: String, _ value: String, _ field: SourcedField) {
            known.append(KnownValue(field: name, value: value, position: position(of: field, state)))
        }
        for word in LeadWord.all where words[word] != Vocabulary.none {
            let own = stated?[word] ?? ""
            add(word.spokenName, own.isEmpty ? state.vocabulary.word(words[word]) : own, word.sourced)
        }
        if basis != .unspecified { add("lawful basis", basis.name, .lawfulBasis) }
        if employees > 0 { add("employees", String(employees), .employees) }
        if !technologies.isEmpty {
            add("technologies", Self.list(technologies, stated?.technologies, state), .technologies)
        }
        if !requiredCertifications.isEmpty {
            let list = Self.list(requiredCertifications, stated?.requiredCertifications, state)
            add("required certifications", list, .requiredCertifications)
        }
        return known + signals(state, at: stamp)
    }

    private static func list(_ words: [Vocabulary.Code], _ stated: [String]?, _ state: State) -> String {
        if let stated, !stated.isEmpty { return stated.joined(separator: ", ") }
        return words.map(state.vocabulary.word).joined(separator: ", ")
    }

    /// The entry that stated a value: the account's last where the lead is silent, else the lead's own. A lead that
    /// just came in states its values in the entry that is being decided.
    func position(of field: SourcedField, _ state: State) -> UInt64? {
        if fromAccount.contains(field) {
            return account.flatMap { state.accounts.accounts[$0].sources.position(of: field) }
        }
        return slot == LeadTable.nowhere ? state.nextPosition : state.leads.leads[Int(slot)].position(of: field)
    }

    /// The account's buying signals, the strongest first.
    private func signals(_ state: State, at stamp: Timestamp) -> [KnownValue] {
        guard let account else { return [] }
        let known = state.accounts.accounts[account]
        func over(_ first: Timestamp, _ last: Timestamp) -> String {
            "over \((last.micros - first.micros) / Timestamp.microsPerDay) days"
        }
        if known.intentTopic != Vocabulary.none {
            let topic = state.vocabulary.word(known.intentTopic)
            let span = over(known.intentFirstSeen, known.intentLastSeen)
            return [KnownValue(field: "intent", value: "\(topic), strength \(known.intentStrengthPercent) %, \(span)")]
        }
        let strengths = known.intents.signals.map { $0.strength(at: stamp) }
        let order = strengths.indices.sorted {
            strengths[$0] == strengths[$1] ? $0 < $1 : strengths[$0] > strengths[$1]
        }
        return order.map { row in
            let signal = known.intents.signals[row]
            let left = Int(strengths[row].rounded())
            let faded = left < Int(signal.strengthPercent) ? " (\(left) % by now)" : ""
            let topic = state.vocabulary.word(signal.topic), span = over(signal.firstSeen, signal.lastSeen)
            return KnownValue(
                field: "intent", value: "\(topic), strength \(signal.strengthPercent) %\(faded), \(span)",
                position: signal.position == FieldSources.unknown ? nil : signal.position)
        }
    }
}

extension LeadWord {
    /// Its name as people say it.
    var spokenName: String { String(name.map { $0 == "_" ? " " : $0 }) }
}
