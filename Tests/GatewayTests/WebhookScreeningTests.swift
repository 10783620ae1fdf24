import Engine
import Foundation
import NIOSSL
import Synchronization
import Testing

@testable import Gateway

/// Goal: no webhook reaches what only this machine can reach. Method: addresses of every special block and their neighbours,
/// URLs that readers take apart in different ways, and names that change between two tries.
@Suite struct WebhookScreeningTests {
    @Test(arguments: [
        "0.0.0.0", "0.255.255.255", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "100::1", "2001::1",
        "2001:db8::1", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ]) func specialAddressesAreNobodys(_ text: String) async throws {
        let address = try #require(try await HostLookup.addresses(of: text).first)
        #expect(!address.isPublic, "\(text)")
        let target = try #require(WebhookTarget("https://hooks.partner.example/"))
        #expect(!target.mayConnect(to: address, allowsLoopback: false))
        #expect(target.mayConnect(to: address, allowsLoopback: true) == address.isLoopback)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
        "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "168.63.129.17", "2606:4700::1111", "2001:200::1", "2003::1", "2a00:1450::1", "3ffe::1",
    ]) func theirNeighboursAreSomebodys(_ text: String) async throws {
        let address = try #require(try await HostLookup.addresses(of: text).first)
        #expect(address.isPublic, "\(text)")
        // What is written of an address is read as the same.
        #expect(try await HostLookup.addresses(of: address.text) == [address])
        #expect(WebhookTarget("http://hooks.partner.example/")?.mayConnect(to: address, allowsLoopback: true) == false)
    }

    @Test func everyWayToWriteThisMachineIsSeen() async throws {
        for host in ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"] {
            let target = try #require(WebhookTarget("https://\(host)/x"))
            for address in try await HostLookup.addresses(of: target.host) {
                #expect(!target.mayConnect(to: address, allowsLoopback: false), "\(host)")
            }
        }
    }

    @Test(arguments: [
        "", "https://", "https:///x", "ftp://a.example/", "HTTPS://a.example/", "//a.example/", "https://user@a.example/",
        "https://a.example@b.example/", "https://a.example\\@b.example/", "https://a.example#b", "https://a.example/ b",
        "https://a.example/\u{e9}", "https://\u{e9}.example/", "https://a..example/", "https://.a.example/", "https://-a.example/",
        "https://a_b.example/", "https://a.example:/", "https://a.example:0/", "https://a.example:65536/", "https://a.example:+1/",
        "https://a.example:080/", "https://[::1", "https://[::1]x/", "https://[::1%25eth0]/", "https://a%2eexample/",
        "https://a.example/%", "https://a.example/%2", "https://a.example/%zz", "https://a.example/[", "https://a.example/\r\nX: y",
        "https://a.example/\u{0}", "https://" + String(repeating: "a", count: 64) + ".example/",
    ]) func urlsThatCouldBeReadInTwoWaysAreRefused(_ text: String) {
        #expect(WebhookTarget(text) == nil, "\(text)")
    }

    @Test func urlsAreKeptAsTheyAreRead() {
        for (text, url, host) in [
            ("https://A.Example", "https://a.example/", "a.example"), ("https://a.example?x=1", "https://a.example/?x=1", "a.example"),
            ("https://a.example:8443/b/%C3%A9?c=d&e", "https://a.example:8443/b/%C3%A9?c=d&e", "a.example"),
            ("http://[::1]:80/x", "http://[::1]:80/x", "::1"), ("https://1.1.1.1/@x", "https://1.1.1.1/@x", "1.1.1.1"),
        ] {
            let target = WebhookTarget(text)
            #expect(target?.url == url && target?.host == host, "\(text)")
            // The client reads the same host out of it.
            #expect(URL(string: url)?.host(percentEncoded: false) == host)
        }
    }

    private static let request = ScreenedClient.Request(method: .post, headers: [], body: [1])

    private static func settings(_ lookUp: @escaping @Sendable (String) async throws -> [NetworkAddress]) -> WebhookSettings {
        var settings = WebhookSettings()
        settings.allowsLoopback = true
        settings.lookUp = lookUp
        // However busy the machine is.
        settings.tryMax = .seconds(3_600)
        return settings
    }

    private static func address(_ parts: UInt8...) throws -> NetworkAddress { try #require(NetworkAddress(parts)) }

    @Test func aNameIsScreenedAtEveryTryAndTheConnectionGoesWhereItWasScreened() async throws {
        let here = try Self.address(127, 0, 0, 1)
        let inside = try Self.address(10, 0, 0, 1)
        let outside = try Self.address(1, 1, 1, 1)
        let answers = Mutex([[here], [inside], [here, inside], [outside], [], [here]])
        try await Receiver.receiving { receiver in
            let settings = Self.settings { _ in answers.withLock { $0.removeFirst() } }
            var client = WebhookClient(settings, SystemTime())
            let target = try #require(WebhookTarget(receiver.url("x", host: "hooks.partner.example")))
            var words: [WebhookOutcome.Word] = []
            for _ in 0..<6 { words.append(try await client.post(Self.request, to: target).outcome.word) }
            await client.close()
            // The fourth is public, and the URL is not encrypted.
            #expect(words == [.delivered, .forbiddenAddress, .forbiddenAddress, .forbiddenAddress, .unresolved, .delivered])
            // No such name is anywhere: the connection went to the address, under the name.
            #expect(receiver.all("x").map { $0.headers["host"] } == Array(repeating: "hooks.partner.example:\(receiver.port)", count: 2))
        }
    }

    @Test func theCertificateMustBeTheNames() async throws {
        let here = try Self.address(127, 0, 0, 1)
        let certificate = try NIOSSLCertificate(bytes: Array(Self.certificate.utf8), format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)))
        try await Receiver.receiving(tls: tls) { receiver in
            func word(_ host: String, trusts: Bool) async throws -> WebhookOutcome.Word {
                var settings = Self.settings { _ in [here] }
                if trusts { settings.trustRoots = .certificates([certificate]) }
                var client = WebhookClient(settings, SystemTime())
                let target = try #require(WebhookTarget("https://\(host):\(receiver.port)/x"))
                let outcome = try await client.post(Self.request, to: target).outcome
                await client.close()
                return outcome.word
            }
            let right = try await word("hooks.partner.example", trusts: true)
            #expect(right == .delivered)
            #expect(receiver.all("x").map { $0.headers["host"] } == ["hooks.partner.example:\(receiver.port)"])
            let otherName = try await word("other.partner.example", trusts: true)
            let unknown = try await word("hooks.partner.example", trusts: false)
            #expect(otherName == .untrusted && unknown == .untrusted)
            #expect(receiver.all("x").count == 1)
        }
    }

    /// Made for tests alone, for hooks.partner.example.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPiUj9a+4dQHrptwX
        YPabB4g2XNkjnM4tVlYgKnIwWNKhRANCAAQz/G8wWgVmu4UI3DTX4WE8lZTUz3bF
        tNHvBk3Uo2P3i6LkEKqVZKMadna0DcW8y61RF7LMVko1Nhw1gTZBPyjj
        -----END PRIVATE KEY-----
        """
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBZzCCAQ2gAwIBAgICEmcwCgYIKoZIzj0EAwIwIDEeMBwGA1UEAwwVaG9va3Mu
        cGFydG5lci5leGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAw
        WjAgMR4wHAYDVQQDDBVob29rcy5wYXJ0bmVyLmV4YW1wbGUwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAAQz/G8wWgVmu4UI3DTX4WE8lZTUz3bFtNHvBk3Uo2P3i6Lk
        EKqVZKMadna0DcW8y61RF7LMVko1Nhw1gTZBPyjjozUwMzAgBgNVHREEGTAXghVo
        b29rcy5wYXJ0bmVyLmV4YW1wbGUwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQD
        AgNIADBFAiBWJr6HK/Z0SbLaEvCQCapPw4n9pULax7QzTxRV7IsyqgIhAMWX2t8A
        R/05SwADg0jBCOtJhUMMG5OUYCctzM7Uo7H+
        -----END CERTIFICATE-----
        """

    @Test func redirectsAreNotFollowedAndAnswersNotKept() async throws {
        let here = try Self.address(127, 0, 0, 1)
        let portBox = Mutex(0)
        try await Receiver.receiving({ path, _ in
            path == "there" ? (200, [:]) : (307, ["location": "http://127.0.0.1:\(portBox.withLock { $0 })/there"])
        }) { receiver in
            portBox.withLock { $0 = receiver.port }
            var client = WebhookClient(Self.settings { _ in [here] }, SystemTime())
            let outcome = try await client.post(Self.request, to: try #require(WebhookTarget(receiver.url("here")))).outcome
            await client.close()
            #expect(outcome.word == .refused && outcome.status == 307 && receiver.all("there").isEmpty)
        }
    }

    @Test func whereNobodyListensNothingIsDelivered() async throws {
        let here = try Self.address(127, 0, 0, 1)
        let gone = Mutex("")
        try await Receiver.receiving { receiver in gone.withLock { $0 = receiver.url("x") } }
        var client = WebhookClient(Self.settings { _ in [here] }, SystemTime())
        let outcome = try await client.post(Self.request, to: try #require(WebhookTarget(gone.withLock { $0 }))).outcome
        await client.close()
        #expect(outcome.word == .unreachable)
        // A look-up that fails is no address either.
        var other = WebhookClient(Self.settings { _ in throw HostLookup.Failure() }, SystemTime())
        #expect(try await other.post(Self.request, to: try #require(WebhookTarget("https://a.example/"))).outcome.word == .unresolved)
    }
}
