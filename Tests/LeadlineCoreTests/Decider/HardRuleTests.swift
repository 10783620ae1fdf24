import LeadlineCore
import Testing

/// Goal: every kind of predicate means what the policy schema says.
/// Method: three partners and one rule; the names of those who are left in, for leads that do and do not match.
@Suite struct HardRuleTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var rule: Predicate
        var lead: (inout LeadAttributes) -> Void = { _ in }
        /// Partners still in, as one string.
        var left: String
        var testDescription: String { name }

        init(_ name: String, _ rule: Predicate, left: String, _ lead: @escaping (inout LeadAttributes) -> Void = { _ in }) {
            self.name = name
            self.rule = rule
            self.lead = lead
            self.left = left
        }
    }

    private static let partners: [Input] = [
        .partner("A") {
            $0.countries = ["DE", "AT"]; $0.languages = ["de"]; $0.certifications = ["iso", "soc"]; $0.tier = 1
            $0.regions = ["emea"]; $0.residencies = ["eu"]; $0.technologies = ["k8s", "db"]; $0.products = ["crm"]
        },
        .partner("B") {
            $0.countries = ["FR"]; $0.languages = ["fr", "de"]; $0.certifications = ["iso"]; $0.tier = 2
            $0.verticals = ["energy"]
        },
        .partner("C"),
    ]

    static var cases: [Case] { fields + lists + numbers + composites }

    private static var fields: [Case] {
        [
            .init("country covered", .partnerCovers(.country, .countries), left: "A") { $0.country = "AT" },
            .init("country of nobody", .partnerCovers(.country, .countries), left: "") { $0.country = "XX" },
            .init("country not stated", .partnerCovers(.country, .countries), left: "ABC"),
            .init("language covered", .partnerCovers(.language, .languages), left: "AB") { $0.language = "de" },
            .init("region covered", .partnerCovers(.region, .regions), left: "A") { $0.region = "emea" },
            .init("vertical covered", .partnerCovers(.vertical, .verticals), left: "B") { $0.vertical = "energy" },
            .init("product covered", .partnerCovers(.product, .products), left: "A") { $0.product = "crm" },
            .init("residency covered", .partnerCovers(.residency, .residencies), left: "A") { $0.residency = "eu" },
            .init("a word of another list", .partnerCovers(.country, .countries), left: "") { $0.country = "de" },
            .init("every certification", .partnerCovers(.requiredCertifications, .certifications), left: "A") {
                $0.requiredCertifications = ["soc", "iso"]
            },
            .init("one certification", .partnerCovers(.requiredCertifications, .certifications), left: "AB") {
                $0.requiredCertifications = ["iso"]
            },
            .init("a certification of nobody", .partnerCovers(.requiredCertifications, .certifications), left: "") {
                $0.requiredCertifications = ["iso", "never seen"]
            },
            .init("every technology", .partnerCovers(.technologies, .technologies), left: "A") { $0.technologies = ["db", "k8s"] },
            .init("no technology stated", .partnerCovers(.technologies, .technologies), left: "ABC"),
        ]
    }

    private static var lists: [Case] {
        [
            .init("partner lists", .partnerLists(.certifications, value: "iso"), left: "AB"),
            .init("partner lists what nobody does", .partnerLists(.certifications, value: "none"), left: ""),
            .init("lead is", .leadIs(.country, values: ["DE", "FR"]), left: "ABC") { $0.country = "FR" },
            .init("lead is not", .leadIs(.country, values: ["DE", "FR"]), left: "") { $0.country = "IT" },
            .init("lead is unstated", .leadIs(.country, values: ["DE"]), left: ""),
            .init("lead is unstated, empty value", .leadIs(.country, values: [""]), left: ""),
            .init("lead is one of none", .leadIs(.country, values: []), left: "") { $0.country = "DE" },
            .init("one of several technologies", .leadIs(.technologies, values: ["db"]), left: "ABC") {
                $0.technologies = ["k8s", "db"]
            },
            .init("source", .leadIs(.source, values: ["event"]), left: "ABC") { $0.source = "event" },
            .init("lawful basis", .leadIs(.lawfulBasis, values: ["consent", "contract"]), left: "ABC") {
                $0.lawfulBasis = .contract
            },
            .init("another lawful basis", .leadIs(.lawfulBasis, values: ["consent"]), left: "") {
                $0.lawfulBasis = .legitimateInterest
            },
            .init("no lawful basis", .leadIs(.lawfulBasis, values: ["consent"]), left: ""),
        ]
    }

    private static var numbers: [Case] {
        [
            .init("tier 0", .partnerTierAtLeast(0), left: "ABC"),
            .init("tier 2", .partnerTierAtLeast(2), left: "B"),
            .init("tier 3", .partnerTierAtLeast(3), left: ""),
            .init("value on the lower bound", .leadNumberWithin(.dealValueMinorUnits, atLeast: 1_000, atMost: nil), left: "ABC") {
                $0.dealValue = euros(10)
            },
            .init("value below", .leadNumberWithin(.dealValueMinorUnits, atLeast: 1_001, atMost: nil), left: "") {
                $0.dealValue = euros(10)
            },
            .init("value on the upper bound", .leadNumberWithin(.dealValueMinorUnits, atLeast: nil, atMost: 1_000), left: "ABC") {
                $0.dealValue = euros(10)
            },
            .init("value above", .leadNumberWithin(.dealValueMinorUnits, atLeast: nil, atMost: 999), left: "") {
                $0.dealValue = euros(10)
            },
            .init("employees within", .leadNumberWithin(.employees, atLeast: 5, atMost: 10), left: "ABC") { $0.employees = 7 },
            .init("employees beyond", .leadNumberWithin(.employees, atLeast: 5, atMost: 10), left: "") { $0.employees = 11 },
            .init("employees unstated", .leadNumberWithin(.employees, atLeast: 5, atMost: 10), left: "ABC"),
        ]
    }

    private static var composites: [Case] {
        [
            .init("all of none", .all([]), left: "ABC"),
            .init("any of none", .any([]), left: ""),
            .init("all", .all([.partnerTierAtLeast(1), .partnerLists(.certifications, value: "soc")]), left: "A"),
            .init("any", .any([.partnerTierAtLeast(2), .partnerLists(.certifications, value: "soc")]), left: "AB"),
            .init("not", .not(.partnerTierAtLeast(2)), left: "AC"),
            .init("not of nobody", .not(.any([])), left: "ABC"),
            .init(
                "if large then tier 2", .any([.not(.leadNumberWithin(.dealValueMinorUnits, atLeast: 100_000, atMost: nil)), .partnerTierAtLeast(2)]),
                left: "B") { $0.dealValue = euros(5_000) },
            .init(
                "not large", .any([.not(.leadNumberWithin(.dealValueMinorUnits, atLeast: 100_000, atMost: nil)), .partnerTierAtLeast(2)]),
                left: "ABC") { $0.dealValue = euros(500) },
        ]
    }

    @Test(arguments: cases.map(\.name))
    func predicate(_ name: String) throws {
        let one = try #require(Self.cases.first { $0.name == name })
        var story = Story(.policy { $0.hardRules = [HardRule(name: "rule", require: one.rule)] })
        for partner in Self.partners { story.given(0, partner) }
        story.given(1, .lead("L1", one.lead))
        #expect(try left(story) == one.left)
        let out = 3 - one.left.count
        #expect(try story.exclusions() == (out == 0 ? [] : ["hardRule rule \(out)"]))
    }

    /// A lead that stands in the state sees the same rules as one that just came.
    @Test(arguments: cases.map(\.name))
    func predicateOnReroute(_ name: String) throws {
        let one = try #require(Self.cases.first { $0.name == name })
        var story = Story()
        story.given(1, .lead("L1", one.lead), .policy { $0.hardRules = [HardRule(name: "rule", require: one.rule)] })
        for partner in Self.partners { story.given(1, partner) }
        story.given(1, .human("L1", .reroute))
        #expect(try left(story) == one.left)
    }

    private func left(_ story: Story) throws -> String {
        try story.evaluation().best.map(\.partnerID).sorted().joined()
    }

    /// The first rule that fails names the reason.
    @Test func rulesAreLaidInOrder() throws {
        var story = Story(.policy {
            $0.hardRules = [
                HardRule(name: "tier", require: .partnerTierAtLeast(1)),
                HardRule(name: "iso", require: .partnerLists(.certifications, value: "iso")),
                HardRule(name: "soc", require: .partnerLists(.certifications, value: "soc")),
            ]
        })
        for partner in Self.partners { story.given(0, partner) }
        story.when(1, .lead("L1"), then: "assigned L1 to A, attempt 1, submitted, due 6")
        #expect(try story.exclusions() == ["hardRule tier 1", "hardRule soc 1"])
    }

    /// Rules hold beyond the first sixty-four partners, where the bits begin a new word.
    @Test func rulesHoldForManyPartners() throws {
        var story = Story(.policy { $0.hardRules = [HardRule(name: "not iso", require: .not(.partnerLists(.certifications, value: "iso")))] })
        for number in 0..<200 {
            story.given(0, .partner("P\(number)") { if number % 3 == 0 { $0.certifications = ["iso"] } })
        }
        story.given(1, .lead("L1"))
        #expect(try story.exclusions() == ["hardRule not iso 67"])
        #expect(try story.evaluation().scored == 133)
    }

    /// A profile replaced is a profile replaced: what it no longer lists no longer counts.
    @Test func profilesAreReplacedWhole() throws {
        var story = Story(
            .policy { $0.hardRules = [HardRule(name: "country", require: .partnerCovers(.country, .countries))] },
            .partner("A") { $0.countries = ["DE"] })
        story.given(1, .partner("A") { $0.countries = ["FR"] })
        story.when(2, .lead("L1") { $0.country = "DE" }, then: "escalated L1 to partner-managers, noEligiblePartner")
        story.when(2, .lead("L2") { $0.country = "FR" }, then: "assigned L2 to A, attempt 1, submitted, due 7")
    }
}
