import Foundation

/// A folder as one file: POSIX ustar (IEEE 1003.1), regular files only, so that any `tar` reads it.
public enum TarFile {
    private static let block = 512
    private static let chunkBytes = 1 << 20
    /// What eleven octal digits can say.
    private static let fileBytesMax = 1 << 33

    /// Writes every file of a folder, in order of path. The same folder gives the same bytes.
    /// - Throws: ``ArchiveError``.
    public static func pack(_ folder: String, to path: String) throws {
        if FileManager.default.fileExists(atPath: path) { throw ArchiveError.exists(path: path) }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let out = FileHandle(forWritingAtPath: path), let names = FileManager.default.subpaths(atPath: folder)
        else { throw ArchiveError.file(path: path, "it cannot be written") }
        for name in names.sorted() {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int else {
                continue
            }
            try out.write(contentsOf: header(name, size))
            guard let file = FileHandle(forReadingAtPath: folder + "/" + name) else {
                throw ArchiveError.file(path: name, "it cannot be read")
            }
            while let data = try file.read(upToCount: chunkBytes), !data.isEmpty { try out.write(contentsOf: data) }
            try file.close()
            try out.write(contentsOf: Data(count: padding(size)))
        }
        try out.write(contentsOf: Data(count: 2 * block))
        try out.synchronize()
        try out.close()
    }

    /// Writes the files of a tar under a folder. Refuses whatever is not a regular file inside of it.
    /// - Throws: ``ArchiveError``.
    public static func unpack(_ path: String, to folder: String) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ArchiveError.file(path: path, "it cannot be read")
        }
        defer { _ = try? file.close() }
        var isWhole = false
        while let head = try file.read(upToCount: block), head.count == block {
            // Blocks of zeros end it (POSIX.1-2017, pax, "ustar Interchange Format"); without one it was cut between files.
            isWhole = !head.contains { $0 != 0 }
            if isWhole { break }
            guard let (name, size, kind) = entry(Array(head)) else {
                throw ArchiveError.notAnArchive(path: path, "it is no tar file")
            }
            if kind == UInt8(ascii: "5") { continue }
            guard kind == UInt8(ascii: "0") || kind == 0, ArchiveLayout.isSafe(name) else {
                throw ArchiveError.damaged("\(path) holds something that is not a file inside of it")
            }
            let url = URL(fileURLWithPath: folder + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try copy(file, size, to: url.path)
            _ = try file.read(upToCount: padding(size))
        }
        if !isWhole { throw ArchiveError.damaged("the tar file is cut") }
    }

    private static func copy(_ file: FileHandle, _ size: Int, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path),
            FileManager.default.createFile(atPath: path, contents: nil),
            let out = FileHandle(forWritingAtPath: path)
        else { throw ArchiveError.file(path: path, "it cannot be written, or comes twice") }
        var left = size
        while left > 0 {
            guard let data = try file.read(upToCount: min(left, chunkBytes)), !data.isEmpty else {
                throw ArchiveError.damaged("the tar file is cut")
            }
            try out.write(contentsOf: data)
            left -= data.count
        }
        try out.close()
    }

    private static func padding(_ size: Int) -> Int { (block - size % block) % block }

    private static func header(_ name: String, _ size: Int) throws -> Data {
        guard size < fileBytesMax else {
            throw ArchiveError.file(path: name, "it is larger than a tar file can hold; export to a folder")
        }
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) {
            for (index, byte) in text.utf8.enumerated() { bytes[place + index] = byte }
        }
        func octal(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        guard let (prefix, rest) = split(name) else {
            throw ArchiveError.file(path: name, "its path is too long for a tar file; export to a folder")
        }
        put(rest, at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(prefix, at: 345)
        put(octal(bytes.reduce(0) { $0 + Int($1) }, 6), at: 148)
        bytes[154] = 0
        return Data(bytes)
    }

    /// Up to 155 bytes before a slash and 100 after it.
    private static func split(_ name: String) -> (prefix: String, rest: String)? {
        if name.utf8.count <= 100 { return ("", name) }
        for index in name.indices where name[index] == "/" {
            let (prefix, rest) = (String(name[..<index]), String(name[name.index(after: index)...]))
            if prefix.utf8.count <= 155 && rest.utf8.count <= 100 { return (prefix, rest) }
        }
        return nil
    }

    private static func entry(_ bytes: [UInt8]) -> (name: String, size: Int, kind: UInt8)? {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range].prefix { $0 != 0 }, as: UTF8.self) }
        guard text(257..<262) == "ustar",
            let size = Int(text(124..<136).trimmingCharacters(in: .whitespaces), radix: 8), size >= 0
        else { return nil }
        let prefix = text(345..<500)
        return (prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100), size, bytes[156])
    }
}
