import CZlib

/// A file compressed as gzip (RFC 1952) that is written or read from front to back.
@safe final class GzipFile {
    /// Nil once it is closed.
    private var handle: gzFile?
    private let path: String

    /// Makes a new file.
    static func create(_ path: String) throws(ArchiveError) -> GzipFile { try GzipFile(path, mode: "wb6") }

    /// Opens a file to read.
    static func open(_ path: String) throws(ArchiveError) -> GzipFile { try GzipFile(path, mode: "rb") }

    private init(_ path: String, mode: String) throws(ArchiveError) {
        guard let handle = unsafe gzopen(path, mode) else { throw .file(path: path, "it cannot be opened") }
        // A larger buffer than zlib's 8 kB costs nothing and halves the calls to the system.
        _ = unsafe gzbuffer(handle, 131_072)
        unsafe self.handle = handle
        self.path = path
    }

    /// What is not closed was given up, after an error that was thrown already.
    deinit { if let handle = unsafe handle { _ = unsafe gzclose(handle) } }

    /// Lends zlib's file to a call, which this object keeps open. The pointer is good inside the closure only.
    private func withHandle<Result>(_ body: (gzFile?) -> Result) -> Result {
        defer { withExtendedLifetime(self) {} }
        return unsafe body(handle)
    }

    func write(_ bytes: [UInt8]) throws(ArchiveError) {
        if bytes.isEmpty { return }
        let count = unsafe withHandle { handle in
            unsafe bytes.withUnsafeBytes { unsafe gzwrite(handle, $0.baseAddress, UInt32($0.count)) }
        }
        guard count == Int32(bytes.count) else {
            throw .file(path: path, "it cannot be written to the end; is the disk full?")
        }
    }

    /// Flushes and closes.
    func close() throws(ArchiveError) {
        let result = unsafe withHandle { unsafe gzclose($0) }
        unsafe handle = nil
        guard result == Z_OK else { throw .file(path: path, "it cannot be written to the end; is the disk full?") }
    }

    /// Exactly so many bytes; nil at the end of the file.
    func read(_ count: Int) throws(ArchiveError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = unsafe withHandle { handle in
            unsafe bytes.withUnsafeMutableBytes { unsafe gzread(handle, $0.baseAddress, UInt32($0.count)) }
        }
        guard found >= 0 else { throw .damaged("\(path) is not whole gzip data") }
        if found == 0 && count > 0 { return try atEnd() }
        guard found == Int32(count) else { throw .damaged("\(path) ends in the middle of an entry") }
        return bytes
    }

    /// A cut file also reads as ended; its trailer is then missing.
    private func atEnd() throws(ArchiveError) -> [UInt8]? {
        var code: Int32 = 0
        _ = unsafe withHandle { unsafe gzerror($0, &code) }
        guard code == Z_OK || code == Z_STREAM_END else { throw .damaged("\(path) is not whole gzip data") }
        return nil
    }
}
