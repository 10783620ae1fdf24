import Foundation
import UseCases

/// Lines in a file that its owner alone may read, kept to two files of a bounded size: what is full becomes the older
/// one, and the one before goes.
struct LineFilePair {
    var path: String
    /// As errors name it, e.g. "the file of refusals".
    var name: String
    /// Of each of the two.
    var bytesMax: Int

    /// Appends whole lines.
    func append(_ lines: String) throws {
        let files = FileManager.default
        let size = files.fileExists(atPath: path) ? try files.attributesOfItem(atPath: path)[.size] as? Int ?? 0 : 0
        if size + lines.utf8.count > bytesMax { try turn() }
        if !files.fileExists(atPath: path) {
            guard files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw Problem.notWritable("\(name) cannot be made", at: path)
            }
        }
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw Problem.notWritable("\(name) cannot be written", at: path)
        }
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.utf8))
        try file.close()
    }

    private func turn() throws {
        let (files, older) = (FileManager.default, path + ".1")
        if files.fileExists(atPath: older) { try files.removeItem(atPath: older) }
        try files.moveItem(atPath: path, toPath: older)
    }
}
