import Foundation
import GRDB
import Journal
import Testing

/// Appending and reading, on real files.
@Suite struct JournalTests {
    let folder: TestFolder
    let queue: DatabaseQueue
    let reader = JournalReader()

    init() throws {
        folder = try TestFolder()
        queue = try JournalDatabase.open(path: folder.journal)
    }

    @Test func entriesComeBackAsTheyWereAppended() throws {
        let written = entries("a", 0..<5) + entries("b", 0..<3) + entries("a", 5..<7)
        let heads = try append(written, to: queue)
        #expect(heads.map(\.program) == ["a", "b"])
        #expect(heads.map(\.size) == [7, 3])
        try queue.read { (db) throws in
            #expect(try reader.streams(in: db) == heads)
            #expect(try reader.head(of: "a", in: db) == heads[0])
            #expect(try reader.head(of: "c", in: db) == nil)
            #expect(try reader.entry(program: "b", position: 2, in: db) == entry("b", 2).bytes)
            #expect(try reader.entry(program: "b", position: 3, in: db) == nil)
            #expect(try reader.entry(program: "b", position: .max, in: db) == nil)
            #expect(try positions("a", 2, 5, db) == [2, 3, 4, 5])
            #expect(try positions("a", 0, .max, db) == Array(0..<7))
        }
    }

    @Test func headIsTheChainOverTheBytes() throws {
        let written = entries("a", 0..<4)
        _ = try append(Array(written[..<2]), to: queue)
        let heads = try append(Array(written[2...]), to: queue)
        let link = written.reduce(HashChain.start(program: "a")) {
            HashChain.link(after: $0, leaf: HashChain.leaf(of: $1.bytes))
        }
        #expect(heads == [StreamHead(program: "a", size: 4, link: link, lastStampMicros: 30)])
    }

    @Test func anEmptyEntryIsAnEntry() throws {
        _ = try append(
            [PendingEntry(program: "a", position: 0, stampMicros: 0, bytes: [], eventCount: 0)], to: queue)
        #expect(try queue.read { try reader.entry(program: "a", position: 0, in: $0) } == [])
    }

    @Test(arguments: [UInt64(0), 2, 4, 17]) func aGapIsRefusedAndLeavesNothing(position: UInt64) throws {
        _ = try append(entries("a", 0..<3), to: queue)
        #expect(throws: JournalError.positionGap(program: "a", expected: 4, got: position == 4 ? 5 : position)) {
            try append([entry("a", 3), entry("a", position == 4 ? 5 : position)], to: queue)
        }
        #expect(try queue.read { try reader.head(of: "a", in: $0)?.size } == 3)
        _ = try append([entry("a", 3)], to: queue)
    }

    @Test func aStreamBeginsAtZero() throws {
        #expect(throws: JournalError.positionGap(program: "a", expected: 0, got: 1)) {
            try append([entry("a", 1)], to: queue)
        }
        #expect(try queue.read { try reader.streams(in: $0) }.isEmpty)
    }

    @Test func aStampBeforeTheLastIsRefused() throws {
        _ = try append(entries("a", 0..<3), to: queue)
        var late = entry("a", 3)
        late.stampMicros = 19
        #expect(throws: JournalError.stampDecreased(program: "a", position: 3, last: 20, got: 19)) {
            try append([late], to: queue)
        }
        late.stampMicros = 20
        _ = try append([late], to: queue)
    }

    @Test func aRolledBackBatchLeavesTheWriterUnharmed() throws {
        let writer = JournalWriter()
        try queue.inTransaction { (db) throws in
            try writer.append(entries("a", 0..<3), in: db)
            return .rollback
        }
        let heads = try queue.write { try writer.append(entries("a", 0..<3), in: $0) }
        #expect(heads[0].size == 3)
        #expect(try queue.read { try ChainVerifier().verify(program: "a", in: $0) }.fault == nil)
    }

    @Test func committedEntriesSurviveReopening() throws {
        let heads = try append(entries("a", 0..<3), to: queue)
        try queue.close()
        let again = try JournalDatabase.open(path: folder.journal)
        #expect(try again.read { try reader.streams(in: $0) } == heads)
        #expect(try append([entry("a", 3)], to: again)[0].size == 4)
    }

    @Test func aReaderSeesOnlyCommitsWhileAWriterWrites() throws {
        _ = try append(entries("a", 0..<3), to: queue)
        let beside = try JournalDatabase.openReadOnly(path: folder.journal)
        try queue.write { (db) throws in
            try JournalWriter().append([entry("a", 3)], in: db)
            #expect(try beside.read { try reader.head(of: "a", in: $0)?.size } == 3)
        }
        #expect(try beside.read { try reader.head(of: "a", in: $0)?.size } == 4)
        #expect(throws: DatabaseError.self) { try append([entry("a", 4)], to: beside) }
    }

    @Test func scansMayBeNested() throws {
        _ = try append(entries("a", 0..<4), to: queue)
        var seen: [UInt64] = []
        try queue.read { (db) throws in
            try reader.forEachEntry(program: "a", in: db) { position, _ in
                seen.append(position)
                try reader.forEachEntry(program: "a", from: 3, in: db) { inner, _ in seen.append(inner) }
            }
        }
        #expect(seen == [0, 3, 1, 3, 2, 3, 3, 3])
    }

    private func positions(_ program: String, _ from: UInt64, _ through: UInt64, _ db: Database) throws -> [UInt64] {
        var positions: [UInt64] = []
        try reader.forEachEntry(program: program, from: from, through: through, in: db) { position, bytes in
            #expect(unsafe bytes.withUnsafeBytes { unsafe Array($0) } == entry(program, position).bytes)
            positions.append(position)
        }
        return positions
    }
}

/// The decision topic as a view of the entries, against a list built event by event.
@Suite struct DecisionOffsetTests {
    @Test func everyOffsetFindsItsEntry() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        let reader = JournalReader()
        let counts = [0, 2, 0, 0, 3, 1, 0, 5, 1, 0, 0]
        for (index, count) in counts.enumerated() {
            let program = index % 2 == 0 ? "even" : "odd"
            _ = try append([entry(program, UInt64(index / 2), events: count)], to: queue)
        }
        let owners = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
        try queue.read { (db) throws in
            #expect(try reader.nextDecisionOffset(in: db) == UInt64(owners.count))
            for (offset, owner) in owners.enumerated() {
                let found = try reader.decisions(fromOffset: UInt64(offset), limit: 1, in: db)
                let place = try #require(found.first?.place)
                #expect(place.seq == UInt64(owner + 1))
                #expect(place.program == (owner % 2 == 0 ? "even" : "odd"))
                #expect(place.position == UInt64(owner / 2))
                #expect(place.decisionCount == counts[owner])
                #expect(place.firstDecisionOffset == UInt64(owners.firstIndex(of: owner) ?? -1))
                #expect(found.first?.bytes == entry("any", place.position).bytes)
            }
            #expect(try reader.decisions(fromOffset: UInt64(owners.count), limit: 9, in: db).isEmpty)
            let all = try reader.decisions(fromOffset: 0, limit: 100, in: db)
            #expect(all.map(\.place.decisionCount) == counts.filter { $0 > 0 })
            #expect(try reader.decisions(fromOffset: 1, limit: 2, in: db).map(\.place.seq) == [2, 5])
            #expect(try OrderVerifier().verify(in: db) == nil)
        }
    }

    @Test func anEmptyJournalHasNoDecisions() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        try queue.read { (db) throws in
            #expect(try JournalReader().decisions(fromOffset: 0, limit: 5, in: db).isEmpty)
            #expect(try JournalReader().nextSeq(in: db) == 1)
        }
    }

    @Test func theCommitOrderRunsAcrossPrograms() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        _ = try append([entry("b", 0), entry("a", 0), entry("b", 1), entry("a", 1)], to: queue)
        var order: [String] = []
        try queue.read { (db) throws in
            try JournalReader().forEachCommitted(fromSeq: 2, limit: 2, in: db) { place, _ in
                order.append("\(place.seq):\(place.program)/\(place.position)")
            }
        }
        #expect(order == ["2:a/0", "3:b/1"])
    }

    @Test func changedOrderIsFound() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        _ = try append(entries("a", 0..<4), to: queue)
        func fault(after sql: String) throws -> OrderFault? {
            var fault: OrderFault?
            try queue.inTransaction { (db) throws in
                try db.execute(sql: sql)
                fault = try OrderVerifier().verify(in: db)
                return .rollback
            }
            return fault
        }
        #expect(try fault(after: "DELETE FROM entries WHERE seq = 2") == .missing(seq: 2))
        #expect(try fault(after: "UPDATE entries SET stream = 9 WHERE seq = 3") == .noStream(seq: 3))
        #expect(
            try fault(after: "UPDATE entries SET decisions = 2 WHERE seq = 1")
                == .decisionOffset(seq: 2, expected: 2, found: 1))
    }
}

/// Wrong files are named, not opened.
@Suite struct OpeningTests {
    @Test func anAbsentJournalIsNotCreatedByReading() throws {
        let folder = try TestFolder()
        #expect(throws: JournalError.absent(path: folder.journal)) {
            try JournalDatabase.openReadOnly(path: folder.journal)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.journal))
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let folder = try TestFolder()
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: folder.journal))
        #expect(throws: JournalError.notADatabase(path: folder.journal)) {
            try JournalDatabase.open(path: folder.journal)
        }
        #expect(throws: JournalError.notADatabase(path: folder.journal)) {
            try JournalDatabase.openReadOnly(path: folder.journal)
        }
    }

    @Test func anotherKindOfDatabaseIsRefused() throws {
        let folder = try TestFolder()
        try DatabaseQueue(path: folder.journal).write { try $0.execute(sql: "CREATE TABLE x(y)") }
        #expect(throws: JournalError.foreign(path: folder.journal)) {
            try JournalDatabase.open(path: folder.journal)
        }
        try DerivedDatabase.open(path: folder.derived).close()
        #expect(throws: JournalError.foreign(path: folder.derived)) {
            try JournalDatabase.open(path: folder.derived)
        }
    }

    @Test func aNewerFormatIsRefused() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 3") }
        try queue.close()
        let newer = JournalError.newerFormat(path: folder.journal, found: 3, supported: 2)
        #expect(throws: newer) { try JournalDatabase.open(path: folder.journal) }
        #expect(throws: newer) { try JournalDatabase.openReadOnly(path: folder.journal) }
    }

    /// Each kind of file beside the journal, too, to write and to read.
    @Test func aNewerFormatOfWhatIsDerivedIsRefused() throws {
        let folder = try TestFolder()
        func expectRefused(_ path: String, _ supported: Int, _ make: () throws -> DatabaseQueue, _ opens: [() throws -> Void]) throws {
            let queue = try make()
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = \(supported + 1)") }
            try queue.close()
            for open in opens {
                #expect(throws: JournalError.newerFormat(path: path, found: supported + 1, supported: supported)) { try open() }
            }
        }
        let (derived, trees, checkpoints) = (folder.derived, folder.path + "/trees.db", folder.path + "/checkpoints.db")
        try expectRefused(
            derived, DerivedDatabase.formatVersion, { try DerivedDatabase.open(path: derived) },
            [
                { _ = try DerivedDatabase.open(path: derived) }, { _ = try DerivedDatabase.openReadOnly(path: derived) },
                { _ = try DerivedDatabase.openPool(path: derived) },
            ])
        try expectRefused(
            trees, TreeDatabase.formatVersion, { try TreeDatabase.open(path: trees) },
            [{ _ = try TreeDatabase.open(path: trees) }, { _ = try TreeDatabase.openReadOnly(path: trees) }])
        try expectRefused(
            checkpoints, CheckpointStore.formatVersion, { try CheckpointStore.open(path: checkpoints) },
            [{ _ = try CheckpointStore.open(path: checkpoints) }, { _ = try CheckpointStore.openIfMade(path: checkpoints) }])
        let words = "\(JournalError.newerFormat(path: derived, found: 9, supported: 1))"
        #expect(words.contains(derived) && words.contains("9"), "\(words)")
    }

    @Test func commitsAreFlushedAndDeletionsOverwritten() throws {
        let folder = try TestFolder()
        let queue = try JournalDatabase.open(path: folder.journal)
        try queue.read { (db) throws in
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
            #expect(try Int.fetchOne(db, sql: "PRAGMA secure_delete") == 1)
            #expect(try Int.fetchOne(db, sql: "PRAGMA temp_store") == 2)
        }
    }
}
