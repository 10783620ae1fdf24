import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats

/// Reads the files of a mapping, row by row, into records and row reports.
struct ImportLayout {
    private let mapping: ImportMapping
    private let folder: String
    private let mode: ImportMode
    private let expressions: ImportExpressions
    private let moments: ImportMoments
    private let leadTargets: [String: FieldTargets.Setter<WireLeadSubmitted>]
    /// Currencies in which a won amount can be counted: the program's, and those of which the policy has a rate.
    private let counted: Set<String>
    /// What the policy says of own attributes.
    private let attributePolicy: AttributePolicy

    private(set) var records: [PlannedRecord] = []
    private(set) var reports: [ImportRowReport] = []
    private(set) var counts = ImportCounts()
    /// How each file is written, by its path.
    private(set) var forms: [ImportFileForm] = []
    private var ids = ImportedIDs()
    /// What the person who imports should look at.
    var warnings: [String] { ids.warnings }
    private var partnerIDs: Set<String> = []
    private var unlistedStages: Set<String> = []
    private var leadIDs: Set<String> = []
    private var first: Timestamp?
    private var last = Timestamp.epoch
    private var undated: [LeadDraft] = []
    /// Leads that training leaves out, for nobody had them.
    private(set) var leftOut = 0

    /// A day before the first dated event: what is known from the start is known by then.
    var start: Timestamp { (first ?? .epoch).adding(micros: -Timestamp.microsPerDay) }
    /// When the last event happened.
    private(set) var end = Timestamp.epoch

    init(_ mapping: ImportMapping, policy: WirePolicy?, folder: String, mode: ImportMode, now: Timestamp)
        throws(ImportError)
    {
        self.mapping = mapping
        self.folder = folder
        self.mode = mode
        expressions = try ImportExpressions(mapping, folder: folder)
        moments = try ImportMoments(mapping, now: now)
        leadTargets = FieldTargets.lead(naming: mapping.leads.fields.keys)
        counted = Set([mapping.program.currency] + (policy?.exchangeRates.map(\.currency) ?? []))
        attributePolicy = policy.map(AttributePolicy.init) ?? AttributePolicy()
    }

    /// Partners, accounts and leads, in this order.
    mutating func readAll() throws(ImportError) {
        var partnerRows: [PlannedRecord] = []
        if let part = mapping.partners {
            partnerRows += try read(part, at: "partners", key: "partner_id", FieldTargets.partner, .partnerUpserted)
        }
        if let part = mapping.accounts {
            partnerRows += try read(
                part, at: "accounts", key: "account_domain", FieldTargets.account, .firmographicsObserved)
        }
        try readLeads()
        guard first != nil else {
            throw .file(
                mapping.files[mapping.leads.file]?.path ?? "", "no row of it is accepted with a date: \(firstRefusal)")
        }
        records += partnerRows.map { record in
            var record = record
            record.time = start
            return record
        }
    }

    /// Why the file of leads gave none: what most of its rows say.
    private var firstRefusal: String {
        let path = mapping.files[mapping.leads.file]?.path ?? ""
        let ofLeads = reports.suffix(counts.rows + counts.leftOut).filter { $0.file == path && $0.isOfLeads }
        if ofLeads.isEmpty { return "it has no rows" }
        let refused = ofLeads.first { $0.outcome == ImportRowReport.refused }
        return refused?.rules.last ?? "all of its rows are left out, or have no date"
    }

    /// The program, and the policy it starts with.
    mutating func addProgram(_ policy: WirePolicy?) throws(ImportError) {
        var registered = WireProgramRegistered()
        registered.name = mapping.program.name
        registered.currency = mapping.program.currency
        try addControl(.programRegistered, registered, at: "program")
        guard let policy else { return }
        var published = WirePolicyPublished()
        published.policy = policy
        try addControl(.policyPublished, published, at: "policy")
    }

    private mutating func addControl(_ kind: MessageKind, _ message: some SwiftProtobuf.Message, at path: String)
        throws(ImportError)
    {
        do {
            records.append(PlannedRecord(time: start, kind: kind, row: 0, bytes: try Self.bytes(message, kind)))
        } catch {
            throw .mapping(at: path, (error as? RowRefusal)?.rule ?? "\(error)")
        }
    }

    private mutating func open(_ name: String, at path: String) throws(ImportError) -> ImportFile {
        guard let part = mapping.files[name] else { throw .mapping(at: path, "no file is named '\(name)' under files") }
        let file = try ImportFile(name, part, folder: folder)
        let form = ImportFileForm(file: part.path, form: file.form)
        if !forms.contains(form) { forms.append(form) }
        return file
    }

    /// Lists a row that the mapping leaves out; false if it is read.
    private mutating func leaveOut(_ row: ImportRow, _ file: ImportFile, ofLeads: Bool) -> Bool {
        guard let rule = row.leftOut() else { return false }
        var row = row
        row.note(rule)
        counts.leftOut += 1
        report(file, row, "", ImportRowReport.leftOut, ofLeads: ofLeads)
        return true
    }

    // MARK: Partners and accounts

    private mutating func read<M: SwiftProtobuf.Message>(
        _ part: ImportMapping.Records, at path: String, key: String, _ targets: [String: FieldTargets.Setter<M>],
        _ kind: MessageKind
    ) throws(ImportError) -> [PlannedRecord] {
        var file = try open(part.file, at: "\(path).file")
        try check(part.fields, key, targets, over: file, at: "\(path).fields")
        var planned: [PlannedRecord] = []
        var keys: [String: [UInt8]] = [:]
        while var row = try file.next() {
            let number = row.number
            if number > ImportPlan.rowsMax { throw .file(file.path, "it has more than \(ImportPlan.rowsMax) rows") }
            if leaveOut(row, file, ofLeads: false) { continue }
            var id = ""
            do {
                try row.checkShape()
                var message = M()
                id = try fill(&message, part.fields, key: key, targets: targets, from: &row, kind)
                let bytes = try Self.bytes(message, kind)
                if let known = keys.updateValue(bytes, forKey: id) {
                    keys[id] = known
                    if known != bytes { throw RowRefusal("\(key) repeated with other values: refused") }
                    row.note("\(key) repeated: the first row counts")
                    counts.repeated += 1
                    report(file, row, id, ImportRowReport.repeated)
                    continue
                }
                if let partner = message as? WirePartnerUpserted, FieldValue.slug(partner.name) == FieldValue.slug(id) {
                    row.note("partner_id spells the partner's name, which so stands in clear: kept")
                }
                planned.append(PlannedRecord(time: .epoch, kind: kind, row: number, bytes: bytes))
                report(file, row, id, kind == .partnerUpserted ? "partner" : "account")
            } catch {
                try refuse(file, row, id, error)
            }
        }
        if kind == .partnerUpserted {
            partnerIDs = Set(keys.keys)
            counts.partners = planned.count
        } else {
            counts.accounts = planned.count
        }
        return planned
    }

    private func check<M>(
        _ fields: [String: ImportMapping.Expression], _ key: String, _ targets: [String: FieldTargets.Setter<M>],
        over file: ImportFile,
        at path: String
    ) throws(ImportError) {
        if fields[key] == nil { throw .mapping(at: path, "\(key) is required") }
        for (name, expression) in fields.sorted(by: { $0.key < $1.key }) {
            if targets[name] == nil {
                throw .mapping(
                    at: "\(path).\(name)",
                    "there is no such field; there are \(targets.keys.sorted().joined(separator: ", "))"
                        + (M.self == WireLeadSubmitted.self ? ", and attributes.NAME" : ""))
            }
            try expressions.check(expression, over: file, at: "\(path).\(name)")
        }
    }

    /// Sets every field that has a value and gives the id. Where a field whose `invalid` is `without` cannot be read, or
    /// holds what intake would refuse, the message goes on without it.
    private mutating func fill<M: SwiftProtobuf.Message>(
        _ message: inout M, _ fields: [String: ImportMapping.Expression], key: String,
        targets: [String: FieldTargets.Setter<M>], from row: inout ImportRow, _ kind: MessageKind
    ) throws -> String {
        var without: Set<String> = []
        let isCheckedHere = fields.values.contains { $0.invalid == .without }
        let isForgiving = { (name: String) in name != key && fields[name]?.invalid == .without && !without.contains(name) }
        while true {
            message = M()
            var id = ""
            for (name, expression) in fields.sorted(by: { $0.key < $1.key }) where !without.contains(name) {
                do {
                    guard let (value, source) = try expressions.field(name, expression, &row), let set = targets[name]
                    else { continue }
                    if name == key { id = value.text }
                    if let source { ids.note(value.text, of: source, field: name, file: row.path, line: row.record.line) }
                    try set(&message, value)
                } catch let refusal as RowRefusal {
                    guard isForgiving(name) else { throw refusal }
                    row.note("\(name) cannot be read: without")
                    without.insert(name)
                }
            }
            if id.isEmpty { throw RowRefusal("\(key) missing: refused") }
            guard isCheckedHere, let breach = Self.rejection(message, kind) else { return id }
            guard let name = breach.field.utf8.split(separator: UInt8(ascii: ".")).map({ String(decoding: $0, as: UTF8.self) })
                .first(where: isForgiving)
            else { throw RowRefusal("\(breach.detail): refused") }
            row.note("\(name) cannot be read: without")
            without.insert(name)
        }
    }

    private mutating func report(
        _ file: ImportFile, _ row: ImportRow, _ id: String, _ outcome: String, ofLeads: Bool = false
    ) {
        var report = ImportRowReport(
            file: file.part.path, line: row.record.line, id: id, outcome: outcome, rules: row.rules)
        report.isOfLeads = ofLeads
        reports.append(report)
    }

    private mutating func report(_ file: ImportFile, _ row: ImportRow, _ draft: LeadDraft) {
        report(file, row, draft.message.leadID, draft.result.rawValue, ofLeads: true)
        let last = reports.count - 1
        reports[last].came = draft.time
        if draft.result != .open, let time = draft.time, let ended = draft.endedAt { reports[last].ended = draft.end(ended, of: time) }
        reports[last].partner = draft.partnerID
        if draft.message.hasDealValue { reports[last].value = .init(draft.message.dealValue) }
        if draft.result == .won { reports[last].amount = draft.amount.map { .init($0) } }
    }

    private mutating func refuse(
        _ file: ImportFile, _ row: ImportRow, _ id: String, _ error: any Error, ofLeads: Bool = false
    ) throws(ImportError) {
        guard let refusal = error as? RowRefusal else { throw .file(file.path, "line \(row.record.line): \(error)") }
        var row = row
        row.note(refusal.rule)
        counts.refused += 1
        report(file, row, id, ImportRowReport.refused, ofLeads: ofLeads)
    }

    // MARK: Leads

    private mutating func readLeads() throws(ImportError) {
        let part = mapping.leads
        var file = try open(part.file, at: "leads.file")
        try checkLeads(part, file)
        while var row = try file.next() {
            if row.number > ImportPlan.rowsMax {
                throw .file(file.path, "it has more than \(ImportPlan.rowsMax) rows")
            }
            if leaveOut(row, file, ofLeads: true) { continue }
            counts.rows += 1
            var draft = LeadDraft(row: row.number)
            do {
                try row.checkShape()
                try read(&draft, &row)
                leadIDs.insert(draft.message.leadID)
                count(draft)
                report(file, row, draft)
            } catch {
                try refuse(file, row, draft.message.leadID, error, ofLeads: true)
                continue
            }
            if draft.isDated { try place(draft, file) } else { undated.append(draft) }
        }
        // What has no date comes after all that has one, a second later, in the order of the file.
        end = last
        if !undated.isEmpty {
            let after = last.adding(micros: 1_000_000)
            for var draft in undated {
                let moment = after.adding(micros: Int64(draft.row))
                if draft.time == nil { draft.time = moment }
                if draft.endsAtEnd { draft.endedAt = moment }
                try place(draft, file)
            }
            undated.removeAll()
            end = records.reduce(last) { max($0, $1.time) }
        }
    }

    private func checkLeads(_ part: ImportMapping.Leads, _ file: ImportFile) throws(ImportError) {
        try check(part.fields, "lead_id", leadTargets, over: file, at: "leads.fields")
        try moments.check(part.time, over: file, at: "leads.time")
        if let assignedTo = part.assignedTo {
            try expressions.check(assignedTo, over: file, at: "leads.assigned_to")
        } else if mode == .train {
            throw .mapping(at: "leads.assigned_to", "is needed to train: it says who had each lead")
        }
        if let stage = part.stage { try file.require(stage, at: "leads.stage") }
        for column in part.stageColumns ?? [] { try file.require(column, at: "leads.stage_columns") }
        if part.stage != nil && part.stageColumns != nil {
            throw .mapping(at: "leads.stage_columns", "may not stand beside stage")
        }
        for (stage, outcome) in part.outcomes.sorted(by: { $0.key < $1.key }) {
            let path = "leads.outcomes.\(stage)"
            if part.stage == nil && part.stageColumns == nil {
                throw .mapping(at: path, "needs leads.stage, the column that holds it")
            }
            if outcome.result != .open && outcome.time == nil { throw .mapping(at: path, "needs a time") }
            if let time = outcome.time { try moments.check(time, over: file, at: "\(path).time") }
            if let amount = outcome.amount { try expressions.check(amount, over: file, at: "\(path).amount") }
        }
    }

    private mutating func read(_ draft: inout LeadDraft, _ row: inout ImportRow) throws {
        let part = mapping.leads
        draft.message.leadID = try fill(
            &draft.message, part.fields, key: "lead_id", targets: leadTargets, from: &row, .leadSubmitted)
        if leadIDs.contains(draft.message.leadID) { throw RowRefusal("lead_id repeated: refused") }
        for own in draft.message.attributes {
            if let refusal = OwnAttributeRules.refusal(of: own.name, own.value, by: attributePolicy) {
                throw RowRefusal(refusal)
            }
        }
        try readPartner(&draft, &row)
        draft.time = try moments.moment(part.time, row: draft.row, &row)
        if draft.time == nil && row.isWithout(part.time.column) { throw RowRefusal("a lead needs a time: refused") }
        try readOutcome(&draft, &row)
        draft.bytes = try Self.bytes(draft.message, .leadSubmitted)
        if draft.result == .won || draft.result == .lost || draft.result == .withdrawn {
            draft.outcomeBytes = try outcomeBytes(draft)
        }
    }

    private mutating func readPartner(_ draft: inout LeadDraft, _ row: inout ImportRow) throws {
        guard let assignedTo = mapping.leads.assignedTo else { return }
        guard let (value, source) = try expressions.field("partner_id", assignedTo, &row) else {
            return try leaveOutOfTraining("no partner")
        }
        let partner = value.text
        if let source { ids.note(partner, of: source, field: "partner_id", file: row.path, line: row.record.line) }
        if mapping.partners != nil && !partnerIDs.contains(partner) {
            if mapping.leads.unknownPartner == .refuse { throw RowRefusal("partner unknown: refused") }
            try leaveOutOfTraining("partner unknown")
            row.note("partner unknown: Leadline routes")
            return
        }
        draft.partnerID = partner
        if mode != .route { draft.message.pastAssignment.partnerID = partner }
    }

    /// A lead that nobody had would be a new decision, and its outcome teaches nothing.
    private mutating func leaveOutOfTraining(_ why: String) throws {
        if mode != .train { return }
        leftOut += 1
        throw RowRefusal("\(why): left out of training")
    }

    /// Most stages without outcome that are named, and how long each may be.
    private static let unlistedMax = (stages: 50, characters: 64)

    /// A stage without outcome is named, so that it can be listed; but a column of many values holds no stages.
    private mutating func unlisted(_ stage: String, _ column: String) -> RowRefusal {
        let isShort = stage.unicodeScalars.count <= Self.unlistedMax.characters
        if isShort, unlistedStages.contains(stage) || unlistedStages.count < Self.unlistedMax.stages {
            unlistedStages.insert(stage)
            return RowRefusal("\(column) '\(stage)' has no outcome in the mapping: refused")
        }
        return RowRefusal("\(column) has a value without outcome: refused")
    }

    /// How a row says that its lead went on, and by which column.
    private func stage(of row: inout ImportRow) throws -> (column: String, stage: String)? {
        if let columns = mapping.leads.stageColumns {
            let parts = columns.map { row.raw($0) }
            return parts.allSatisfy(\.isEmpty) ? nil : (columns.joined(separator: " / "), parts.joined(separator: " / "))
        }
        guard let column = mapping.leads.stage, let stage = try row.text(column) else { return nil }
        return (column, stage)
    }

    private mutating func readOutcome(_ draft: inout LeadDraft, _ row: inout ImportRow) throws {
        guard let (column, stage) = try stage(of: &row) else { return }
        guard let outcome = mapping.leads.outcomes[stage] else {
            throw unlisted(stage, column)
        }
        draft.result = outcome.result
        row.note("\(column) \(stage): \(outcome.result.rawValue)")
        guard outcome.result != .open, let time = outcome.time else { return }
        draft.endedAt = try moments.moment(time, row: draft.row, &row)
        if draft.endedAt == nil {
            if row.isWithout(time.column) {
                draft.result = .open
                return
            }
            draft.endsAtEnd = true
        }
        if let begun = draft.time, let ended = draft.endedAt, ended <= begun {
            row.note("outcome before its lead: right after it")
        }
        if draft.time == nil && draft.endedAt != nil { row.note("outcome before its lead: right after it") }
        if let amount = outcome.amount { draft.amount = try money(amount, &row) }
        if draft.partnerID == nil && outcome.result != .withdrawn {
            // Whose deal it was is not known, so it teaches nothing; but it is over.
            row.note("no partner: closed as withdrawn")
            draft.result = .withdrawn
        }
    }

    private func money(_ amount: ImportMapping.Expression, _ row: inout ImportRow) throws -> WireMoney? {
        do {
            guard let money = try expressions.field("amount", amount, &row)?.value.money() else { return nil }
            guard counted.contains(money.currency) else {
                throw RowRefusal("amount is in \(money.currency), of which the mapping's policy has no exchange rate: refused")
            }
            return money
        } catch {
            if amount.invalid != .without { throw error }
            row.note("amount cannot be read: without")
            return nil
        }
    }

    private func outcomeBytes(_ draft: LeadDraft) throws -> [UInt8] {
        switch draft.result {
        case .won:
            var won = WireDealWon()
            won.leadID = draft.message.leadID
            won.partnerID = draft.partnerID ?? ""
            if let amount = draft.amount { won.amount = amount }
            return try Self.bytes(won, .dealWon)
        case .lost:
            var lost = WireDealLost()
            lost.leadID = draft.message.leadID
            lost.partnerID = draft.partnerID ?? ""
            return try Self.bytes(lost, .dealLost)
        case .withdrawn, .open:
            var withdrawn = WireLeadWithdrawn()
            withdrawn.leadID = draft.message.leadID
            return try Self.bytes(withdrawn, .leadWithdrawn)
        }
    }

    private mutating func count(_ draft: LeadDraft) {
        counts.leads += 1
        switch draft.result {
        case .won: counts.won += 1
        case .lost: counts.lost += 1
        case .withdrawn: counts.withdrawn += 1
        case .open: counts.open += 1
        }
    }

    private mutating func place(_ draft: LeadDraft, _ file: ImportFile) throws(ImportError) {
        guard let time = draft.time else { preconditionFailure("a lead is placed once it has a time") }
        note(time)
        records.append(PlannedRecord(time: time, kind: .leadSubmitted, row: draft.row, bytes: draft.bytes))
        guard let bytes = draft.outcomeBytes, let kind = draft.outcomeKind, let ended = draft.endedAt else { return }
        let moment = draft.end(ended, of: time)
        note(moment)
        records.append(PlannedRecord(time: moment, kind: kind, row: draft.row, bytes: bytes))
    }

    private mutating func note(_ time: Timestamp) {
        first = min(first ?? time, time)
        last = max(last, time)
    }

    /// What intake would refuse a message for; nil if it would take it.
    private static func rejection(_ message: some SwiftProtobuf.Message, _ kind: MessageKind) -> Rejection? {
        do {
            _ = try bytes(message, kind)
            return nil
        } catch {
            return (error as? RowRefusal)?.rejection
        }
    }

    /// The serialised message, held to the rules that intake holds it to, so that the report knows what it would say.
    private static func bytes(_ message: some SwiftProtobuf.Message, _ kind: MessageKind) throws -> [UInt8] {
        let bytes: [UInt8] = try message.serializedBytes()
        do {
            let decoded = try kind.decode(bytes, .protobuf)
            _ = try IntakeRules.stated(by: decoded, kind)
            if let zone = decoded.timeZone {
                var zones = TimeZoneResolution()
                _ = try zones.rules(zone, at: Intake.earliest)
            }
            return decoded.bytes
        } catch {
            throw RowRefusal(error)
        }
    }
}

/// A lead of a row, before it has its place in time.
private struct LeadDraft {
    let row: Int
    var message = WireLeadSubmitted()
    var bytes: [UInt8] = []
    var partnerID: String?
    /// Nil if it comes at the end of history.
    var time: Timestamp?
    var result = ImportMapping.LeadOutcome.Result.open
    var endedAt: Timestamp?
    /// True if the outcome comes at the end of history.
    var endsAtEnd = false
    var amount: WireMoney?
    var outcomeBytes: [UInt8]?

    init(row: Int) { self.row = row }

    /// When it ended: the merge order puts outcomes before leads of the same moment, hence a microsecond later at least.
    func end(_ ended: Timestamp, of begun: Timestamp) -> Timestamp { max(ended, begun.adding(micros: 1)) }

    var isDated: Bool { time != nil && !endsAtEnd }

    var outcomeKind: MessageKind? {
        switch result {
        case .won: .dealWon
        case .lost: .dealLost
        case .withdrawn: .leadWithdrawn
        case .open: nil
        }
    }
}
