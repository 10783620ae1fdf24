public import Audit
import Engine
import LeadlineCore
import Reports
import Vault

extension Deployment {
    /// Everything about one person, rejected records and waiting outcomes included. The read is noted first, with who
    /// asks and why.
    /// - Parameters:
    ///   - name: an e-mail address, a lead's id or a person's random id.
    ///   - linked: true with what is known under ids that an address alone links to the person, false without; nil asks.
    ///   - searchesOthers: looks for the person in the records of others as well, which reads the whole journal. Done
    ///     without being asked for where the person has no leads.
    /// - Throws: `Problem` that says what to add where nothing was said and there is such a link.
    public func dossier(of name: String, linked: Bool? = nil, searchesOthers: Bool = false) throws(Problem) -> Dossier {
        try Problem.told {
            let found = try confirmedPerson(name, linked)
            let subjects = found.person.allSubjects.map(\.description)
            try note("audit dossier", subjects)
            let builder = DossierBuilder(
                folder, program: program, words: AuditWords(), leaves: EntryFields.leaves,
                open: EntryFields.opener(found.keyring, program: program, noted: subjects) {
                    try note("audit dossier", [$0])
                })
            var dossier = try builder.build(found.person, isErased: found.isErased, now: folder.now())
            if let keyring = found.keyring {
                let search = RecordSearch(
                    folder, program: program, keyring: keyring, elsewhere: try lettersElsewhere())
                let keys = try builder.addRejected(found.person, name, search, to: &dossier)
                if !keys.isEmpty { try note("audit dossier", keys.map(\.description)) }
                if folder.isShard && cluster == nil {
                    dossier.rejectedNotSearched =
                        "those on leadline.deadletter were not searched, for no cluster was named"
                }
            } else {
                dossier.rejectedNotSearched = "none was opened, for there is no master key here"
            }
            if searchesOthers || found.person.leads.isEmpty { try addMentions(of: name, found.keyring, to: &dossier) }
            if found.person == .unknown && dossier.rejected.isEmpty && dossier.mentions.isEmpty { throw Problem.nobody(in: program) }
            return dossier
        }
    }

    /// Adds where the person stands in the records of others, by the name that was asked for and the person's addresses.
    private func addMentions(of name: String, _ keyring: Keyring?, to dossier: inout Dossier) throws {
        let own = Set(dossier.sources.map(\.position))
        var spellings: Set<String> = []
        let names = ([name] + dossier.ownAddresses).filter { spellings.insert(MentionSearch.spelling($0)).inserted }
        dossier.mentions = try mentions(names, keyring).flatMap { $0 }
            .filter { $0.type == Dossier.Mention.accessLog || !own.contains($0.position) }
            .sorted { ($0.time, $0.position, $0.field) < ($1.time, $1.position, $1.field) }
        dossier.mentionsSearched = true
    }

    /// Where names stand in the records of others, and in the access log as who read. Whoever was opened for it is noted;
    /// nothing of theirs is shown.
    func mentions(_ names: [String], _ keyring: Keyring?) throws -> [[Dossier.Mention]] {
        let why = "searched for who is named, shown to nobody"
        try note("audit mentions", [], reason: why)
        var opened: [String] = []
        let search = try MentionSearch(
            folder, program: program, leaves: EntryFields.leaves,
            open: EntryFields.opener(keyring, program: program) { opened.append($0) })
        let line = progress("searching the journal")
        defer { line.finish() }
        var found = try search.find(names) { line.update($0, of: $1) }
        for part in opened.chunked(Self.erasureChunk) { try note("audit mentions", part, reason: why) }
        let spellings = names.map(MentionSearch.spelling)
        for record in try AccessLogCheck(folder).records where record.program == program {
            for (index, name) in spellings.enumerated() where MentionSearch.spelling(record.user) == name {
                found[index].append(
                    .init(
                        position: record.number ?? 0, time: record.time, type: Dossier.Mention.accessLog, field: "user",
                        isSealed: false))
            }
        }
        return found
    }

    /// Rejected records on a cluster's topic, of the folder's partition.
    func lettersElsewhere() throws -> RecordSearch.Letters {
        guard folder.isShard, cluster != nil else { return { _ in } }
        let box = try DeadLetterBox(self)
        return { body in
            for view in try box.select(from: 0, limit: .max, where: { _ in true }) {
                try body("\(view.place)", view.letter)
            }
        }
    }
}
