public import Foundation

/// Files that people name.
public enum InputFile {
    /// Opens a file to read.
    /// - Throws: `Problem` for a folder, and for what is not there or may not be read.
    public static func open(_ path: String) throws(Problem) -> FileHandle {
        try refuseFolder(path)
        guard let file = FileHandle(forReadingAtPath: path) else { throw Problem.notReadable(path) }
        return file
    }

    /// Most that is read of a file as a whole.
    public static let bytesMax = 64 << 20

    /// All that a file holds; it may be a pipe, as `/dev/stdin` or the shell's `<(...)`.
    /// - Throws: `Problem` for a folder, for what cannot be read, and for more than `bytesMax` bytes.
    public static func contents(_ path: String) throws(Problem) -> Data {
        let file = try open(path)
        var contents = Data()
        do {
            while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
                contents.append(part)
                if contents.count > bytesMax { break }
            }
        } catch { throw Problem.notReadable(path) }
        guard contents.count <= bytesMax else {
            throw Problem(.invalid, "the file is larger than \(bytesMax >> 20) MiB", at: path)
        }
        return contents
    }

    /// - Throws: `Problem` if a folder is there.
    public static func refuseFolder(_ path: String) throws(Problem) {
        var isFolder: ObjCBool = false
        let isThere = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isThere && isFolder.boolValue { throw Problem.isFolder(path) }
    }
}
