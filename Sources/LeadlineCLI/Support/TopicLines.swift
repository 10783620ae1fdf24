import Engine
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf
import UseCases

/// What stands on topics, in lines of text or of JSON.
struct TopicLines: Sendable {
    /// The program's, where amounts are shown; empty where several programs may come.
    let currency: String
    let isJSON: Bool

    func of(_ item: TopicItem) throws -> [String] {
        switch item {
        case .decision(let decision, let place): try [isJSON ? json(decision) : text(decision, place)]
        case .entry(let stored): isJSON ? [try WireEntry(serializedBytes: stored).jsonString()] : try text(stored)
        case .deadLetter(let letter, let record): isJSON ? [letter.json(record)] : text(letter, record)
        case .waiting(let record): [isJSON ? json(record) : text(record)]
        }
    }

    private var words: EventWords { EventWords(currency: currency) { TimeText.local($0) } }

    private func json(_ decision: PublishedDecision) throws -> String {
        String(decoding: try decision.structuredJSON(), as: UTF8.self)
    }

    private func text(_ decision: PublishedDecision, _ place: String) throws -> String {
        "\(place)  \(TimeText.local(decision.time))  \(decision.id)  \(Terminal.harmless(words.sentence(try decision.event())))"
    }

    private func text(_ stored: [UInt8]) throws -> [String] {
        let entry = try EntryCodec.decode(stored)
        let input = FactWords { TimeText.local($0) }.sentence(entry.input.fact, imported: entry.input.imported)
        let head = "#\(entry.position)  \(TimeText.local(entry.stamp))  \(Terminal.harmless(input))"
        return [head] + entry.events.map { "    \(Terminal.harmless(words.sentence($0)))" }
    }

    private func text(_ letter: DeadLetterView, _ record: OpenedRecord?) -> [String] {
        ["\(letter.place)  \(TimeText.local(letter.received))  \(Terminal.harmless(letter.origin))  \(letter.sentence)"]
            + (record?.lines ?? []).map { "    \($0)" }
    }

    private func json(_ record: WaitingRecord) -> String {
        JSONText.object([
            ("offset", "\(record.offset)"), ("received", JSONText.quoted(TimeText.utc(record.received))),
            ("imported", record.isImported ? "true" : nil), ("key", record.key.map(JSONText.quoted)),
            ("valueBytes", record.valueBytes.map { "\($0)" }),
        ])
    }

    private func text(_ record: WaitingRecord) -> String {
        let key = Terminal.harmless(record.key ?? "(no key)")
        return
            "\(record.offset)  \(TimeText.local(record.received))  \(key)  \(record.valueBytes.map { "\($0) bytes" } ?? "no value")"
    }
}
