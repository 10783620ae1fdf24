import Engine
import Foundation
import GRDB
import Journal
import LeadlineCore
import Simulation
import Testing

/// Goal: a projection is nothing but the journal, seen another way, and is read page by page in an order that stays.
@Suite struct ProjectionTests {
    private static func filled(_ seed: UInt64, leads: Int) async throws -> TestFolder {
        let folder = try TestFolder()
        try folder.append(try DeterminismTests.records(seed: seed, leads: leads))
        try await folder.process()
        return folder
    }

    @Test func pagesByKeyAreTheWholeList() async throws {
        let folder = try await Self.filled(21, leads: 90)
        let leads = try LeadsProjection(folder.folder)
        var whole = LeadsProjection.Query(program: "acme")
        whole.limit = 10_000
        let all = try leads.list(whole)
        #expect(all.count == 90)
        let holder = try #require(all.first { !$0.partnerID.isEmpty }?.partnerID)
        for (status, partner) in [(nil, nil), ("assigned", nil), (nil, holder), ("assigned", holder)]
            as [(String?, String?)]
        {
            var query = LeadsProjection.Query(program: "acme")
            (query.status, query.partnerID, query.limit) = (status, partner, 7)
            var read: [LeadRow] = []
            while true {
                let page = try leads.list(query)
                read += page
                guard let last = page.last else { break }
                query.after = .init(submittedAt: last.submittedAt, leadID: last.leadID)
            }
            let expected = all.filter {
                (status == nil || $0.status == status) && (partner == nil || $0.partnerID == partner)
            }
            #expect(!expected.isEmpty && read == expected)
        }
    }

    /// Two leads of one moment stand in one order, and none is passed over between two pages.
    @Test func leadsOfOneMomentAreToldApart() async throws {
        let folder = try TestFolder()
        var workload = Workload(program: "acme", seed: 5)
        var records = try workload.setUp(at: TestFolder.start) + (try workload.partners(3, at: TestFolder.start))
        for _ in 0..<5 { records.append(try workload.lead(at: TestFolder.start.adding(micros: 1_000_000))) }
        try folder.append(records)
        try await folder.process()
        let leads = try LeadsProjection(folder.folder)
        var query = LeadsProjection.Query(program: "acme")
        query.limit = 1
        var ids: [String] = []
        while let row = try leads.list(query).first {
            ids.append(row.leadID)
            query.after = .init(submittedAt: row.submittedAt, leadID: row.leadID)
        }
        #expect(ids.count == 5 && ids == ids.sorted())
    }

    /// A page costs what it shows, not what stands before it.
    @Test(arguments: [false, true]) func noPageSortsTheList(_ isOfPartner: Bool) async throws {
        let folder = try await Self.filled(22, leads: 5)
        let plan = try await folder.folder.openProjections().read { db in
            try Row.fetchAll(
                db,
                sql: """
                    EXPLAIN QUERY PLAN SELECT * FROM leads WHERE program = 'acme'
                    \(isOfPartner ? "AND partner = 'p'" : "")
                    AND (submitted < 7 OR (submitted = 7 AND lead > 'l')) ORDER BY submitted DESC, lead LIMIT 5
                    """
            ).map { $0["detail"] as String }.joined(separator: "\n")
        }
        #expect(plan.contains("USING INDEX leads_by_") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }

    /// Counts are what counting gives, whatever becomes of the leads; a list from before they were kept is counted once.
    @Test func countsAreKept() async throws {
        let folder = try await Self.filled(28, leads: 40)
        let leads = try LeadsProjection(folder.folder)
        func counted() throws -> [String: Int] {
            let counted = try folder.folder.openProjections().read { db in
                try Row.fetchAll(db, sql: "SELECT status, count(*) FROM leads WHERE program = 'acme' GROUP BY status")
            }
            return Dictionary(uniqueKeysWithValues: counted.map { ($0[0], $0[1]) })
        }
        func kept() throws -> [String: Int] {
            Dictionary(uniqueKeysWithValues: try leads.counts(program: "acme").map { ($0.status, $0.count) })
        }
        #expect(try kept() == counted() && kept().count > 1)
        let derived = try folder.folder.openDerived()
        for change in [
            "UPDATE leads SET status = 'won' WHERE lead IN (SELECT lead FROM leads ORDER BY lead LIMIT 7)",
            "INSERT OR IGNORE INTO leads SELECT * FROM leads", "DELETE FROM leads WHERE lead IN (SELECT lead FROM leads LIMIT 9)",
        ] {
            try await derived.write { try $0.execute(sql: change) }
            #expect(try kept() == counted(), "\(change)")
        }
        try await derived.write { db in
            for name in ["leads_come", "leads_go", "leads_change"] { try db.execute(sql: "DROP TRIGGER \(name)") }
            try db.execute(sql: "DROP TABLE lead_counts")
        }
        _ = try folder.folder.openDerived()
        #expect(try kept() == counted())
        try await derived.write { try $0.execute(sql: "DELETE FROM leads") }
        #expect(try kept().isEmpty)
    }

    /// A status's page and what a partner holds read an index of their own.
    @Test(arguments: [
        ("SELECT * FROM leads WHERE program = 'acme' AND status = 's' ORDER BY submitted DESC, lead LIMIT 5", "leads_by_status"),
        (
            "SELECT count(*) FROM leads WHERE program = 'acme' AND partner = 'p' AND status = 'assigned' AND status IN ('assigned', 'responded')",
            "leads_held"
        ),
        (
            "SELECT * FROM leads INDEXED BY leads_held WHERE program = 'acme' AND partner = 'p' AND status = 'assigned' AND status IN ('assigned', 'responded') AND respond_by IS NOT NULL ORDER BY respond_by, lead LIMIT 5",
            "leads_held"
        ),
        (
            "SELECT * FROM leads INDEXED BY leads_held WHERE program = 'acme' AND partner = 'p' AND status = 'assigned' AND status IN ('assigned', 'responded') AND respond_by IS NULL ORDER BY lead LIMIT 5",
            "leads_held"
        ),
    ]) func nothingReadsTheWholeList(_ sql: String, _ index: String) async throws {
        let folder = try await Self.filled(26, leads: 5)
        let plan = try await folder.folder.openProjections().read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }.joined(separator: "\n")
        }
        #expect(plan.contains("INDEX \(index) ") && !plan.contains("TEMP B-TREE"), "\(plan)")
    }

    /// What is due first comes first, however new it is; what the page leaves out is counted.
    @Test func whatAPartnerHoldsIsSortedByUrgency() async throws {
        let folder = try await Self.filled(27, leads: 90)
        let leads = try LeadsProjection(folder.folder)
        var query = LeadsProjection.Query(program: "acme")
        (query.limit, query.status) = (10_000, "assigned")
        let byPartner = Dictionary(grouping: try leads.list(query), by: \.partnerID)
        let partner = try #require(byPartner.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key)
        // Some have no deadline.
        try await folder.folder.openDerived().write { db in
            try db.execute(
                sql: "UPDATE leads SET respond_by = NULL WHERE lead IN "
                    + "(SELECT lead FROM leads WHERE partner = ? AND status = 'assigned' ORDER BY respond_by LIMIT 2)",
                arguments: [partner])
        }
        let all = try leads.list(query)
        let own = all.filter { $0.partnerID == partner }.sorted {
            ($0.respondBy?.micros ?? .max, $0.leadID) < ($1.respondBy?.micros ?? .max, $1.leadID)
        }
        let held = try leads.held(by: partner, status: "assigned", of: "acme", limit: 2)
        #expect(held.rows.map(\.leadID) == own.prefix(2).map(\.leadID) && held.count == own.count)
        let whole = try leads.held(by: partner, status: "assigned", of: "acme", limit: 100).rows
        #expect(whole.map(\.leadID) == own.map(\.leadID) && whole.count { $0.respondBy == nil } == 2 && own.count > 3)
        let owed = own.filter { $0.respondBy != nil }
        let promises = try leads.promises(of: [partner, "nobody"], program: "acme")
        #expect(promises[partner]?.count == owed.count && promises[partner]?.first == owed.first?.respondBy)
        #expect(owed.count > 0 && promises.count == 1)
        #expect(try leads.held(by: "nobody", status: "assigned", of: "acme", limit: 2).count == 0)
    }

    /// However many persons were erased, whether one was costs a look-up.
    @Test(arguments: [
        ("SELECT max(position) FROM erasures WHERE program = 'acme'", "erasures_by_position"),
        ("SELECT EXISTS (SELECT 1 FROM leads JOIN erasures USING (program, subject) WHERE program = 'acme' AND lead = 'l')", "erasures_by_subject"),
    ])
    func noErasureIsSearchedFor(sql: String, index: String) async throws {
        let folder = try await Self.filled(24, leads: 1)
        let plan = try await folder.folder.openProjections().read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }.joined(separator: "\n")
        }
        #expect(plan.contains("INDEX " + index), "\(plan)")
        #expect(!plan.contains("SCAN leads") && !plan.contains("SCAN erasures"), "\(plan)")
    }

    @Test func theListIsReadWhileSomebodyWritesIt() async throws {
        let folder = try await Self.filled(23, leads: 5)
        let leads = try LeadsProjection(folder.folder)
        try await folder.folder.openDerived().write { db in
            try db.execute(sql: "DELETE FROM leads")
            // The transaction is open; a reader sees the moment before it.
            #expect(try leads.counts(program: "acme").reduce(0) { $0 + $1.count } == 5)
        }
        #expect(try leads.counts(program: "acme").isEmpty)
    }

    @Test func whatIsOfAnotherVersionIsMadeAnew() async throws {
        let folder = try await Self.filled(24, leads: 30)
        let before = try LeadsProjection(folder.folder).counts(program: "acme").map { "\($0)" }
        try await folder.folder.openDerived().write { db in
            try db.execute(sql: "UPDATE projection_cursors SET version = 0; UPDATE leads SET status = 'old'")
        }
        let leads = try LeadsProjection(folder.folder)
        #expect(try leads.counts(program: "acme").isEmpty)
        #expect(try leads.catchUp() == folder.head()?.size)
        #expect(try leads.counts(program: "acme").map { "\($0)" } == before)
        let comparison = try LeadsProjection.compare(
            journal: folder.folder.openJournalReadOnly(), derived: folder.folder.openProjections())
        #expect(comparison?.difference == nil && (comparison?.rows ?? 0) > 30)
    }

    /// Files from before: the cursor of the list of leads stood in a table of its own.
    @Test(arguments: [false, true]) func aCursorOfItsOwnIsTakenOver(_ hasAccounts: Bool) async throws {
        let folder = try await Self.filled(25, leads: 30)
        let size = try #require(try folder.head()?.size)
        try await folder.folder.openDerived().write { db in
            try db.execute(
                sql: """
                    CREATE TABLE leads_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), next_seq INTEGER NOT NULL);
                    INSERT INTO leads_cursor VALUES (1, \(size - 4)); DROP TABLE projection_cursors
                    """)
            if !hasAccounts { try db.execute(sql: "DROP TABLE account_entries") }
        }
        let leads = try LeadsProjection(folder.folder)
        #expect(try leads.catchUp() == (hasAccounts ? 5 : size))
        #expect(try await !folder.folder.openProjections().read { try $0.tableExists("leads_cursor") })
    }

    /// Starting over would forget that there was more.
    @Test func anOlderJournalStopsTheList() async throws {
        let folder = try await Self.filled(26, leads: 3)
        try await folder.folder.openDerived().write {
            try $0.execute(sql: "UPDATE projection_cursors SET next_seq = 1000000")
        }
        let leads = try LeadsProjection(folder.folder)
        #expect(throws: EngineError.self) { try leads.catchUp() }
        #expect(try leads.counts(program: "acme").reduce(0) { $0 + $1.count } == 3)
    }
}

/// Goal: lists follow a processor that is never at rest. (The processor itself only brings them up when it has nothing
/// to do.)
@Suite struct ProjectorTests {
    /// Method: commits come one after another; the list is looked at while the processor still has work.
    @Test(.timeLimit(.minutes(10))) func listsFollowUnderSteadyLoad() async throws {
        let folder = try TestFolder()
        let processor = try Processor(folder.folder, clock: FixedClock(TestFolder.start), timeSource: .eventTime)
        let projector = try Projector(folder.folder, commits: processor.commits)
        let following = Task { try await projector.run(every: .zero) }
        let leads = try LeadsProjection(folder.folder)
        try await processor.append(try DeterminismTests.records(seed: 27, leads: 200))
        var seen = 0
        while seen < 3 {
            let report = try await processor.step(max: 20)
            let before = seen
            while seen == before, try leads.counts(program: "acme").reduce(0, { $0 + $1.count }) <= seen {
                await Task.yield()
            }
            seen = try leads.counts(program: "acme").reduce(0) { $0 + $1.count }
            #expect(!report.isExhausted)
        }
        following.cancel()
        try await following.value
    }
}
