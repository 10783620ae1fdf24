import ArgumentParser
import Engine
import Foundation
import KafkaTransport
import UseCases

/// Which cluster a command means, if any.
struct KafkaOptions: ParsableArguments {
    @Option(
        name: .customLong("kafka"),
        help: ArgumentHelp(
            "Kafka's bootstrap servers. Default: $LEADLINE_KAFKA; without either there is no broker and the data folder's own log is used.",
            valueName: "host:port,..."))
    var givenBootstrap: String?

    @Option(help: ArgumentHelp("Consumer group; with the partition it names each shard's producer.", valueName: "name"))
    var group = "leadline"

    @Option(
        help: ArgumentHelp(
            "File of librdkafka properties, one 'name=value' a line; '#' begins a comment. A value 'file:PATH' or 'env:NAME' is read from there, for secrets.",
            valueName: "file"))
    var kafkaConfig: String?

    @Option(
        name: .customLong("kafka-property"),
        help: ArgumentHelp(
            "One librdkafka property; may be repeated and goes before the file's. For secrets use 'file:PATH' or 'env:NAME' as the value.",
            valueName: "name=value"))
    var properties: [String] = []

    @Option(
        help: ArgumentHelp(
            "File that holds a JSON Web Token for SASL/OAUTHBEARER; read again whenever a token is due.",
            valueName: "file"))
    var kafkaTokenFile: String?

    /// The bootstrap servers; nil without Kafka.
    var bootstrap: String? {
        if let givenBootstrap { return givenBootstrap }
        guard let value = ProcessInfo.processInfo.environment["LEADLINE_KAFKA"], !value.isEmpty else { return nil }
        return value
    }

    /// The settings, checked; nil without Kafka.
    func settings(instanceID: String? = nil) throws -> KafkaSettings? {
        guard let bootstrap else { return nil }
        var all: [String: String] = [:]
        if let kafkaConfig { try read(kafkaConfig, into: &all) }
        for (index, property) in properties.enumerated() {
            try add(property, "--kafka-property \(index + 1)", to: &all)
        }
        var settings = KafkaSettings(bootstrap: bootstrap, group: group, instanceID: instanceID, properties: all)
        settings.waiting = { Terminal.say($0) }
        if let kafkaTokenFile {
            settings.bearerToken = BearerToken.file(kafkaTokenFile)
            if all["sasl.mechanisms"] == nil && all["sasl.mechanism"] == nil {
                settings.properties["sasl.mechanisms"] = "OAUTHBEARER"
            }
        }
        do { try settings.check() } catch {
            throw Problem(.invalid, "\(error)", at: kafkaConfig ?? "--kafka-property")
        }
        return settings
    }

    /// The settings of a command that needs a cluster.
    func required(instanceID: String? = nil) throws -> KafkaSettings {
        guard let settings = try settings(instanceID: instanceID) else { throw Problem.needsCluster }
        return settings
    }

    private func read(_ path: String, into all: inout [String: String]) throws {
        let file = try LineFile(path)
        while let line = try file.next() {
            let place = "\(file.name), line \(line.number)"
            guard let text = String(validating: line.bytes, as: UTF8.self) else {
                throw Problem(.invalid, "the line is not UTF-8 text", at: place)
            }
            let bare = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if bare.isEmpty || bare.utf8.first == UInt8(ascii: "#") { continue }
            try add(bare, place, to: &all)
        }
    }

    private func add(_ property: String, _ place: String, to all: inout [String: String]) throws {
        guard let equals = property.utf8.firstIndex(of: UInt8(ascii: "=")), equals != property.startIndex else {
            throw Problem(.invalid, "a property is written name=value", at: place)
        }
        let name = property[..<equals].trimmingCharacters(in: .whitespaces)
        all[name] = try resolved(
            String(property[property.utf8.index(after: equals)...]).trimmingCharacters(in: .whitespaces), name, place)
    }

    /// A secret stands in a file or in the environment, never on the command line.
    private func resolved(_ value: String, _ name: String, _ place: String) throws -> String {
        if value.hasPrefix("file:") {
            guard let text = String(validating: try InputFile.contents(String(value.dropFirst(5))), as: UTF8.self)
            else { throw Problem(.invalid, "the file with the value of \(name) is not UTF-8 text", at: place) }
            return text.trimmingCharacters(in: .newlines)
        }
        if value.hasPrefix("env:") {
            guard let text = ProcessInfo.processInfo.environment[String(value.dropFirst(4))] else {
                throw Problem(.invalid, "the environment variable with the value of \(name) is not set", at: place)
            }
            return text
        }
        return value
    }
}
