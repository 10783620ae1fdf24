import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization
import NIOHTTP1
import Testing

@testable import Gateway

/// Goal: a reader of the feed gets every decision it may see once, goes on where it was, and nothing after its right ended.
@Suite struct FeedTests {
    /// Ids of the events read so far, as they come.
    static func ids(
        _ served: ServedFolder, _ key: KeyToken, _ path: String = "/v1/feed", last: String? = nil,
        opened: @Sendable () async throws -> Void = {}, until isEnough: @Sendable ([String]) -> Bool
    ) async throws -> (ids: [String], text: String) {
        let response = try await HTTPClient.shared.execute(
            served.request(.GET, path, key, nil, last.map { ["last-event-id": $0] } ?? [:]), timeout: .seconds(60))
        #expect(response.status.code == 200 && response.headers.first(name: "content-type") == "text/event-stream")
        var text = ""
        var isOpen = false
        for try await part in response.body {
            text += String(buffer: part)
            if !isOpen {
                isOpen = true
                try await opened()
            }
            if isEnough(found(text)) { break }
        }
        return (found(text), text)
    }

    private static func found(_ text: String) -> [String] {
        text.components(separatedBy: "\n").filter { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    @Test func decisionsComeAsTheyAreMadeAndAReaderGoesOn() async throws {
        try await ServedFolder.serving { served in
            let key = try served.key(.manager)
            let first = try await Self.ids(served, key, opened: {
                for number in 0..<4 { try await served.submit("l-\(number)") }
            }) { $0.count >= 4 }
            #expect(first.ids.count >= 4)
            let rest = try await Self.ids(served, key, last: first.ids[1]) { $0.count >= first.ids.count - 2 }
            #expect(Array(rest.ids.prefix(first.ids.count - 2)) == Array(first.ids.dropFirst(2)))
            let one = try await Self.ids(served, key, "/v1/feed?after=acme&lead=l-2") { $0.count >= 1 }
            #expect(one.text.contains("l-2") && !one.text.contains("l-1"))
            let wrong = try await served.ask(.GET, "/v1/feed?after=other/1/0", key)
            #expect(wrong.status == 404)
            for cursor in ["", "acme/", "acme/01", "acme/1/x", "a%20b"] {
                #expect(try await served.ask(.GET, "/v1/feed?after=\(cursor)", key).status == 400, "\(cursor)")
            }
        }
    }

    @Test func aPartnerIsToldOfItselfAlone() async throws {
        try await ServedFolder.serving { served in
            for number in 0..<6 { try await served.submit("l-\(number)") }
            let holder = try await served.holder("l-0")
            let key = try served.key(.partner, partner: holder)
            let read = try await Self.ids(served, key, "/v1/feed?after=acme") { $0.count >= 1 }
            #expect(read.text.contains(holder))
            for other in ["p-one", "p-two", "p-three"] where other != holder { #expect(!read.text.contains(other)) }
            #expect(!read.text.contains("score") && !read.text.contains("evaluation"))
        }
    }

    @Test func anEndedKeyEndsWhatIsOpen() async throws {
        try await ServedFolder.serving { served in
            let key = try served.key(.manager)
            // The stream ends by itself: nothing but the end of the right ends it.
            let read = try await Self.ids(served, key, opened: {
                _ = try served.access.revoke(key.id, program: ServedFolder.program)
            }) { _ in false }
            #expect(read.ids.isEmpty)
            #expect(try await served.ask(.GET, "/v1/feed", key).status == 401)
        }
    }

    @Test func theServerStopsWithReadersOnIt() async throws {
        // Serving ends once every request has: a stream that did not notice would hold it for ever.
        let reading = Holder<Task<Void, any Error>>()
        try await ServedFolder.serving { served in
            let key = try served.key(.manager)
            let (opened, open) = AsyncStream<Void>.makeStream()
            reading.value = Task {
                _ = try await Self.ids(served, key, opened: { open.yield() }) { _ in false }
            }
            for await _ in opened { break }
        }
        try await reading.value?.value
    }
}

/// A value that is known later.
final class Holder<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)
    var value: Value? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
