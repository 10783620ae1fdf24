import Audit
import Engine
import Journal
import LeadlineCore
import LeadlineSchemas
import Reports
import Testing

/// Goal: a journal replays to what it records, byte for byte, and a difference is named.
@Suite struct ReplayerTests {
    @Test func everythingComesOutAsRecorded() async throws {
        let folder = try await AuditFolder.full()
        let report = try await Replayer(folder.folder).run()
        #expect(report.isEqual)
        let program = try #require(report.programs.first)
        let size = try folder.head().size
        #expect(program.entries == size)
        let state = try folder.read { try ProgramStream.recover(AuditFolder.program, through: size, journal: $0, snapshots: nil).state }
        #expect(program.stateHash == SnapshotStore.stateHash(of: state.canonicalBytes()).description)
    }

    @Test func anEarlierMomentGivesTheStateOfThen() async throws {
        let folder = try await AuditFolder.full()
        let entries = try folder.decoded()
        let half = UInt64(entries.count / 2)
        let state = try folder.read { try ProgramStream.recover(AuditFolder.program, through: half, journal: $0, snapshots: nil).state }
        let hash = SnapshotStore.stateHash(of: state.canonicalBytes()).description
        let counted = try #require(try await Replayer(folder.folder).run(until: .entries(half)).programs.first)
        #expect(counted.entries == half)
        #expect(counted.stateHash == hash)
        let last = entries[Int(half) - 1].stamp
        let timed = try #require(try await Replayer(folder.folder).run(until: .time(last)).programs.first)
        #expect(timed.entries == UInt64(entries.filter { $0.stamp <= last }.count))
        let newest = try #require(try await Replayer(folder.folder).run(until: .entries(.max)).programs.first)
        #expect(newest.entries == UInt64(entries.count) && newest.stateHash != hash)
    }

    @Test func differencesAreNamedAndDoNotHideOneAnother() async throws {
        let folder = try await AuditFolder.small()
        let assignments = try folder.decoded().filter { if case .leadAssigned? = $0.events.first { true } else { false } }
        for entry in assignments.prefix(2) {
            try folder.forge(entry.position) { entry in
                guard case .leadAssigned(var event)? = entry.events.first else { return }
                event.partnerID = "beta"
                entry.events[0] = .leadAssigned(event)
            }
        }
        let report = try await Replayer(folder.folder).run()
        let program = try #require(report.programs.first), words = try #require(ReplayDocument(report).programs.first)
        #expect(Array(program.differences.map(\.position).prefix(2)) == assignments.prefix(2).map(\.position))
        #expect(words.differences[0].recorded.contains("assigned to beta"))
        #expect(words.differences[0].decided.contains("assigned to alpha"))
        #expect(program.differenceCount >= 2)
    }

    @Test func aTamperedJournalIsNotReplayed() async throws {
        let folder = try await AuditFolder.small()
        try folder.tamper(\.journalPath, "UPDATE entries SET bytes = zeroblob(20) WHERE position = 5")
        let error = await #expect(throws: AuditFault.self) { try await Replayer(folder.folder).run() }
        #expect(error?.kind == .chain && error?.position == 5)
    }
}
