import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import LeadlineSchemas

/// A data folder with a journal made by the real engine on event time; gone with the value.
final class AuditFolder {
    static let program = "demo"
    /// 5 January 2026, a Monday, midnight UTC.
    static let start = Timestamp(micros: 1_767_571_200_000_000)

    let root: String
    let folder: DataFolder
    private var pending: [NewRecord] = []
    private var nextID = 1

    init() throws {
        root = NSTemporaryDirectory() + "leadline-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        folder = try DataFolder.create(
            path: root + "/data", settings: .init(program: Self.program, masterKeyFile: root + "/keys/master.key", keySeed: "audit-tests"))
    }

    /// A copy of a folder as it is now, under the same keys, to be tampered with.
    init(copying other: AuditFolder) throws {
        root = NSTemporaryDirectory() + "leadline-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: other.folder.path, toPath: root + "/data")
        folder = try DataFolder(path: root + "/data")
        nextID = other.nextID
    }

    deinit { _ = try? FileManager.default.removeItem(atPath: root) }

    static func at(_ minute: Int) -> Timestamp { start.adding(micros: Int64(minute) * Timestamp.microsPerMinute) }

    // MARK: Writing

    /// Adds an event at a minute; `id` repeats an event where given.
    func event(_ minute: Int, _ topic: Topic, _ type: String, _ json: String, id: String? = nil, program: String = AuditFolder.program) {
        let id = id ?? "e\(nextID)"
        nextID += 1
        let headers = [
            RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", id), RecordHeader("ce_source", "/audit-tests"),
            RecordHeader("ce_type", "leadline.v1.\(type)"), RecordHeader("content-type", "application/json"),
        ]
        pending.append(NewRecord(
            topic: topic, key: Array(program.utf8), headers: headers, value: Array(json.utf8), eventTime: Self.at(minute)))
    }

    func partner(_ id: String, countries: String = #""IT""#, verticals: String = "", openMax: Int = 50, periodMax: Int = 500, program: String = AuditFolder.program) {
        event(0, .partners, "PartnerUpserted", """
            {"partnerId":"\(id)","name":"Ditta \(id)","countries":[\(countries)],"verticals":[\(verticals)],
             "capacity":{"openLeadsMax":\(openMax),"leadsPerPeriodMax":\(periodMax)}}
            """, program: program)
    }

    func lead(_ minute: Int, _ id: String, country: String = "IT", vertical: String = "manufacturing", value: Int = 12_000_000,
        currency: String = "EUR", person: String? = nil, past: String? = nil, program: String = AuditFolder.program) {
        let past = past.map { #","pastAssignment":{"partnerId":"\#($0)"}"# } ?? ""
        event(minute, .leads, "LeadSubmitted", """
            {"leadId":"\(id)","accountDomain":"\(person ?? id).example","contact":{"email":"chief@\(person ?? id).example"},
             "country":"\(country)","vertical":"\(vertical)","dealValue":{"minorUnits":"\(value)","currency":"\(currency)"}\(past)}
            """, program: program)
    }

    func outcome(_ minute: Int, _ type: String, _ lead: String, _ partner: String) {
        event(minute, .outcomes, type, #"{"leadId":"\#(lead)","partnerId":"\#(partner)"}"#)
    }

    func setUp(
        slaMinutes: Int = 60, minimumBasisPoints: Int = 0, ownerFirst: Bool = false, logic version: UInt32 = 0,
        program: String = AuditFolder.program
    ) {
        event(0, .controls, "ProgramRegistered", #"{"name":"Demo","currency":"EUR","logicVersion":\#(version)}"#, program: program)
        event(0, .controls, "PolicyPublished", """
            {"policy":{"name":"spring","hardRules":[{"name":"serves-country","require":{"partnerCovers":
             {"leadField":"LEAD_FIELD_COUNTRY","partnerList":"PARTNER_LIST_COUNTRIES"}}}],
             "fitWeights":{"vertical":30,"country":15,"language":10,"dealSize":20,"technologies":10,"winRate":15},
             "sla":{"firstResponseMinutes":\(slaMinutes)},"attemptsMax":2,"minimumConversionBasisPoints":\(minimumBasisPoints),
             "priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitFadeOutcomes":20,"periodDays":7,
             "defaultDealValueMinorUnits":"1000000","samePersonDays":30,"ownerFirst":\(ownerFirst),"ownershipDays":365,
             "humanQueue":"managers"}}
            """, program: program)
    }

    /// Processes what was added, up to a minute.
    func process(until minute: Int, batchMax: Int = 100) async throws {
        let queue = try folder.openJournal()
        try EmbeddedLog(queue).append(pending, now: Self.at(minute))
        try queue.close()
        pending.removeAll()
        let processor = try Processor(folder, clock: FixedClock(Self.at(minute)), timeSource: .eventTime)
        _ = try await processor.runUntilIdle(batchMax: batchMax)
        try await processor.settle()
    }

    /// A dozen entries: enough for every byte to be tried.
    static func small() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alpha", verticals: #""manufacturing""#)
        folder.partner("beta")
        for index in 1...4 { folder.lead(10 * index, "L\(index)") }
        folder.outcome(60, "DealWon", "L1", "alpha")
        folder.outcome(61, "LeadDeclined", "L2", "alpha")
        try await folder.process(until: 100)
        return folder
    }

    /// One of everything that happens to leads.
    static func full() async throws -> AuditFolder {
        let folder = try AuditFolder()
        folder.setUp()
        folder.partner("alpha", verticals: #""manufacturing""#, openMax: 30)
        folder.partner("beta", countries: #""IT","DE""#, verticals: #""retail""#)
        folder.partner("gamma", countries: #""DE""#)
        folder.partner("full", verticals: #""manufacturing""#, openMax: 0)
        folder.partner("paused", verticals: #""manufacturing""#)
        folder.partner("gone", verticals: #""manufacturing""#)
        folder.event(1, .partners, "PartnerPaused", #"{"partnerId":"paused"}"#)
        folder.event(1, .partners, "PartnerRemoved", #"{"partnerId":"gone"}"#)
        for index in 0..<12 {
            folder.lead(10 + index, "past-\(index)", past: index % 3 == 0 ? "beta" : "alpha")
            folder.outcome(200 + index, index % 2 == 0 ? "DealWon" : "DealLost", "past-\(index)", index % 3 == 0 ? "beta" : "alpha")
        }
        folder.lead(300, "fits")
        folder.outcome(310, "FirstResponseRecorded", "fits", "alpha")
        folder.lead(320, "twin", person: "fits")
        folder.lead(330, "abroad", country: "FR")
        folder.lead(340, "declined")
        folder.outcome(345, "LeadDeclined", "declined", "alpha")
        folder.lead(350, "slow", vertical: "retail")
        folder.lead(360, "francs", currency: "CHF")
        folder.lead(370, "by-hand")
        folder.event(375, .controls, "HumanDecisionRecorded", #"{"leadId":"by-hand","assignToPartnerId":"beta","reviewer":"Ilse"}"#)
        folder.outcome(380, "DealWon", "late", "beta")
        folder.lead(385, "late")
        folder.event(386, .leads, "LeadWithdrawn", #"{"leadId":"fits"}"#, id: "once")
        folder.event(387, .leads, "LeadWithdrawn", #"{"leadId":"fits"}"#, id: "once")
        folder.event(388, .leads, "LeadSubmitted", #"{"leadId": 7, "country"}"#)
        try await folder.process(until: 2_000)
        return folder
    }

    // MARK: Reading and tampering

    /// Runs SQL on a database of the folder, without waiting for the disk.
    func tamper(_ path: KeyPath<DataFolder, String> = \.journalPath, _ sql: String, _ arguments: StatementArguments = []) throws {
        let queue = try DatabaseQueue(path: folder[keyPath: path])
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = OFF")
            try db.execute(sql: sql, arguments: arguments)
        }
        try queue.close()
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T { try folder.openJournalReadOnly().read(body) }

    func head(_ program: String = AuditFolder.program) throws -> StreamHead {
        guard let head = try read({ try JournalReader().head(of: program, in: $0) }) else { throw JournalError.unknownProgram(program) }
        return head
    }

    /// Stored bytes of every entry.
    func entries() throws -> [[UInt8]] {
        try read { db in
            var entries: [[UInt8]] = []
            try JournalReader().forEachEntry(program: Self.program, in: db) { _, bytes in
                entries.append(unsafe bytes.withUnsafeBytes { unsafe Array($0) })
            }
            return entries
        }
    }

    func decoded() throws -> [EntryRecord] { try entries().map { try EntryCodec.decode($0) } }

    /// Replaces an entry and makes every link and the head fit again, as a forger with write access would.
    func forge(_ position: UInt64, _ change: (inout EntryRecord) -> Void) throws {
        var all = try entries()
        let old = all[Int(position)]
        var entry = try EntryCodec.decode(old)
        change(&entry)
        var writer = WireWriter()
        EntryCodec.encode(
            position: entry.position, stamp: entry.stamp, logicVersion: entry.logicVersion, origin: entry.origin,
            inputBytes: Array(old[entry.inputRange]), events: entry.events, into: &writer)
        all[Int(position)] = writer.bytes
        var link = HashChain.start(program: Self.program)
        for (index, bytes) in all.enumerated() {
            link = HashChain.link(after: link, leaf: HashChain.leaf(of: bytes))
            try tamper(\.journalPath, "UPDATE entries SET bytes = ?, link_prefix = ? WHERE position = ?", [
                Data(bytes), Int64(bitPattern: link.prefix), index,
            ])
        }
        try tamper(\.journalPath, "UPDATE streams SET head = ?, last_stamp_micros = ?", [
            Data(link.bytes), try EntryCodec.decode(all[all.count - 1]).stamp.micros,
        ])
    }

    /// Keeps a snapshot of the state before an entry, as the engine does at greater distances.
    func snapshot(before position: UInt64) throws {
        let state = try read { try ProgramStream.recover(Self.program, through: position, journal: $0, snapshots: nil).state }
        try folder.openDerived().write { db in
            _ = try SnapshotStore().save(program: Self.program, position: position, state: state.canonicalBytes(), in: db)
        }
    }
}
