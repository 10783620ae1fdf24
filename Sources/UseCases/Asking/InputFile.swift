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

    /// - Throws: `Problem` if a folder is there.
    public static func refuseFolder(_ path: String) throws(Problem) {
        var isFolder: ObjCBool = false
        let isThere = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isThere && isFolder.boolValue { throw Problem.isFolder(path) }
    }
}
