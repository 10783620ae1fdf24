/// All that an instance takes from the machine it runs on beside its log and its disk: the time of day, passing time and
/// chance. Whoever makes these up runs the same instance again from one seed.
///
/// The disk stands behind the data folder's path and SQLite's own port (its VFS), the network behind ``ShardLog`` and
/// ``RecordSink``; keys of persons come from the vault's `SubjectKeySource`.
public struct Machine: Sendable {
    /// The time of day.
    public var clock: any WallClock
    /// Passing time, which no clock change moves.
    public var passingTime: any PassingTime
    /// Chance, for ids and names.
    public var random: any RandomSource

    /// A machine of these parts, the real ones where none is given.
    public init(
        clock: any WallClock, passingTime: any PassingTime = SystemTime(), random: any RandomSource = SystemRandom()
    ) {
        self.clock = clock
        self.passingTime = passingTime
        self.random = random
    }

    /// The real one.
    public static let real = Machine(clock: SystemClock())

    /// A new id: a random UUID (RFC 9562, version 4) in lower case.
    public func newID() -> String {
        var bytes = random.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var id: [UInt8] = []
        id.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { id.append(UInt8(ascii: "-")) }
            id += [Self.digit(byte >> 4), Self.digit(byte & 15)]
        }
        return String(decoding: id, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
