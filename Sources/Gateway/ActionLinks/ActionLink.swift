import Engine
import LeadlineCore
import TextFormats
import UseCases
import Vault

/// A capability for one assignment: whoever holds it may answer for the partner, once, until it ends or the assignment
/// does. It says itself what it is for, under a code that only this deployment can make, so nothing is kept of it.
struct ActionLink: Sendable, Equatable {
    /// Through whom it reached the partner; once that one may not send any more, the link is dead.
    enum Sender: Sendable, Equatable {
        case endpoint(String)
        case principal(String)

        var id: String {
            switch self {
            case .endpoint(let id), .principal(let id): id
            }
        }
    }

    /// The path under which links are; what follows is the capability.
    static let path = "/links/"
    /// How long one holds where the assignment has no time of its own.
    static let daysUsual = 7

    var program: String
    var lead: String
    var partner: String
    /// Which assignment of the lead.
    var attempt: UInt32
    /// When it ends, seconds since 1970.
    var until: Int64
    var sender: Sender

    /// Who the journal says has answered.
    var actor: String {
        switch sender {
        case .endpoint(let id): "link sent to partner \(partner) by endpoint \(id)"
        case .principal(let id): "link sent to partner \(partner) by \(id)"
        }
    }

    /// What its bearer may do, for as long as it holds.
    var grant: Grant {
        Grant(
            id: "link", principal: actor, program: program, role: .partner, scopes: [.leadsRead, .leadsAnswer],
            partner: partner, sources: [], label: "", created: .epoch, expires: Timestamp(micros: until * 1_000_000),
            revoked: nil, credential: .link)
    }

    // MARK: As text

    /// Ids hold no slash.
    fileprivate var plain: String {
        let kind = if case .endpoint = sender { "e" } else { "p" }
        return "\(program)/\(lead)/\(partner)/\(attempt)/\(until)/\(kind)/\(sender.id)"
    }

    fileprivate init?(plain: String) {
        let parts = plain.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        guard parts.count == 7, let attempt = UInt32(parts[3]), let until = Int64(parts[4]) else { return nil }
        self.init(
            program: parts[0], lead: parts[1], partner: parts[2], attempt: attempt, until: until,
            sender: parts[5] == "e" ? .endpoint(parts[6]) : .principal(parts[6]))
    }

    init(program: String, lead: String, partner: String, attempt: UInt32, until: Int64, sender: Sender) {
        self.program = program
        self.lead = lead
        self.partner = partner
        self.attempt = attempt
        self.until = until
        self.sender = sender
    }

    /// The link of a decision, the same at every try and every replay; nil for a decision that assigns nothing.
    init?(_ decision: PublishedDecision, sender: Sender) throws {
        guard case .leadAssigned(let event) = try decision.event() else { return nil }
        let usual = decision.time.adding(micros: Int64(Self.daysUsual) * Timestamp.microsPerDay)
        self.init(
            program: decision.program, lead: event.leadID, partner: event.partnerID, attempt: event.attempt,
            until: (event.respondBy ?? usual).micros / 1_000_000, sender: sender)
    }
}

/// Makes links into texts and back, and names the one answer that an assignment takes by link.
struct ActionLinkCodes: Sendable {
    private let digests: KeyedDigest

    init(_ masterKey: MasterKey) { digests = KeyedDigest(masterKey, purpose: "action link") }

    /// A link as the last part of a path.
    func text(_ link: ActionLink) -> String { Base64URL.text(link.plain.utf8) + "." + code(link.plain) }

    /// The link of a text; nil for one that was not made here.
    func link(_ text: String) -> ActionLink? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let plain = Base64URL.bytes(parts[0]).map({ String(decoding: $0, as: UTF8.self) }),
            ConstantTime.isEqual(Array(parts[1]), Array(code(plain).utf8))
        else { return nil }
        return ActionLink(plain: plain)
    }

    private func code(_ plain: String) -> String { Hexadecimal.text(digests.digest(["link", plain]).prefix(16)) }

    /// The id of the event by which a link is used: that of every link to one assignment, through whichever gateway,
    /// so that the journal takes one of them.
    func answer(_ link: ActionLink) -> String {
        let parts = ["answer", link.program, link.lead, link.partner, "\(link.attempt)"]
        return Hexadecimal.text(digests.digest(parts).prefix(16))
    }
}
