import Foundation
import UseCases

/// A picture that a command was asked to write.
enum PictureFile {
    static func write(_ picture: String, to path: String) throws {
        do { try Data(picture.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Problem.notWritable("the picture cannot be written", at: path)
        }
    }
}

/// A page that a command was asked to write.
enum PageFile {
    static func write(_ page: String, to path: String) throws {
        do { try Data(page.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw Problem.notWritable("the page cannot be written", at: path)
        }
    }
}
