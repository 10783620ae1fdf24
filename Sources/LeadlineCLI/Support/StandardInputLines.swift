import Foundation

/// The lines of standard input as they come, read by a thread of their own; they end with the input.
struct StandardInputLines: AsyncSequence, Sendable {
    /// Longer lines come as their beginning, which is no message.
    private static let lineBytesMax = 4 << 20

    func makeAsyncIterator() -> AsyncStream<[UInt8]>.Iterator {
        let (lines, line) = AsyncStream<[UInt8]>.makeStream()
        let thread = Thread {
            Self.read { line.yield($0) }
            line.finish()
        }
        thread.start()
        return lines.makeAsyncIterator()
    }

    /// Takes what is there as soon as it is there, as `FileHandle` does not.
    private static func read(_ line: ([UInt8]) -> Void) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var begun: [UInt8] = []
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Foundation.read(0, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in chunk[..<count] {
                if byte == 0x0A {
                    line(begun)
                    begun.removeAll(keepingCapacity: true)
                } else if begun.count < lineBytesMax {
                    begun.append(byte)
                }
            }
        }
        if !begun.isEmpty { line(begun) }
    }
}
