import LeadlineCore
import Synchronization

/// Where ids and names that must differ come from.
public protocol RandomSource: Sendable {
    /// That many bytes.
    func bytes(_ count: Int) -> [UInt8]
}

/// The system's generator.
public struct SystemRandom: RandomSource {
    public init() {}
    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        // The system is asked for eight at a time: each time costs a call of it.
        while bytes.count < count {
            let word = generator.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) where bytes.count < count {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }
}

/// The same bytes from the same seed, in the order in which they are asked for. For simulation and tests: whoever knows
/// the seed knows every id.
public final class SeededRandom: RandomSource {
    private let generator: Mutex<SplitMix64>

    /// A source from a seed.
    public init(seed: UInt64) { generator = Mutex(SplitMix64(seed: seed)) }

    public func bytes(_ count: Int) -> [UInt8] {
        generator.withLock { generator in (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 56) } }
    }
}
