import Engine
import Foundation
import Testing

@testable import KafkaTransport

/// What is told to librdkafka, and what it tells.
@Suite struct ClientTests {
    @Test func unknownReservedAndWrongPropertiesAreRefusedByName() {
        for (name, value, says) in [
            ("bootstrap.serverz", "x", "knows no property"), ("transactional.id", "x", "sets it itself"),
            ("sasl.username", "", ""), ("session.timeout.ms", "soon", "value is not allowed"),
        ] where !says.isEmpty {
            let settings = KafkaSettings(bootstrap: "localhost:1", properties: [name: value])
            let error = #expect(throws: KafkaError.self) { try settings.check() }
            #expect(error?.operation == "take the property \(name)")
            #expect(error?.detail.contains(says) == true)
        }
    }

    @Test func aSecretIsInNoMessage() {
        let settings = KafkaSettings(bootstrap: "localhost:1", properties: ["sasl.mechanisms": "s3cret-s3cret", "security.protocol": "s3cret-s3cret"])
        let error = #expect(throws: KafkaError.self) { try settings.check() }
        #expect(error.map { "\($0)" }?.contains("s3cret") == false)
    }

    @Test func aTokenSaysWhenItEndsAndWhoseItIs() throws {
        let token = try BearerToken(jwt: jwt(#"{"exp":1800000000,"sub":"leadline@acme"}"#))
        #expect(token.expiresMillis == 1_800_000_000_000)
        #expect(token.principal == "leadline@acme")
    }

    @Test(arguments: ["", "a.b", "a.b.c", "a.e30.c", "a.eyJleHAiOi01fQ.c", String(repeating: "x", count: 70_000)])
    func whatIsNoTokenIsRefused(_ text: String) {
        let error = #expect(throws: KafkaTransportError.self) { try BearerToken(jwt: text) }
        #expect(error.map { "\($0)" }?.contains("exp and sub") == true)
    }

    @Test func theHookIsAskedForATokenWithoutABroker() throws {
        let path = NSTemporaryDirectory() + "token-\(UUID().uuidString)"
        defer { _ = try? FileManager.default.removeItem(atPath: path) }
        try (jwt(#"{"exp":4000000000,"sub":"leadline"}"#) + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        var settings = KafkaSettings(
            bootstrap: "localhost:1", properties: ["security.protocol": "sasl_plaintext", "sasl.mechanisms": "OAUTHBEARER"])
        let lines = LogLines()
        settings.logger = lines.logger
        settings.bearerToken = BearerToken.file(path)
        _ = try ClusterAdmin(settings)
        #expect(!lines.all.contains { $0.contains("no token") })
        settings.bearerToken = BearerToken.file(path + ".gone")
        _ = try ClusterAdmin(settings)
        #expect(lines.all.contains { $0.contains("no token") })
    }

    @Test func statisticsBecomeMetrics() throws {
        let json = """
            {"name":"rdkafka#producer-1","type":"producer","ts":1,"msg_cnt":3,"msg_size":700,"txmsgs":10,"txmsg_bytes":2000,"rxmsgs":4,
             "rxmsg_bytes":900,"brokers":{"b":{"nodeid":1,"outbuf_cnt":2,"waitresp_cnt":1,"rtt":{"avg":400,"p99":900,"min":1}}},
             "topics":{"leadline.leads":{"partitions":{"0":{"consumer_lag":7,"fetchq_cnt":5},"-1":{"consumer_lag":-1,"fetchq_cnt":0}}}}}
            """
        let statistics = try JSONDecoder().decode(ClientStatistics.self, from: Data(json.utf8))
        #expect(statistics.brokers["b"]?.rtt?.p99 == 900)
        #expect(statistics.topics["leadline.leads"]?.partitions["0"]?.consumer_lag == 7)
    }

    @Test func aClientsOwnStatisticsCanBeRead() throws {
        let cluster = try MockCluster(partitions: 1)
        let lines = LogLines()
        var settings = KafkaSettings(bootstrap: cluster.bootstrap, properties: ["statistics.interval.ms": "50"])
        settings.logger = lines.logger
        let reader = try TopicReader(settings, .leads, partitionCount: 1)
        for _ in 0..<10 { try reader.read(waitMillis: 50) { _ in } }
        #expect(!lines.all.contains { $0.contains("statistics could not be read") })
    }

    private func jwt(_ claims: String) -> String {
        let payload = Data(claims.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
        return "eyJhbGciOiJub25lIn0.\(payload.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")).x"
    }
}
