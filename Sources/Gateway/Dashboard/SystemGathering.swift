import Audit
import Dashboard
import Engine
import Foundation
import HTTPTypes
import LeadlineCore
import Reports
import UseCases

/// What the pages for operators and auditors are made of.
struct SystemGathering {
    private static let lettersMost = 20

    private let page: PageCall
    private var call: Call { page.call }

    init(_ page: PageCall) { self.page = page }

    func reviews() async throws -> Answer {
        // Where none is open, no lead is looked at.
        let reviews = try await call.look { $0.reviewsOpen == 0 ? [] : $0.leadsUnderReview }
            .sorted { $0.submittedAt < $1.submittedAt }
        let reader = try await page.reader(cursor: call.services.decisions.end(of: try call.grant.program))
        let claims = reviews.isEmpty ? [:] : try await ReviewOperations.shownClaims(call, of: Set(reviews.map(\.leadID)))
        let shown = ReviewsPage(
            reviews, claims: claims, mayClaim: try call.grant.allows(.decisionsOverride), said: page.said)
        return PageCall.answer(shown.page(reader))
    }

    func system() async throws -> Answer {
        let (grant, services) = (try call.grant, call.services)
        let end = try await services.decisions.read(after: DecisionCursor(program: grant.program), limit: 1).streamSize
        let last = try await services.live.look(grant.program) { $0.lastStamp }
        var shown = SystemPage(
            entries: end, last: end == 0 ? nil : last, behind: services.standing.flatMap { $0()?.recordsBehind })
        let letters = try await call.read { try $0.deadLetters(reason: nil, from: 0, limit: Self.lettersMost + 1) }
        shown.letters = Array(letters.prefix(Self.lettersMost))
        shown.hasMoreLetters = letters.count > Self.lettersMost
        shown.canResubmit = grant.allows(.deadLettersResubmit)
        if grant.allows(.webhooksManage) {
            let file = services.webhooks
            shown.endpoints = try await services.readers.run { try file.list(program: grant.program) }
                .filter { $0.isVisible(to: grant) }.map { .init($0) }
        }
        if grant.allows(.keysManage) {
            let (access, now) = (services.access, services.folder.now())
            shown.keys = try await services.readers.run { try access.list(program: grant.program) }.map { key in
                .init(
                    id: key.id, role: key.role.rawValue, label: key.label, partner: key.partner, expires: key.expires,
                    isEnded: !key.isInForce(at: now))
            }
        }
        shown.said = page.said
        let reader = try await page.reader(cursor: services.decisions.end(of: grant.program))
        return PageCall.answer(shown.page(reader))
    }

    // MARK: Who read what

    func access() async throws -> Answer {
        let (person, who) = (page.query("person") ?? "", page.query("who") ?? "")
        for text in [person, who] where text.utf8.count > 128 {
            throw Refusal.badQuery("person", "It has at most 128 bytes.")
        }
        let document = try await call.run(call.deployment) { try await $0.records([.access]) }
        let matching = (document.access ?? []).reversed().filter { record in
            (person.isEmpty || record.subjects.contains(person)) && (who.isEmpty || record.user == who)
        }
        let lines = matching.prefix(AccessPage.most).map { record in
            AccessPage.Line(
                at: TimeText.moment(record.time), who: record.user, role: record.role ?? "", command: record.command,
                persons: record.subjects, reason: record.reason)
        }
        var reader = try page.reader()
        reader.isLive = false
        return PageCall.answer(
            AccessPage(
                lines: Array(lines), count: matching.count, person: person, who: who,
                brokenLine: document.accessBrokenLine, missing: document.accessMissing
            ).page(reader))
    }

    // MARK: Proof

    func proof() async throws -> Answer {
        let grant = try call.grant
        let checkpoint = try await call.read { deployment -> CheckpointDocument? in
            do { return try deployment.signCheckpoint(all: false).checkpoints.last } catch
                where Refusal(error).status < 500
            {
                return nil
            }
        }
        let jobs = call.services.jobs.list(grant, now: call.services.folder.now())
            .filter { ["verify", "dossier"].contains($0.kind) && grant.allows($0.scope) }
        return PageCall.answer(
            ProofPage(
                checkpoint: checkpoint, work: jobs.map(Self.work), canMakeDossiers: grant.allows(.rightsExercise)
            ).page(try page.reader()))
    }

    private static func work(_ job: Job) -> ProofPage.Work {
        let outcome = job.kind == "verify" ? job.result.flatMap { JSONValue(json: $0.body)?.members } : nil
        let isGood: Bool? = if case .flag(let flag)? = outcome?["good"] { flag } else { nil }
        return .init(
            id: job.id, kind: job.kind, status: job.status.rawValue, done: job.progress?.done ?? 0,
            total: job.progress?.total, isGood: isGood,
            problem: job.problem.map { $0.detail }, lines: [],
            result: job.result == nil ? nil : "/v1/jobs/\(job.id)/result")
    }
}
