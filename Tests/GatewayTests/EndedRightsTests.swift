import AsyncHTTPClient
import Engine
import Foundation
import GRDB
import HTTPTypes
import LeadlineCore
import NIOCore
import NIOHTTP1
import Testing
import UseCases

@testable import Gateway

/// Goal: whatever ends or narrows a right ends what goes on under it. Method: each of these while the feed, an agent's task or news of
/// long work is followed, while a change waits for its decision and while a job runs; nothing else would end any of them.
@Suite struct EndedRightsTests {
    /// What happens to a right.
    private enum Cause: String, CaseIterable {
        case revoked, expired, replaced, narrowed, stopped
        case signedOut, signedOutEverywhere, sessionTooOld, keyOfSessionRevoked, stoppedInSession

        var isOfSession: Bool {
            [.signedOut, .signedOutEverywhere, .sessionTooOld, .keyOfSessionRevoked, .stoppedInSession].contains(self)
        }
    }

    private enum Work: String, CaseIterable { case stream, task, news, wait, job }

    /// Somebody who asks, by key or by cookie.
    private struct Caller: Sendable {
        let key: KeyToken
        let cookie: String?
        let grant: Grant

        var headers: [String: String] { cookie.map { ["cookie": $0, "sec-fetch-site": "same-origin"] } ?? [:] }
        var bearer: KeyToken? { cookie == nil ? key : nil }
    }

    private static func caller(_ cause: Cause, _ served: ServedFolder) async throws -> Caller {
        let made = try served.access.create(GrantRequest(program: ServedFolder.program, role: .manager, days: 1))
        guard cause.isOfSession else { return Caller(key: made.token, cookie: nil, grant: made.grant) }
        let reply = try await served.ask(.POST, "/v1/session", nil, #"{"key":"\#(made.token)"}"#)
        let cookie = try #require(reply.headers["set-cookie"]?.components(separatedBy: ";")[0], "\(reply.text)")
        let token = try #require(SessionToken(cookie.components(separatedBy: "=")[1]))
        let grant = try #require(try served.access.grant(for: token, SessionLimits()))
        return Caller(key: made.token, cookie: cookie, grant: grant)
    }

    private static func happen(_ cause: Cause, to caller: Caller, _ served: ServedFolder, _ clock: MovedClock) async throws {
        switch cause {
        case .revoked, .keyOfSessionRevoked: _ = try served.access.revoke(caller.key.id, program: ServedFolder.program)
        case .expired: clock.move(seconds: 86_401)
        case .replaced: _ = try served.access.rotate(caller.key.id, program: ServedFolder.program)
        case .narrowed:
            // By another process, as a newer Leadline or its operator's hand may.
            try await DatabaseQueue(path: served.folder.path + "/access.db").write { db in
                try db.execute(sql: #"UPDATE keys SET scopes = '["leads:read"]' WHERE id = ?"#, arguments: [caller.key.id])
            }
        case .signedOut: #expect(try await served.ask(.DELETE, "/v1/session", nil, nil, caller.headers).status == 200)
        case .signedOutEverywhere: #expect(try await served.ask(.DELETE, "/v1/sessions", caller.key).status == 200)
        case .sessionTooOld: clock.move(seconds: 12 * 3_600 + 1)
        case .stopped, .stoppedInSession:
            let reply = try await served.ask(.POST, "/v1/agents/\(caller.key.id)/stop", served.admin, #"{"reason":"a test"}"#)
            #expect(reply.status == 200 && reply.json["stopped"] != nil, "\(reply.text)")
        }
    }

    @Test(.timeLimit(.minutes(10))) func whatGoesOnEndsWithTheRight() async throws {
        let clock = MovedClock()
        try await ServedFolder.serving(clock: clock, sends: false) { served in
            served.stopDeciding()
            var rows: [String] = []
            for cause in Cause.allCases {
                var row = "| \(cause.rawValue) |"
                for work in Work.allCases {
                    let caller = try await Self.caller(cause, served)
                    let end = { @Sendable in try await Self.happen(cause, to: caller, served, clock) }
                    switch work {
                    case .stream: row += try await " \(Self.stream("/v1/feed", caller, served, [:], end)) |"
                    case .task: row += try await " \(Self.task(caller, served, end)) |"
                    case .news: row += try await " \(Self.news(caller, served, end)) |"
                    case .wait: row += try await " \(Self.wait(caller, served, end)) |"
                    case .job: row += try await " \(Self.job(caller, served, end)) |"
                    }
                }
                rows.append(row)
            }
            let head = "| what happened | " + Work.allCases.map(\.rawValue).joined(separator: " | ") + " |\n"
            print(head + "| --- |" + Work.allCases.map { _ in " --- |" }.joined() + "\n" + rows.joined(separator: "\n"))
        }
    }

    private static func stream(
        _ path: String, _ caller: Caller, _ served: ServedFolder, _ more: [String: String], _ end: @Sendable () async throws -> Void
    ) async throws -> String {
        let request = served.request(.GET, path, caller.bearer, nil, caller.headers.merging(more) { $1 })
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        #expect(response.status.code == 200)
        var isOpen = false
        for try await _ in response.body where !isOpen {
            isOpen = true
            try await end()
        }
        return isOpen ? "ended" : "never opened"
    }

    /// Follows a task of its own that waits for more.
    private static func task(_ caller: Caller, _ served: ServedFolder, _ end: @Sendable () async throws -> Void) async throws -> String {
        let version = ["a2a-version": "1.0"]
        let text = #"{"message":{"messageId":"\#(UUID().uuidString)","role":"ROLE_USER","parts":[{"text":"hello"}]}}"#
        let reply = try await served.ask(.POST, "/a2a/message:send", caller.bearer, text, caller.headers.merging(version) { $1 })
        let id = try #require((reply.json["task"] as? [String: Any])?["id"] as? String, "\(reply.text)")
        return try await stream("/a2a/tasks/\(id):subscribe", caller, served, version, end)
    }

    /// Is told how far long work is, as an assistant that waits for it is.
    private static func news(_ caller: Caller, _ served: ServedFolder, _ end: @Sendable () async throws -> Void) async throws -> String {
        let call = Call(services: served.services, bearer: caller.grant, headers: [:], path: [:], query: [:], body: [])
        let begun = try await endless(call)
        let watch = try served.services.watchedCalls.enter(begun.id, requestID: "1", call, endsWithClient: true)
        var news = WatchedJob(
            watch, call: call, admission: Admission(services: served.services, limits: RateLimits()), revision: .stateless, requestID: "1",
            token: "1")
        try await end()
        var last = ""
        while let part = try await news.next() { last = String(buffer: part) }
        #expect(last.contains(#""isError":true"#), "\(last)")
        return last.isEmpty ? "told nothing" : "ended"
    }

    /// Work that never ends by itself.
    private static func endless(_ call: Call) async throws -> Job {
        try await call.services.jobs.begin(call, "test", .jobsRead) { _ in
            try await Task.sleep(for: .seconds(3_600))
            return .init(body: [])
        }
    }

    private static func wait(_ caller: Caller, _ served: ServedFolder, _ end: @Sendable () async throws -> Void) async throws -> String {
        let log = try EmbeddedLog(served.folder.openJournal())
        let before = try log.pendingCount()
        let headers = caller.headers.merging(["prefer": "wait=30"]) { $1 }
        async let reply = served.ask(.POST, "/v1/leads", caller.bearer, #"{"country":"IT"}"#, headers)
        // It waits once its record is on the topic.
        while try log.pendingCount() == before { await Task.yield() }
        try await end()
        let answer = try await reply
        #expect(answer.status == 401, "\(answer.text)")
        return "\(answer.status)"
    }

    private static func job(_ caller: Caller, _ served: ServedFolder, _ end: @Sendable () async throws -> Void) async throws -> String {
        let jobs = served.services.jobs
        let call = Call(services: served.services, bearer: caller.grant, headers: [:], path: [:], query: [:], body: [])
        let begun = try await endless(call)
        let now = served.folder.now()
        try await end()
        while !(try jobs.job(begun.id, caller.grant, now: now).isOver) { await Task.yield() }
        let over = try jobs.job(begun.id, caller.grant, now: now)
        #expect(over.status == .failed && over.problem?.status == 401)
        return "\(over.status.rawValue), \(over.problem?.status ?? 0)"
    }

    /// A range that is sent again is judged message by message, as what is new. An endpoint is its principal's: it goes on
    /// under a new key, and after whoever made it in a browser signed out.
    @Test(arguments: [
        ("revoked", true), ("expired", true), ("narrowed", true), ("keyOfSessionRevoked", true), ("stopped", true), ("stoppedInSession", true),
        ("replaced", false), ("signedOut", false),
        ("signedOutEverywhere", false), ("sessionTooOld", false),
    ]) func aReplayEndsWithTheRight(_ what: String, _ ends: Bool) async throws {
        let cause = try #require(Cause(rawValue: what)), clock = MovedClock()
        try await Receiver.receiving { receiver in
            try await ServedFolder.serving(webhooks: WebhookTests.settings(), clock: clock) { served in
                let caller = try await Self.caller(cause, served)
                let body = #"{"url":"\#(receiver.url("all"))","kinds":["leadline.v1.LeadAssigned"]}"#
                let reply = try await served.ask(.POST, "/v1/webhooks", caller.bearer, body, caller.headers)
                let id = try #require(reply.json["webhook"] as? String, "\(reply.text)")
                for number in 0..<3 { try await served.submit("l-\(number)") }
                let got = try await receiver.got("all", 3)
                // A range ends with what is noted as taken.
                _ = try await WebhookTests.endpoint(served, id) { $0.json["cursor"] as? String == got.last?.id }
                try await Self.happen(cause, to: caller, served, clock)
                let range = try await served.ask(.POST, "/v1/webhooks/\(id)/replay", served.admin, #"{"after":"acme"}"#)
                #expect(range.status == 202, "\(range.text)")
                guard ends else {
                    #expect(try await receiver.got("all", got.count + 3).count == got.count + 3)
                    return
                }
                let ended = try await WebhookTests.endpoint(served, id) { $0.json["state"] as? String == "disabled" }
                #expect(ended.json["reason"] as? String == "rights-ended" && receiver.all("all").count == got.count)
            }
        }
    }

    /// What is resumed is judged as it is shown: a narrower right sees less of what came before, too.
    @Test func aResumedStreamShowsWhatMayBeSeenNow() async throws {
        try await ServedFolder.serving { served in
            try await served.submit("l-1")
            let key = try served.key(.manager)
            let all = try await FeedTests.ids(served, key, "/v1/feed?after=acme") { $0.count >= 1 }
            try await served.access.database.write { db in
                try db.execute(sql: #"UPDATE keys SET scopes = '["leads:read"]' WHERE id = ?"#, arguments: [key.id])
            }
            // What another connection changed is noticed within a quarter of a second.
            while try await served.ask(.GET, "/v1/decisions", key).status == 200 {}
            let resumed = try await served.ask(.GET, "/v1/feed", key, nil, ["last-event-id": all.ids[0]])
            #expect(resumed.status == 403, "\(resumed.text)")
        }
    }
}
