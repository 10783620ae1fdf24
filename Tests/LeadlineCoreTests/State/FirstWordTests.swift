import LeadlineCore
import Testing

/// Goal: the first lead that ever states a word is explained by that word, whatever field it stands in.
/// Method: a table of every field of a lead whose values are words; a program that has never seen one of them explains its
/// first lead, under every logic version. The lists that the table is held against are the schema's own.
@Suite struct FirstWordTests {
    struct Field: Sendable, CustomTestStringConvertible {
        var name: String
        var value: String
        var state: @Sendable (inout LeadAttributes) -> Void
        var sinceLogic: UInt32 = 0

        var testDescription: String { name }
    }

    static let fields: [Field] = LeadWord.allCases.map { word in
        Field(
            name: String(word.name.map { $0 == "_" ? " " : $0 }), value: "new-\(word)",
            state: { $0[word] = "new-\(word)" }, sinceLogic: word.sinceLogic)
    } + [
        Field(name: "lawful basis", value: "consent", state: { $0.lawfulBasis = .consent }),
        Field(name: "technologies", value: "new, newer, new", state: { $0.technologies = ["new", "newer", "new"] }),
        Field(name: "required certifications", value: "iso", state: { $0.requiredCertifications = ["iso"] }),
    ]

    private static func story(logic version: UInt32) -> Story {
        Story(logic: version, .policy(), .partner("A"), .partner("B"))
    }

    @Test(arguments: fields, Array(Logic.oldest...Logic.newest)) func isExplainedByItself(field: Field, logic version: UInt32) throws {
        let story = Self.story(logic: version), lead = Input.lead("L1", account: 1, field.state)
        let explained = try #require(Decider.explain(lead, at: Moment.at(1), in: story.state).evaluation).lead
        #expect(explained.filter { $0.field == field.name }.map(\.value) == (field.sinceLogic <= version ? [field.value] : []))
        #expect(!explained.contains { $0.value.contains("unlisted") })
    }

    /// All of them in one lead, then a second lead that states the same: it says the same words, now from the vocabulary.
    @Test(arguments: Logic.oldest...Logic.newest) func theSecondLeadSaysTheSame(logic version: UInt32) throws {
        var story = Self.story(logic: version)
        let all: @Sendable (inout LeadAttributes) -> Void = { attributes in
            for field in Self.fields { field.state(&attributes) }
            attributes.dealValue = Money(minorUnits: 5, currency: "EUR")
        }
        func explained(_ id: String) throws -> [String] {
            let input = Input.lead(id, all)
            return try #require(Decider.explain(input, at: Moment.at(2), in: story.state).evaluation).lead.map {
                "\($0.field): \($0.value)"
            }
        }
        let first = try explained("L1")
        story.given(1, .lead("L1", all))
        #expect(try explained("L2") == first)
        #expect(first.count == Self.fields.count { $0.sinceLogic <= version })
    }

    /// A lead that waits is explained from the state alone, its lawful basis included.
    @Test(arguments: Logic.oldest...Logic.newest) func aLeadThatIsThereKeepsItsWords(logic version: UInt32) throws {
        var story = Self.story(logic: version)
        story.given(1, .lead("L1") { attributes in for field in Self.fields { field.state(&attributes) } })
        let holder = try #require(story.state.lead("L1")?.partnerID)
        let evaluation = try #require(Decider.explain(.declined("L1", holder), at: Moment.at(2), in: story.state).evaluation)
        for field in Self.fields where field.sinceLogic <= version {
            #expect(evaluation.lead.contains { $0.field == field.name && $0.value == field.value }, "\(field.name)")
        }
    }

    /// The words of a lead in a foreign currency are foreseen with the currency's in between.
    @Test func wordsAroundANewCurrencyAreForeseen() throws {
        var story = Story(.policy { $0.method = .roundRobin; $0.exchangeRates = [.init(currency: "USD", rateMicros: 900_000)] },
            .partner("A") { $0.technologies = ["k8s"] }, .partner("B"))
        let lead = Input.lead("L1") {
            $0.country = "DE"; $0.dealValue = Money(minorUnits: 7, currency: "USD"); $0.technologies = ["new", "k8s"]
        }
        story.given(1, lead)
        let copy = try State(canonicalBytes: story.state.canonicalBytes())
        let next = Input.lead("L2") { $0.country = "DE"; $0.technologies = ["new", "k8s"] }
        #expect(Decider.decide(next, at: Moment.at(2), in: copy) == Decider.decide(next, at: Moment.at(2), in: story.state))
        #expect(story.state.lead("L1")?.partnerID == "A" && story.state.logicVersion == Logic.newest)
    }
}
