import Testing

@testable import KafkaTransport

/// Settings are proved before anything starts: a property that only fails at run time stops a deployment later.
@Suite struct SettingsTests {
    private func settings(_ properties: [String: String], instanceID: String? = nil) -> KafkaSettings {
        KafkaSettings(bootstrap: "localhost:1", instanceID: instanceID, properties: properties)
    }

    @Test(arguments: [
        (["message.timeout.ms": "40000", "transaction.timeout.ms": "20000"], "message.timeout.ms", "transaction.timeout.ms"),
        (["delivery.timeout.ms": "90000"], "delivery.timeout.ms", "transaction.timeout.ms"),
        (["heartbeat.interval.ms": "12000"], "heartbeat.interval.ms", "session.timeout.ms"),
        (["heartbeat.interval.ms": "6000", "session.timeout.ms": "6000"], "heartbeat.interval.ms", "session.timeout.ms"),
        (["session.timeout.ms": "400000"], "session.timeout.ms", "max.poll.interval.ms"),
        (["max.poll.interval.ms": "5000"], "session.timeout.ms", "max.poll.interval.ms"),
        (["message.max.bytes": "60000000", "fetch.max.bytes": "50000000"], "message.max.bytes", "fetch.max.bytes"),
        (["fetch.max.bytes": "50000000", "receive.message.max.bytes": "50000000"], "fetch.max.bytes", "receive.message.max.bytes"),
        (["linger.ms": "30000"], "linger.ms", "message.timeout.ms"),
        (["acks": "1"], "acks", "enable.idempotence"),
        (["max.in.flight.requests.per.connection": "9"], "max.in.flight", "enable.idempotence"),
    ]) func aContradictionNamesBothProperties(_ properties: [String: String], _ first: String, _ second: String) {
        let error = #expect(throws: KafkaError.self) { try settings(properties).check() }
        let words = error.map { "\($0)" } ?? ""
        #expect(words.contains(first) && words.contains(second), "\(words)")
    }

    /// Each by itself is a fair wish; what goes with it is moved along.
    @Test(arguments: [
        ["transaction.timeout.ms": "6000"], ["session.timeout.ms": "2500"], ["session.timeout.ms": "6000"], ["fetch.max.bytes": "200000000"],
        ["message.max.bytes": "60000000"], ["message.timeout.ms": "5000"], ["linger.ms": "0"], ["receive.message.max.bytes": "200000000"],
        ["compression.type": "zstd"], ["client.id": "mine"], ["socket.keepalive.enable": "true"], [:],
    ]) func aPropertyAloneIsTaken(_ properties: [String: String]) throws {
        try settings(properties).check()
    }

    @Test func aRecordIsTriedNoLongerThanItsTransactionLasts() {
        let producer = settings(["transaction.timeout.ms": "6000"]).producer(transactionalID: "any")
        #expect(producer["message.timeout.ms"] == "6000" && producer["transaction.timeout.ms"] == "6000")
        #expect(settings([:]).producer(transactionalID: "any")["message.timeout.ms"] == "30000")
        #expect(settings(["delivery.timeout.ms": "7000"]).producer(transactionalID: "any")["message.timeout.ms"] == nil)
    }

    @Test func everyClientBearsTheInstancesName() {
        for (settings, name) in [
            (settings([:], instanceID: "processor-1"), "processor-1"), (settings(["client.id": "mine"], instanceID: "processor-1"), "mine"),
        ] {
            let clients = [settings.admin, settings.reader, settings.member, settings.producer(transactionalID: nil)]
            #expect(clients.allSatisfy { $0["client.id"] == name })
        }
        #expect(settings([:]).clientName.hasPrefix("leadline-"))
    }

    @Test func aKilledMembersPartitionsMoveSoon() {
        let member = settings([:]).member
        #expect(member["session.timeout.ms"] == "10000" && member["heartbeat.interval.ms"] == "2000")
        #expect(member["max.poll.interval.ms"] == "60000")
    }
}
