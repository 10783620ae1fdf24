import Engine
import HTTPTypes
import LeadlineCore
import LeadlineSchemas
import Reports
import SwiftProtobuf

/// What a change takes of its sender's budgets, as the change itself says it.
struct BudgetWish: Sendable {
    var leads = 0
    var offers = 0
    /// Whether it says, or leaves to the policy, what a lead is worth; and what.
    var saysWorth = false
    var worth: Money?
    /// The offer that it agrees to, whose lead's worth counts.
    var agreedOffer: String?

    /// A change that takes nothing.
    init() {}

    init(_ message: some SwiftProtobuf.Message) {
        switch message {
        case let lead as WireLeadSubmitted:
            (leads, saysWorth) = (1, true)
            worth = lead.hasDealValue ? Self.money(lead.dealValue) : nil
        case let update as WireLeadUpdated:
            saysWorth = update.hasDealValue
            worth = update.hasDealValue ? Self.money(update.dealValue) : nil
        case let answer as WireOfferAnswered:
            offers = 1
            if answer.answer == .accepted || answer.answer == .countered { agreedOffer = answer.offerID }
        default: break
        }
    }

    private static func money(_ wire: WireMoney) -> Money {
        Money(minorUnits: wire.minorUnits, currency: wire.currency)
    }

    /// What an event of a kind takes. Of data that cannot be read intake says what is wrong with it.
    init(_ event: EventAttributes, _ kind: MessageKind) {
        do {
            switch kind {
            case .leadSubmitted: self.init(try Self.read(WireLeadSubmitted.self, event))
            case .leadUpdated: self.init(try Self.read(WireLeadUpdated.self, event))
            case .offerAnswered: self.init(try Self.read(WireOfferAnswered.self, event))
            default: self.init()
            }
        } catch { self.init() }
    }

    /// By the readers that intake has, which pass over fields of a later schema.
    static func read<M: SwiftProtobuf.Message>(_: M.Type, _ event: EventAttributes) throws -> M {
        if !event.isJSON { return try M(serializedBytes: event.data) }
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        return try M(jsonUTF8Bytes: event.data, options: options)
    }
}

/// Keeps changes within their sender's budgets. Every face appends its changes through it, so there is no way around.
struct BudgetGate: Sendable {
    let services: GatewayServices
    let grant: Grant

    /// A change by its event's id, and what it takes.
    typealias Change = (event: String, wish: BudgetWish)

    /// What came of asking for one change.
    enum Leave: Sendable {
        case free
        case charged(BudgetCharge)
        case refused(Refusal)
    }

    /// Asks for changes in order: what one is given is not there for the next.
    func ask(_ changes: [Change]) async throws -> [Leave] {
        let budgets = grant.budgets
        if budgets.isEmpty { return changes.map { _ in .free } }
        let day = BudgetCharge.day(services.folder.now())
        var leaves: [Leave] = []
        var charges: [(index: Int, charge: BudgetCharge)] = []
        for (index, change) in changes.enumerated() {
            leaves.append(.free)
            guard let use = try await use(of: change.wish)?.bounded(by: budgets) else {
                leaves[index] = .refused(Self.uncountable)
                continue
            }
            if use == BudgetUse() { continue }
            charges.append((index, BudgetCharge(
                program: grant.program, principal: grant.principal, event: change.event, day: day, use: use)))
        }
        if charges.isEmpty { return leaves }
        let (access, all) = (services.access, charges.map(\.charge))
        let outcomes = try await services.readers.runLong { try await access.charge(all, within: budgets) }
        for (one, outcome) in zip(charges, outcomes) {
            switch outcome {
            case .taken: leaves[one.index] = .charged(one.charge)
            case .repeated: leaves[one.index] = .free
            case .exceeded(let name, let budget): leaves[one.index] = .refused(refusal(one.charge, name, budget))
            }
        }
        return leaves
    }

    /// Appends one change, or refuses it. What intake refuses takes nothing.
    func append(_ record: NewRecord, _ change: Change, isWatched: Bool) async throws -> AppendedRecord {
        let leave = try await ask([change])[0]
        if case .refused(let refusal) = leave { throw refusal }
        do { return try await services.inbox.append([record], isWatched: isWatched)[0] } catch {
            try await giveBack([leave], after: error)
            throw error
        }
    }

    /// Gives back what was taken for changes that certainly were not appended.
    func giveBack(_ leaves: [Leave], after error: any Error) async throws {
        if error is InboxRefusal || error is InboxFull || error is Rejection { try await giveBack(leaves) }
    }

    func giveBack(_ leaves: [Leave]) async throws {
        let charges = leaves.compactMap { leave in if case .charged(let charge) = leave { charge } else { nil } }
        if charges.isEmpty { return }
        let access = services.access
        try await services.readers.runLong { try await access.giveBack(charges) }
    }

    // MARK: What a change takes

    /// Nil where its worth cannot be told in the program's currency.
    private func use(of wish: BudgetWish) async throws -> BudgetUse? {
        var use = BudgetUse(leads: wish.leads, offers: wish.offers)
        if grant.budgets.valueMinorUnitsPerDay == nil { return use }
        if wish.saysWorth {
            let worth = try await services.live.look(grant.program) { $0.valueInProgramCurrency(wish.worth) }
            guard case let worth?? = worth else { return nil }
            use.valueMinorUnits = Int(clamping: max(worth, 0))
        }
        if let offer = wish.agreedOffer {
            let worth = try await services.live.look(grant.program) { state in
                state.offerStandings.first { $0.offerID == offer }?.lead.dealValueMinorUnits
            }
            // An offer that is over binds nobody to anything.
            use.valueMinorUnits = Int(clamping: max((worth ?? nil) ?? 0, 0))
        }
        return use
    }

    // MARK: Why not

    private static let uncountable = Refusal(
        403, "budget-uncountable", "Not allowed",
        "The key has a budget of value, and what the lead is worth is in a currency that the policy has no rate for.",
        field: "dealValue")

    private func refusal(_ charge: BudgetCharge, _ name: String, _ budget: Int) -> Refusal {
        let end = BudgetCharge.end(of: charge.day), now = services.folder.now()
        let renews = TimeText.utc(end)
        var refusal: Refusal
        if let one = Budgets.Name(rawValue: name), charge.use[one] > budget {
            refusal = Refusal(
                403, "budget-too-small", "Not allowed",
                "The key's budget \(name) is \(budget), and this change alone takes \(charge.use[one]).")
        } else {
            refusal = Refusal(
                429, "budget-exceeded", "Too many",
                "The key's budget \(name) of \(budget) is used up for today; it is there anew at \(renews).")
            let seconds = max(1, (end.micros - now.micros + 999_999) / 1_000_000)
            refusal.headers = [(.retryAfter, "\(seconds)")]
        }
        refusal.budget = (name, renews)
        return refusal
    }
}
