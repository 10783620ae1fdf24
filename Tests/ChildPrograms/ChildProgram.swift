import Foundation
import Glibc
import Synchronization

/// A program that a test starts: what to run, and where its input comes from and its output goes.
///
/// Why not Foundation's `Process`: before it starts anything it lists this process's open files, and copies every entry
/// of that list at the full 256 bytes a name can have. With some 1,300 files open an entry lies at the end of the
/// buffer, and the copy reads beyond it. The tests, which run side by side in one process, ended with that.
public struct ChildProgram {
    /// Where the program lies.
    public var path: String
    public var arguments: [String] = []
    /// Nil: as this process.
    public var environment: [String: String]?
    /// Where it works. Nil: where this process does.
    public var folder: String?
    /// Nil: nothing, as for the two others.
    public var input: FileHandle?
    public var output: FileHandle?
    public var errors: FileHandle?

    public init(_ path: String, _ arguments: [String] = []) {
        self.path = path
        self.arguments = arguments
    }

    /// How a program ended.
    public enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// A program that could not be started, with the system's reason.
    public struct NotStarted: Error, CustomStringConvertible {
        public let path: String
        public let code: Int32
        public var description: String { "\(path) was not started: \(unsafe String(cString: strerror(code)))" }
    }

    /// A program at work. It may be asked to end whether it has or not; its number is not used once it is waited for.
    public final class Started: Sendable {
        public let id: pid_t
        private let ending = Mutex<Ending?>(nil)

        init(id: pid_t) { self.id = id }

        /// Asks it to end, if it has not.
        public func terminate() { ending.withLock { if $0 == nil { kill(id, SIGTERM) } } }

        /// Waits until it has ended.
        @discardableResult
        public func wait() -> Ending {
            if let known = ending.withLock({ $0 }) { return known }
            awaitEnd()
            return ending.withLock { ending in
                if let known = ending { return known }
                let found = reap()
                ending = found
                return found
            }
        }

        /// Waits while its number stays its own, so that `terminate` may use it meanwhile.
        private func awaitEnd() {
            var about = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(id), &about, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        }

        private func reap() -> Ending {
            var status: Int32 = 0
            while unsafe waitpid(id, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7f
            return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
        }
    }

    /// Starts it. It gets the three files given, and none that this process opened to close on a start.
    public func start() throws(NotStarted) -> Started {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (target, (file, mode)) in [(input, O_RDONLY), (output, O_WRONLY), (errors, O_WRONLY)].enumerated() {
            if let file {
                unsafe posix_spawn_file_actions_adddup2(&actions, file.fileDescriptor, Int32(target))
            } else {
                unsafe posix_spawn_file_actions_addopen(&actions, Int32(target), "/dev/null", mode, 0)
            }
        }
        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }
        var id: pid_t = 0
        // In a folder of its own it is started by `env`: the calls that would do it are not visible to Swift.
        let start = folder.map { ["/usr/bin/env", "-C", $0] } ?? []
        let words = start + [path] + arguments
        let code = unsafe withTexts(words) { words in
            unsafe withTexts(variables) { unsafe posix_spawn(&id, words[0]!, &actions, nil, words, $0) }
        }
        guard code == 0 else { throw NotStarted(path: path, code: code) }
        return Started(id: id)
    }

    /// Starts it, and waits until it has ended.
    @discardableResult
    public func run() throws(NotStarted) -> Ending { try start().wait() }

    /// Runs it to its end and gives all it printed, as far as that is text.
    public func read(withErrors: Bool = false) throws -> (ending: Ending, output: String) {
        var program = self
        let pipe = Pipe()
        program.output = pipe.fileHandleForWriting
        if withErrors { program.errors = pipe.fileHandleForWriting }
        let started = try program.start()
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return (started.wait(), text)
    }

    /// A list of texts as the system takes it.
    private func withTexts(_ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32) -> Int32 {
        var copies = unsafe texts.map { unsafe strdup($0) }
        defer { for unsafe copy in unsafe copies { unsafe free(copy) } }
        unsafe copies.append(nil)
        return unsafe body(copies)
    }
}
