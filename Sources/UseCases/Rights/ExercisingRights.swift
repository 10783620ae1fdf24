import Audit
import Engine
import Foundation
import GRDB
import Journal
public import LeadlineCore
public import LeadlineSchemas
import Reports
import SwiftProtobuf
import Vault

/// What is done for a person.
public enum PersonRequest: Sendable {
    /// The person objects (GDPR Art. 21), with or without suppressing the addresses.
    case object(suppressing: Bool)
    /// Processing is restricted (Art. 18).
    case restrict
    /// The restriction ends.
    case lift
    /// The objection is withdrawn.
    case withdrawObjection
    /// What is held of a lead changes (Art. 16); the lead is the message's, or the person's only one.
    case rectify(WireLeadUpdated)
    /// A human looks at a decision (Art. 22(3)); nil for the newest lead.
    case review(lead: String?)
    /// Somebody states that this is the same person.
    case link(other: String)
    /// Somebody states that this is another person.
    case unlink(other: String)

    /// The command as the access log names it.
    var action: String {
        switch self {
        case .object: "rights object"
        case .restrict: "rights restrict"
        case .lift, .withdrawObjection: "rights lift"
        case .rectify: "rights rectify"
        case .review: "rights review"
        case .link: "rights link"
        case .unlink: "rights unlink"
        }
    }
}

/// What came of it: the entry and its events.
public struct PersonRequestOutcome: Sendable {
    /// The program.
    public let program: String
    /// The lead by which the person was named.
    public let lead: String
    /// The random ids that were known to be the person's.
    public let subjects: [String]
    /// Position of the entry.
    public let position: UInt64
    /// What was decided.
    public let events: [Event]
    /// Suppressed addresses.
    public let suppressed: Int
}

extension Deployment {
    /// Submits a person's request, waits until it is journaled, and says what came of it. The read is noted first.
    /// - Parameters:
    ///   - name: an e-mail address, a lead's id or a person's random id.
    ///   - requester: who asked for it; sealed in the journal.
    public func exercise(_ request: PersonRequest, for name: String, requestedBy requester: String) async
        throws(Problem) -> PersonRequestOutcome
    {
        try await Problem.told {
            let found = try person(name)
            if found.isErased {
                throw Problem(.notFound, "the person is erased: no right is left to use in the program \(program)")
            }
            let lead = try lead(of: found, name, request)
            let subjects = found.person.subjects.map(\.description)
            let other = try self.other(in: request).map { try person($0) }
            try note(request.action, subjects + (other?.person.subjects.map(\.description) ?? []))
            var suppressed = 0
            if case .object(suppressing: true) = request { suppressed = try await suppress([(found.person, name)]) }
            let record = try record(request, lead, other, requester)
            let (position, events) = try await submit(record)
            return PersonRequestOutcome(
                program: program, lead: lead, subjects: subjects, position: position, events: events,
                suppressed: suppressed)
        }
    }

    private func other(in request: PersonRequest) -> String? {
        switch request {
        case .link(let other), .unlink(let other): other
        default: nil
        }
    }

    /// The lead that names the person in the journal: the one that was given, else an open one, else the newest.
    private func lead(of found: FoundPerson, _ name: String, _ request: PersonRequest) throws -> String {
        let leads = found.person.leads
        if case .review(let lead?) = request { return try one(lead, of: leads) }
        if case .rectify(let message) = request {
            if !message.leadID.isEmpty { return try one(message.leadID, of: leads) }
            if leads.contains(where: { $0.leadID == name }) { return name }
            if leads.count > 1 {
                throw Problem(
                    .invalid, "the person has \(leads.count) leads, and one is rectified at a time",
                    remedy: "Say which: --lead \(leads.map(\.leadID).prefix(8).joined(separator: ", --lead "))")
            }
        }
        if leads.contains(where: { $0.leadID == name }) { return name }
        let own = leads.filter { $0.status != "merged" }
        guard let lead = own.last(where: { $0.isOpen }) ?? own.last ?? leads.last else {
            throw Problem.nobody(in: program)
        }
        return lead.leadID
    }

    private func one(_ lead: String, of leads: [LeadRow]) throws -> String {
        if leads.contains(where: { $0.leadID == lead }) { return lead }
        throw Problem(.invalid, "the lead is none of the person's", remedy: "'leadline rights show' lists them")
    }

    private func record(_ request: PersonRequest, _ lead: String, _ other: FoundPerson?, _ requester: String) throws
        -> NewRecord
    {
        let (kind, json): (MessageKind, String)
        let reason = asker.reason
        switch request {
        case .object:
            (kind, json) = (.processingObjected, try WireProcessingObjected.with {
                ($0.leadID, $0.requester, $0.reason) = (lead, requester, reason)
            }.jsonString())
        case .restrict:
            (kind, json) = (.processingRestricted, try WireProcessingRestricted.with {
                ($0.leadID, $0.requester, $0.reason) = (lead, requester, reason)
            }.jsonString())
        case .lift, .withdrawObjection:
            let isObjection = if case .withdrawObjection = request { true } else { false }
            (kind, json) = (.processingResumed, try WireProcessingResumed.with {
                ($0.leadID, $0.requester, $0.reason) = (lead, requester, reason)
                $0.objectionWithdrawn = isObjection
            }.jsonString())
        case .rectify(var message):
            message.leadID = lead
            (kind, json) = (.leadUpdated, try message.jsonString())
        case .review:
            (kind, json) = (.reviewRequested, try WireReviewRequested.with {
                ($0.leadID, $0.requester, $0.note) = (lead, requester, reason)
            }.jsonString())
        case .link:
            (kind, json) = (.personsLinked, try WirePersonsLinked.with {
                ($0.leadID, $0.otherLeadID) = (lead, try otherLead(other, than: lead))
                ($0.requester, $0.reason) = (requester, reason)
            }.jsonString())
        case .unlink:
            (kind, json) = (.personsUnlinked, try WirePersonsUnlinked.with {
                ($0.leadID, $0.otherLeadID) = (lead, try otherLead(other, than: lead))
                ($0.requester, $0.reason) = (requester, reason)
            }.jsonString())
        }
        return event(kind, json)
    }

    private func otherLead(_ other: FoundPerson?, than lead: String) throws -> String {
        guard let found = other?.person.leads.last(where: { $0.leadID != lead }) else {
            throw Problem(.invalid, "both names lead to one lead", remedy: "Name a lead of each")
        }
        return found.leadID
    }

    /// Puts a record on its topic and waits for its entry.
    /// - Parameter part: which of a request's several records it is, so that each is an event of its own and a repeat of
    ///   the request repeats each; nil for the one that the request is named by.
    func submit(_ record: NewRecord, part: String? = nil) async throws -> (position: UInt64, events: [Event]) {
        if let submitting {
            let named = submitting.eventID.map { id in record.named(part.map { "\(id).\($0)" } ?? id) } ?? record
            guard let position = try await submitting.submit([named]).first else {
                preconditionFailure("each record that is submitted has an entry")
            }
            return try decided(at: position)
        }
        return try await published([record])
    }

    /// Puts records on their topics, all at once, and waits for the entry of the last.
    func submit(all records: [NewRecord]) async throws {
        if let submitting {
            _ = try await submitting.submit(records)
        } else {
            _ = try await published(records)
        }
    }

    /// By the command line's own way.
    private func published(_ records: [NewRecord]) async throws -> (position: UInt64, events: [Event]) {
        let before = try head()
        let outcome = try await publish(records)
        if case .processed(let report) = outcome, report.rejections > 0 {
            throw Problem(
                .invalid, "the request was rejected", remedy: "'leadline deadletter list' says why; mend it, try again")
        }
        let name = Array("ce_id".utf8)
        let id = records.last?.headers.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
        let late = Problem(
            .unavailable, "the request is on its topic, but this folder's journal does not show it yet",
            at: folder.path, remedy: "Look again with 'leadline rights show'")
        return try await awaitJournal(otherwise: late) { try entry(id, from: before) }
    }

    private func head() throws -> UInt64 {
        try folder.openJournalReadOnly().read { try JournalReader().head(of: program, in: $0)?.size ?? 0 }
    }

    private func entry(_ eventID: String?, from position: UInt64) throws -> (position: UInt64, events: [Event])? {
        let size = try head()
        if position >= size { return nil }
        var found: (position: UInt64, events: [Event])?
        try folder.openJournalReadOnly().read { db in
            try JournalReader().forEachEntry(program: program, from: position, through: size - 1, in: db) { at, bytes in
                let entry = try unsafe bytes.withUnsafeBytes { try unsafe EntryCodec.decode($0) }
                if let id = entry.origin?.eventID, id == eventID { found = (at, entry.events) }
            }
        }
        return found
    }
}

extension LeadRow {
    /// True for what a partner holds or a human has before them.
    var isOpen: Bool { ["received", "offered", "assigned", "responded", "escalated"].contains(status) }
}
