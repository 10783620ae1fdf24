/// A lead as one evaluation sees it: its own statements, with what is known of the account where it is silent.
///
/// This is the pipeline's first step, `enrich`.
struct LeadView: Sendable {
    var words = LeadWords()
    var lawfulBasis = Vocabulary.none
    /// The same as the lead states it.
    var basis = LawfulBasis.unspecified
    var employees: UInt32 = 0
    /// In the program's minor units; nil where its currency has no rate.
    var valueMinorUnits: Int64?
    var technologies: [Vocabulary.Code] = []
    var requiredCertifications: [Vocabulary.Code] = []
    var account: Int?
    /// The account's pseudonym, known before the account is.
    var pseudonym: Digest128?
    /// The lead's own slot; `nowhere` before it is folded.
    var slot = LeadTable.nowhere
    /// Partners who had the lead before, its holder included.
    var tried: [UInt32] = []
    /// Fields on which the lead is silent and the account speaks.
    var fromAccount: SourcedFields = []
    /// False if the value is the policy's default, not the lead's own.
    var statesValue = false
    /// The amount as it was stated, in minor units of its own currency; 0 where none was.
    var statedMinorUnits: Int64 = 0
    /// The rate by which its value is counted; nil where it needs none, and before logic version 7.
    var rate: RateUsed?
    /// The quality of its source; nil where partners have got nothing of it, and before logic version 5.
    var sourceQualityBasisPoints: UInt32?

    /// Partners that it is offered to at this moment.
    var offeredTo: [UInt32] = []

    /// Offers of the lead that are open at a partner.
    @inline(__always)
    func offers(to partner: Int) -> UInt32 { offeredTo.isEmpty || !offeredTo.contains(UInt32(partner)) ? 0 : 1 }

    func code(_ field: LeadField) -> Vocabulary.Code {
        switch field {
        case .country: words.country
        case .region: words.region
        case .language: words.language
        case .vertical: words.vertical
        case .product: words.product
        case .source: words.source
        case .residency: words.residency
        case .lawfulBasis: lawfulBasis
        case .technologies, .requiredCertifications: Vocabulary.none
        }
    }

    /// Every value of a field; none if the lead is silent.
    func codes(_ field: LeadField) -> [Vocabulary.Code] {
        switch field {
        case .technologies: return technologies
        case .requiredCertifications: return requiredCertifications
        default:
            let code = code(field)
            return code == Vocabulary.none ? [] : [code]
        }
    }
}

extension LeadView {
    /// True if the lead states this word in the field, or its account does. Allocates nothing.
    func has(_ code: Vocabulary.Code, as field: LeadField) -> Bool {
        if code == Vocabulary.unlisted { return false }
        return switch field {
        case .technologies: technologies.contains(code)
        case .requiredCertifications: requiredCertifications.contains(code)
        default: code != Vocabulary.none && self.code(field) == code
        }
    }

    /// A number that predicates compare; nil where the lead does not state it.
    func number(_ number: LeadNumber) -> Int64? {
        switch number {
        case .dealValueMinorUnits: valueMinorUnits
        case .employees: employees == 0 ? nil : Int64(employees)
        case .sourceQualityBasisPoints: sourceQualityBasisPoints.map(Int64.init)
        }
    }
}

extension State {
    /// A lead that just came in, before it is folded.
    ///
    /// Since logic version 3 a word that the vocabulary does not know yet has the code that folding will give it, so
    /// words are looked at in the order in which `set` learns them. Before, it was a word that equals no other.
    func view(of attributes: LeadAttributes, account: Digest128?) -> LeadView {
        var view = LeadView()
        var news = Vocabulary.News()
        func code(_ word: String) -> Vocabulary.Code {
            isLogic(3) ? vocabulary.code(of: word, announcing: &news) : vocabulary.code(of: word)
        }
        for word in LeadWord.all where isLogic(word.sinceLogic) { view.words[word] = code(attributes[word]) }
        view.basis = attributes.lawfulBasis
        view.lawfulBasis = code(attributes.lawfulBasis.name)
        view.employees = attributes.employees
        view.valueMinorUnits = valueInProgramCurrency(attributes.dealValue)
        view.statesValue = attributes.dealValue != nil
        view.statedMinorUnits = attributes.dealValue?.minorUnits ?? 0
        if isLogic(7), let money = attributes.dealValue { view.rate = rate(of: money.currency) }
        if let money = attributes.dealValue { _ = code(money.currency) }
        if !attributes.technologies.isEmpty { view.technologies = attributes.technologies.map(code) }
        if !attributes.requiredCertifications.isEmpty {
            view.requiredCertifications = attributes.requiredCertifications.map(code)
        }
        view.account = account.flatMap(accounts.index(of:))
        view.pseudonym = account
        enrich(&view)
        return view
    }

    /// A lead that is already here.
    /// - Parameter isOfAccount: false for the lead as it is without its account, and at liberty to stay where it is.
    func view(ofLeadAt slot: Int, isOfAccount: Bool = true) -> LeadView {
        let lead = leads.leads[slot]
        var view = LeadView()
        view.slot = UInt32(slot)
        view.words = lead.words
        view.basis = lead.lawfulBasis
        view.lawfulBasis = vocabulary.code(of: lead.lawfulBasis.name)
        view.employees = lead.employees
        view.valueMinorUnits = value(of: lead)
        view.statesValue = lead.currency != Vocabulary.none
        view.statedMinorUnits = lead.valueMinorUnits
        view.rate = rateUsed(lead)
        view.technologies = lead.technologies
        view.requiredCertifications = lead.requiredCertifications
        view.account = lead.account == LeadTable.nowhere || !isOfAccount ? nil : Int(lead.account)
        view.pseudonym = view.account.map { accounts.accounts[$0].pseudonym }
        view.tried = lead.tried
        if lead.holder != LeadTable.nowhere && isOfAccount { view.tried.append(lead.holder) }
        if lead.status == .offered { view.offeredTo = offers[slot]?.open.map(\.partner) ?? [] }
        enrich(&view)
        return view
    }

    /// A lead's value in the program's currency; the policy's default where it states none, nil where no rate is known.
    func value(of lead: LeadTable.Lead) -> Int64? {
        if lead.currency == Vocabulary.none { return policy?.defaultDealValueMinorUnits ?? 0 }
        return valueInProgramCurrency(Money(minorUnits: lead.valueMinorUnits, currency: vocabulary.word(lead.currency)))
    }

    /// What a lead is worth in the program's currency, in minor units: the policy's usual value where it does not say;
    /// nil for a currency without a rate.
    public func valueInProgramCurrency(_ money: Money?) -> Int64? {
        guard let money else { return policy?.defaultDealValueMinorUnits ?? 0 }
        if money.currency == currency { return money.minorUnits }
        guard let rate = rate(of: money.currency) else { return nil }
        let product = money.minorUnits.multipliedFullWidth(by: rate.rateMicros)
        // Amounts are bounded at intake (10^15) and rates here, so that the quotient fits.
        guard product.high < 250_000 else { return nil }
        let value = Int64(1_000_000).dividingFullWidth(product).quotient
        return isLogic(7) && value > Self.amountMax ? nil : value
    }

    /// The largest amount that is counted, as of one that is stated in the program's own currency.
    private static let amountMax: Int64 = 1_000_000_000_000_000

    private func enrich(_ view: inout LeadView) {
        view.sourceQualityBasisPoints = sources.tally(view.words.source)?.qualityBasisPoints
        guard let index = view.account else { return }
        let account = accounts.accounts[index]
        if view.words.country == Vocabulary.none {
            view.words.country = account.country
            view.fromAccount.insert(.country)
        }
        if view.words.vertical == Vocabulary.none {
            view.words.vertical = account.vertical
            view.fromAccount.insert(.vertical)
        }
        if view.employees == 0 {
            view.employees = account.employees
            view.fromAccount.insert(.employees)
        }
        if view.technologies.isEmpty {
            view.technologies = account.technologies
            view.fromAccount.insert(.technologies)
        }
    }
}
