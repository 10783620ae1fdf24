import GRDB
import GRDBSQLite

/// A prepared statement that binds and reads without boxing or copying.
///
/// GRDB's own arguments and rows cost about as much as SQLite's whole work on a small row, and the
/// journal is written and scanned by the million. All calls to SQLite's C interface are here. What
/// runs through here is not seen by GRDB's transaction observers.
@safe struct RawStatement {
    private let statement: Statement
    private let pointer: OpaquePointer

    /// A statement from the connection's cache: prepared once, so no two uses may overlap.
    static func cached(_ sql: String, in db: Database) throws -> RawStatement {
        RawStatement(try db.cachedStatement(sql: sql))
    }

    /// A statement of its own, for scans whose body may start another.
    static func fresh(_ sql: String, in db: Database) throws -> RawStatement {
        RawStatement(try db.makeStatement(sql: sql))
    }

    private init(_ statement: Statement) {
        self.statement = statement
        unsafe pointer = statement.sqliteStatement
        reset()
    }

    /// Lends SQLite's statement to a call, which GRDB's keeps alive. The pointer is good inside the closure only.
    @inline(__always)
    private func withHandle<Result, Failure>(_ body: (OpaquePointer) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        defer { withExtendedLifetime(statement) {} }
        return unsafe try body(pointer)
    }

    /// Makes the statement ready to run again. Bound blobs must not be read after their memory is
    /// gone, so this also forgets what was bound.
    func reset() {
        // The result repeats the error of the last step, which that step has thrown already.
        unsafe withHandle { handle in
            _ = unsafe sqlite3_reset(handle)
            _ = unsafe sqlite3_clear_bindings(handle)
        }
    }

    func bind(_ value: Int64, at index: Int32) throws {
        try check(unsafe withHandle { unsafe sqlite3_bind_int64($0, index, value) })
    }

    func bind(_ value: UInt64, at index: Int32) throws {
        precondition(value <= UInt64(Int64.max), "positions and offsets stay below 2^63")
        try bind(Int64(value), at: index)
    }

    /// The statement must be stepped and reset before `bytes` goes away.
    func bind(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws {
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else {
            // A null pointer would bind NULL, not an empty blob.
            return try check(unsafe withHandle { unsafe sqlite3_bind_zeroblob($0, index, 0) })
        }
        // No destructor means SQLITE_STATIC: SQLite makes no copy.
        try check(unsafe withHandle { unsafe sqlite3_bind_blob64($0, index, start, UInt64(bytes.count), nil) })
    }

    /// True if there is a row to read.
    func step() throws -> Bool {
        let code = unsafe withHandle { unsafe sqlite3_step($0) }
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure(code)
        }
    }

    func int64(_ column: Int32) -> Int64 {
        unsafe withHandle { unsafe sqlite3_column_int64($0, column) }
    }

    /// A negative number, which only a changed file can hold, reads as one past every position.
    func uint64(_ column: Int32) -> UInt64 {
        UInt64(bitPattern: int64(column))
    }

    func isNull(_ column: Int32) -> Bool { unsafe withHandle { unsafe sqlite3_column_type($0, column) } == SQLITE_NULL }

    /// The column's bytes, valid until the next step or reset.
    func withBytes<Result>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        unsafe try withHandle { handle in
            let start = unsafe sqlite3_column_blob(handle, column)
            let count = Int(unsafe sqlite3_column_bytes(handle, column))
            return unsafe try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        }
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = unsafe withHandle { handle in
            unsafe sqlite3_errmsg(sqlite3_db_handle(handle)).map { unsafe String(cString: $0) }
        }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
    }
}

extension RawStatement {
    /// Runs a statement that returns no rows and makes it ready for the next.
    func run() throws {
        defer { reset() }
        let hasRow = try step()
        precondition(!hasRow, "a statement that is run returns no rows")
    }
}
