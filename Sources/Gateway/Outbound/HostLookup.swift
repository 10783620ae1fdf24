import Foundation
import NIOPosix

/// What a name stands for at this moment. A look-up waits on threads of its own: one that takes long holds up no other
/// work, and few others.
enum HostLookup {
    /// The name stands for nothing, as far as can be found out.
    struct Failure: Error {}

    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 32)
        pool.start()
        return pool
    }()

    /// Every address of a name, or the one that a literal states.
    @Sendable static func addresses(of host: String) async throws -> [NetworkAddress] {
        try await threads.runIfActive { try lookUp(host) }
    }

    private static func lookUp(_ host: String) throws -> [NetworkAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &first) == 0 else { throw Failure() }
        defer { unsafe freeaddrinfo(first) }
        var found: [NetworkAddress] = []
        var next = unsafe first
        while let info = unsafe next {
            if let address = unsafe address(info.pointee), !found.contains(address) { found.append(address) }
            unsafe next = info.pointee.ai_next
        }
        return found
    }

    private static func address(_ info: addrinfo) -> NetworkAddress? {
        guard let address = unsafe info.ai_addr else { return nil }
        switch unsafe info.ai_family {
        case AF_INET:
            return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                unsafe withUnsafeBytes(of: &address.pointee.sin_addr) { NetworkAddress(unsafe Array($0)) }
            }
        case AF_INET6:
            return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                unsafe withUnsafeBytes(of: &address.pointee.sin6_addr) { NetworkAddress(unsafe Array($0)) }
            }
        default: return nil
        }
    }
}
