import Engine
import Foundation
import HTTPTypes
import Testing
import UseCases

@testable import Gateway

/// Goal: nobody learns whether something is there that is not theirs. Method: every operation that names something, asked by every
/// role of what is its own, of what is another's and of what is nowhere, made from the operation table; what is another's and what
/// is nowhere get one answer, byte for byte, and nothing changes by either. The table of what was answered is printed.
@Suite struct IsolationTests {
    /// Everything that a name can lead to.
    private struct World: Sendable {
        let served: ServedFolder
        /// A key of each role, and one of the same role that is somebody else's.
        var keys: [Role: KeyToken] = [:]
        /// What only its maker or its program sees, by the parameter that names it: ids of others.
        var others: [String: [String]] = [:]

        func key(_ role: Role) throws -> KeyToken { try #require(keys[role]) }
    }

    private static let policy =
        #"{"attemptsMax":3,"priorWinRateBasisPoints":2000,"priorStrengthDeals":8,"fitWeights":{"country":10},"sla":{"firstResponseMinutes":240},"periodDays":7,"negotiation":{"rounds":1,"answerMillis":86400000,"commissionMaxBasisPoints":1500,"when":{"leadIs":{"leadField":"LEAD_FIELD_PRODUCT","values":["negotiated"]}}},"claims":{"protectedDays":30},"returns":{"creditsPerPeriodMax":1,"reasons":[{"id":"wrong-number","meaning":"REFUSAL_REASON_BAD_DATA","wordings":[{"language":"en","text":"The number is wrong"}]}]},"hardRules":[{"name":"serves","require":{"partnerCovers":{"leadField":"LEAD_FIELD_COUNTRY","partnerList":"PARTNER_LIST_COUNTRIES"}}}]}"#
    /// Which partner a lead of a country goes to.
    private static let countries = ["p-one": "FR", "p-two": "DE", "p-three": "ES"]
    private static let nothing = "nothing-1"
    /// Parameters whose values are words or places of one's own program, never somebody's.
    private static let plain: Set<String> = ["section", "position", "month"]

    private static func inWorld(_ body: @Sendable (World) async throws -> Void) async throws {
        var signIn = SignInSettings()
        signIn.publicURL = PublicURL("https://leads.vendor.example")
        try await ServedFolder.serving(webhooks: WebhookTests.settings(), signIn: signIn, sends: false) { served in
            try await done(served, .PUT, "/v1/policy", served.admin, policy)
            for (partner, country) in countries {
                try await done(served, .PUT, "/v1/partners/\(partner)", served.admin, #"{"countries":["\#(country)"],"name":"Name of \#(partner)"}"#)
            }
            var world = World(served: served)
            for role in Role.allCases { world.keys[role] = try served.key(role, sources: role == .producer ? ["/own"] : role == .admin ? ["*"] : []) }
            world.others = try await others(served)
            try await body(world)
        }
    }

    /// Asks for a change and waits until it is decided.
    @discardableResult
    private static func done(_ served: ServedFolder, _ method: HTTPMethodName, _ path: String, _ key: KeyToken, _ body: String?) async throws
        -> ServedFolder.Reply
    {
        let headers = ["prefer": "wait=30", "idempotency-key": UUID().uuidString]
        var reply = try await served.ask(method, path, key, body, headers)
        while reply.status == 202 { reply = try await served.ask(method, path, key, body, headers) }
        try #require(reply.status == 200, "\(path): \(reply.text)")
        return reply
    }

    /// Makes what is somebody else's: of another program, of another partner, of another principal.
    private static func others(_ served: ServedFolder) async throws -> [String: [String]] {
        let foreign = try served.foreignAdmin()
        try await done(served, .PUT, "/v1/partners/p-abroad", foreign, #"{"countries":["IT"],"name":"Name of p-abroad"}"#)
        try await done(served, .POST, "/v1/leads", served.admin, #"{"leadId":"theirs-1","country":"DE"}"#)
        try await done(served, .POST, "/v1/leads", served.admin, #"{"leadId":"offered-1","country":"DE","product":"negotiated"}"#)
        try await done(served, .PUT, "/v1/partners/p-two/claims/theirs-1", served.admin, #"{"accountDomain":"theirs.example"}"#)
        var others: [String: [String]] = [
            "lead": ["foreign-1", "theirs-1"], "partner": ["p-abroad", "p-two"], "claim": ["theirs-1"], "absence": ["a-1"],
            "key": [foreign.id], "agent": [foreign.id], "job": [], "webhook": [], "letter": [],
        ]
        others["offer"] = [try await offer(ofLead: "offered-1", to: "p-two", served)]
        for key in [foreign, served.admin] {
            let job = try await served.ask(.POST, "/v1/audit/verifications", key, #"{"quick":true}"#)
            others["job"]?.append(try #require(job.json["job"] as? String, "\(job.text)"))
        }
        for (key, partner) in [(foreign, ""), (served.admin, ""), (served.admin, #","partner":"p-two""#)] {
            others["webhook"]?.append(try await WebhookTests.make(served, "http://127.0.0.1:9/x", key: key, partner).id)
        }
        for program in [ServedFolder.foreign, ServedFolder.program] {
            let record = EventRecord.binary(
                topic: .leads, program: program, type: "leadline.v1.LeadSubmitted", id: "refused-\(program)", source: "/refused",
                body: Array(#"{"leadId":"refused","country":"Italy"}"#.utf8), contentType: "application/json")
            try EmbeddedLog(served.folder.openJournal()).append([record], now: served.folder.now())
        }
        try await served.submit("after-refused")
        let letters = try await served.ask(.GET, "/v1/dead-letters", foreign).json["deadLetters"] as? [[String: Any]] ?? []
        others["letter"] = letters.compactMap { ($0["offset"] as? Int).map { "\($0)" } }
        try #require(others["letter"]?.isEmpty == false)
        return others
    }

    private static func offer(ofLead lead: String, to partner: String, _ served: ServedFolder) async throws -> String {
        let reply = try await served.ask(.GET, "/v1/partners/\(partner)/offers", served.admin)
        let offers = reply.json["offers"] as? [[String: Any]] ?? []
        return try #require(offers.first { $0["lead"] as? String == lead }?["offer"] as? String, "\(reply.text)")
    }

    // MARK: Asking

    /// Which ids a path's parameters get, by name.
    private typealias Names = [String: String]

    private static func ask(_ operation: Gateway.Operation, _ names: Names, _ world: World, _ key: KeyToken?, body: String? = nil) async throws
        -> ServedFolder.Reply
    {
        let method = try #require(HTTPMethodName(rawValue: operation.method.rawValue))
        var path = operation.path
        for (name, id) in names { path = path.replacing("{\(name)}", with: id) }
        path = path.replacing("{month}", with: "2026-03")
        var headers = operation.payload.map { ["content-type": $0.types[0]] } ?? [:]
        headers["leadline-reason"] = "a test"
        return try await world.served.ask(method, path, key, body ?? operation.payload?.example, headers)
    }

    /// What must not differ: all but the request's id, the date and how many calls are left.
    private static func compared(_ reply: ServedFolder.Reply) -> ServedFolder.Reply {
        var reply = reply
        for name in ["x-request-id", "date", "ratelimit"] { reply.headers[name] = nil }
        return reply
    }

    private static var named: [Gateway.Operation] {
        OperationTable.all.filter { operation in
            // Putting something under an id of one's own is no question about what is there; a test of its own looks at it.
            !Set(operation.pathParameters).subtracting(plain).isEmpty && !["putLead", "putPartner"].contains(operation.id)
        }
    }

    /// Whose name something bears to a role: a partner's roles are shut out from what the vendor sees.
    private static func strangers(_ name: String, _ role: Role, _ world: World) -> [String] {
        let all = world.others[name] ?? []
        switch name {
        case "lead": return role.isPartner || role == .producer ? all : [all[0]]
        case "partner": return role.isPartner ? all : [all[0]]
        case "webhook": return role.isPartner ? all : [all[0]]
        default: return all
        }
    }

    /// Something of the role's own, made for one question, since that may end it.
    private static func own(_ operation: Gateway.Operation, _ role: Role, _ world: World) async throws -> Names {
        let (served, key) = (world.served, try world.key(role))
        let fresh = "own-\(UUID().uuidString.lowercased())"
        var names: Names = [:]
        for name in operation.pathParameters {
            switch name {
            case "lead":
                let maker = role == .producer ? key : served.admin
                try await done(served, .POST, "/v1/leads", maker, #"{"leadId":"\#(fresh)","country":"FR"\#(operation.id == "answerOffer" ? #","product":"negotiated""# : ""),"contact":{"email":"\#(fresh)@officine.example"}}"#)
                if operation.id == "decideReturn" {
                    // The period's one credit is used by the first; the second waits for a person.
                    try await done(served, .POST, "/v1/leads", maker, #"{"leadId":"\#(fresh)-0","country":"FR"}"#)
                    for lead in [fresh + "-0", fresh] {
                        try await done(served, .POST, "/v1/leads/\(lead)/return", served.admin, #"{"reasonId":"wrong-number"}"#)
                    }
                }
                if ["decideReview", "claimReview"].contains(operation.id) { try await done(served, .POST, "/v1/leads/\(fresh)/review", served.admin, nil) }
                names[name] = fresh
            case "partner": names[name] = "p-one"
            case "claim":
                if operation.id != "makeClaim" {
                    try await done(served, .PUT, "/v1/partners/p-one/claims/\(fresh)", served.admin, #"{"accountDomain":"\#(fresh.prefix(20)).example"}"#)
                }
                names[name] = fresh
            case "offer": names[name] = try await offer(ofLead: fresh, to: "p-one", served)
            case "absence": names[name] = "a-1"
            case "month": names[name] = "2026-03"
            case "key", "agent": names[name] = try served.key(.agent).id
            case "job":
                let made = try await served.ask(.POST, role == .agent || role == .manager ? "/v1/reports/forecasts" : "/v1/audit/verifications", key, "{}")
                let job = try #require(made.json["job"] as? String, "\(role): \(made.text)")
                while true {
                    let status = try await served.ask(.GET, "/v1/jobs/\(job)", key).json["status"] as? String ?? ""
                    if !["queued", "running"].contains(status) { break }
                }
                names[name] = job
            case "webhook": names[name] = try await WebhookTests.make(served, "http://127.0.0.1:9/x", key: key, "").id
            case "letter":
                let list = try await served.ask(.GET, "/v1/dead-letters", served.admin).json["deadLetters"] as? [[String: Any]]
                names[name] = try (list?.last?["offset"] as? Int).map { "\($0)" } ?? { throw ServedFolder.Unexpected(reply: .init(status: 0, headers: [:], text: "no letter")) }()
            default: Issue.record("\(operation.id): nothing is known of {\(name)}; say how one's own is made and whose others are")
            }
        }
        return names
    }

    /// What is known of things that are another's: it must be the same before and after.
    private static func standing(_ world: World) async throws -> [String] {
        let foreign = try world.served.foreignAdmin()
        var texts: [String] = []
        for (path, key) in [
            ("/v1/leads/foreign-1", foreign), ("/v1/leads/theirs-1", world.served.admin), ("/v1/partners/p-abroad", foreign),
            ("/v1/partners/p-two/claims/theirs-1", world.served.admin),
            ("/v1/webhooks/\(world.others["webhook"]?[0] ?? "")", foreign), ("/v1/webhooks/\(world.others["webhook"]?[2] ?? "")", world.served.admin),
        ] {
            let reply = try await world.served.ask(.GET, path, key)
            #expect(reply.status == 200, "\(path): \(reply.text)")
            texts.append(reply.text)
        }
        return texts
    }

    @Test(.timeLimit(.minutes(10))) func othersThingsAreNowhere() async throws {
        try await Self.inWorld { world in
            let before = try await Self.standing(world)
            var rows: [String] = []
            for operation in Self.named where operation.asksWho {
                for role in Role.allCases {
                    let key = try world.key(role)
                    let isAllowed = operation.roles.contains(role)
                    let parameters = operation.pathParameters.filter { !Self.plain.contains($0) }
                    let missing = try await Self.ask(operation, Dictionary(uniqueKeysWithValues: parameters.map { ($0, Self.nothing) }), world, key)
                    #expect(missing.status == (isAllowed ? 404 : 403), "\(role) \(operation.id): \(missing.text)")
                    var foreign: [Int] = []
                    for names in Self.foreign(operation, role, world) {
                        let theirs = try await Self.ask(operation, names, world, key)
                        foreign.append(theirs.status)
                        #expect(Self.compared(theirs) == Self.compared(missing), "\(role) \(operation.id) \(names): \(theirs.text)")
                        // A number of one digit stands in other numbers.
                        for id in names.values where id.utf8.count > 3 { #expect(!theirs.text.contains(id) && !theirs.headers.values.contains { $0.contains(id) }) }
                    }
                    guard isAllowed else { continue }
                    let own = try await Self.ask(operation, try await Self.own(operation, role, world), world, key)
                    // What stands against it is told of what is one's own, and of nothing else.
                    #expect(own.status < 300 || own.status == 409 || operation.id == "resubmitDeadLetter", "\(role) \(operation.id): \(own.status) \(own.text)")
                    #expect(own.status != 404)
                    rows.append("| \(operation.id) | \(role.rawValue) | \(own.status) | \(foreign.map(String.init).joined(separator: ", ")) | \(missing.status) |")
                }
            }
            #expect(try await Self.standing(world) == before)
            print("| operation | role | own | another's | nowhere |\n| --- | --- | --- | --- | --- |")
            print(rows.joined(separator: "\n"))
        }
    }

    /// Every way in which a path can name what is another's: another's part under another's whole, and each with the other one's own.
    private static func foreign(_ operation: Gateway.Operation, _ role: Role, _ world: World) -> [Names] {
        let parameters = operation.pathParameters.filter { !plain.contains($0) }
        if parameters == ["partner", "claim"] {
            // The partner is shut out from, or the claim is no such partner's.
            let both = strangers("partner", role, world).map { ["partner": $0, "claim": "theirs-1"] }
            return both + (operation.id == "makeClaim" ? [] : [["partner": "p-one", "claim": "theirs-1"]])
        }
        if parameters == ["lead", "offer"] {
            let offer = world.others["offer"]?.first ?? ""
            let leads = strangers("lead", role, world) + (role.isPartner ? ["offered-1"] : [])
            return leads.map { ["lead": $0, "offer": offer] }
        }
        if parameters == ["partner", "lead"] {
            // The partner is another program's, or the lead is, or neither has anything to do with the other.
            return [["partner": "p-abroad", "lead": "foreign-1"], ["partner": "p-one", "lead": "foreign-1"], ["partner": "p-one", "lead": "theirs-1"]]
        }
        if parameters == ["partner", "absence"] { return strangers("partner", role, world).map { ["partner": $0, "absence": "a-1"] } }
        return parameters.first.map { name in strangers(name, role, world).map { [name: $0] } } ?? []
    }

    // MARK: Names in bodies and queries

    @Test func namesInBodiesAndQueriesTellNothing() async throws {
        try await Self.inWorld { world in
            let served = world.served
            /// Who asks, how, and what is another's; then the same with what is nowhere.
            let table: [(role: Role, method: HTTPMethodName, path: String, body: String?, others: [String])] = [
                (.partnerLead, .GET, "/v1/leads?partner=ID", nil, ["p-two", "p-abroad"]), (.manager, .GET, "/v1/leads?partner=ID", nil, ["p-abroad"]),
                (.partnerLead, .GET, "/v1/leads?after=ID", nil, ["theirs-1", "foreign-1"]), (.manager, .GET, "/v1/leads?after=ID", nil, ["foreign-1"]),
                (.producer, .GET, "/v1/leads?after=ID", nil, ["theirs-1", "foreign-1"]), (.manager, .GET, "/v1/claims?partner=ID", nil, ["p-abroad"]),
                (.partnerLead, .GET, "/v1/claims?partner=ID", nil, ["p-two"]), (.manager, .GET, "/v1/reviews?after=ID", nil, ["foreign-1"]),
                (.partner, .GET, "/v1/decisions?after=ID/1/0", nil, ["other"]), (.partner, .GET, "/v1/feed?after=ID/1/0", nil, ["other"]),
                (.manager, .GET, "/v1/reports/pilot?pilot=ID", nil, ["foreign-1"]),
                (.partner, .PUT, "/v1/partners/p-one/claims/mine", #"{"leadId":"ID"}"#, ["theirs-1", "foreign-1"]),
                (.manager, .POST, "/v1/leads/after-refused/override", #"{"assignToPartnerId":"ID"}"#, ["p-abroad"]),
                (.manager, .POST, "/v1/leads/after-refused/accept", #"{"partnerId":"ID"}"#, ["p-abroad"]),
                (.admin, .POST, "/v1/rights/restrict", #"{"subject":"ID","requestedBy":"x","reason":"y"}"#, ["foreign-1"]),
                (.admin, .POST, "/v1/rights/standing", #"{"subject":"ID","reason":"y"}"#, ["foreign-1"]),
                (.admin, .POST, "/v1/rights/erase", #"{"subjects":["ID"],"requestedBy":"x","reason":"y"}"#, ["foreign-1"]),
                (.producer, .PUT, "/v1/leads/ID", #"{"country":"IT"}"#, ["theirs-1", "foreign-1"]),
                (.producer, .POST, "/v1/leads", #"{"leadId":"ID","country":"IT"}"#, ["theirs-1", "foreign-1"]),
                (.producer, .POST, "/v1/bulk/leads", #"{"leadId":"ID","country":"IT"}"#, ["theirs-1", "foreign-1"]),
                (
                    .producer, .POST, "/v1/events",
                    #"{"specversion":"1.0","id":"FRESH","source":"/own","type":"leadline.v1.LeadUpdated","data":{"leadId":"ID","employees":3}}"#,
                    ["theirs-1", "foreign-1"]
                ),
            ]
            var rows: [String] = []
            for row in table {
                func ask(_ id: String) async throws -> ServedFolder.Reply {
                    var headers = ["leadline-reason": "a test", "prefer": "wait=30"]
                    if row.path == "/v1/bulk/leads" { headers["content-type"] = "application/x-ndjson" }
                    if row.path == "/v1/events" { headers["content-type"] = EventOperations.structured }
                    let body = row.body?.replacing("ID", with: id).replacing("FRESH", with: UUID().uuidString)
                    var reply = Self.compared(
                        try await served.ask(row.method, row.path.replacing("ID", with: id), try world.key(row.role), body, headers))
                    // A change names its event, its place and, where one names a lead of one's own, the lead.
                    reply.text = Self.masked(reply.text, id)
                    if reply.status < 300 { for name in ["etag", "content-length"] { reply.headers[name] = nil } }
                    reply.headers["link"] = reply.headers["link"]?.replacing(id, with: "ID")
                    return reply
                }
                let missing = try await ask(Self.nothing + "-\(rows.count)")
                for other in row.others {
                    let theirs = try await ask(other)
                    #expect(theirs == missing, "\(row.role) \(row.method) \(row.path) \(row.body ?? "") \(other):\n\(theirs)\n\(missing)")
                    rows.append("| \(row.role.rawValue) | \(row.method) \(row.path) | \(other) | \(theirs.status) | \(missing.status) |")
                }
            }
            print("| role | asked | another's | answer | nowhere |\n| --- | --- | --- | --- | --- |")
            print(rows.joined(separator: "\n"))
        }
    }

    private static func masked(_ text: String, _ id: String) -> String {
        var text = text.replacing(id, with: "ID")
        for pattern in [#""event":"[^"]*""#, #""id":"[^"]*""#, #""time":"[^"]*""#, #""position":[0-9]+"#, #""confirm":"[^"]*""#, #""expires":"[^"]*""#] {
            text = text.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
        }
        return text
    }

    /// A link of another deployment, one that is altered, and no link at all.
    @Test func linksThatWereNotMadeHereAreNowhere() async throws {
        try await Self.inWorld { world in
            try await Self.done(world.served, .POST, "/v1/leads", world.served.admin, #"{"leadId":"own-1","country":"FR"}"#)
            let made = try await world.served.ask(.POST, "/v1/leads/own-1/action-links", world.served.admin)
            let link = try #require((made.json["url"] as? String)?.components(separatedBy: "/").last)
            let altered = String(link.dropLast()) + (link.hasSuffix("0") ? "1" : "0")
            for operation in OperationTable.all where operation.pathParameters == ["link"] {
                let missing = Self.compared(try await Self.ask(operation, ["link": "x"], world, nil))
                #expect(missing.status == 404)
                #expect(Self.compared(try await Self.ask(operation, ["link": altered], world, nil)) == missing, "\(operation.id)")
            }
        }
    }

    // MARK: Marked values

    /// Names, prices, scores and loads of other partners, as the vendor is shown them, are in no answer of a partner's role.
    @Test(.timeLimit(.minutes(10))) func aPartnerIsToldNothingOfOthers() async throws {
        try await Receiver.receiving { receiver in
            try await Self.inWorld { world in try await Self.searched(world, receiver) }
        }
    }

    private static func searched(_ world: World, _ receiver: Receiver) async throws {
        let served = world.served
        // Marks that stand nowhere else, and a market that all three share, so that each is weighed against the others: in one
        // trade alone, so that their scores differ.
        try await done(served, .PUT, "/v1/policy", served.admin, policy.replacing(#"{"country":10}"#, with: #"{"country":10,"vertical":7}"#))
        for (number, partner) in ["p-one", "p-two", "p-three"].enumerated() {
            let mark = partner == "p-one" ? "own" : "Zaunkoenig-\(number)"
            let verticals = partner == "p-one" ? #"["manufacturing"]"# : "[]"
            let profile = #"{"countries":["IT"],"verticals":\#(verticals),"name":"\#(mark) S.r.l.","regions":["\#(mark)-region"],"tier":\#(number + 1),"capacity":{"openLeadsMax":\#(731_145 + number),"leadsPerPeriodMax":\#(842_366 + number)}}"#
            try await done(served, .PUT, "/v1/partners/\(partner)", served.admin, profile)
            try await done(served, .PUT, "/v1/partners/\(partner)/commission", served.admin, #"{"rateBasisPoints":\#(1_357 + 11 * number)}"#)
        }
        let lead = try await held(by: "p-one", world)
        for role in [Role.partnerLead, .partner] { _ = try await served.ask(.POST, "/v1/leads/\(lead)/accept", try world.key(role), nil, ["prefer": "wait=30"]) }
        let marks = try await marks(lead, world)
        // Scores of others are among them.
        #expect(marks.count > 13 && marks.contains { $0.hasPrefix("0.") }, "\(marks)")
        for role in [Role.partnerLead, .partner] {
            var texts: [String: String] = [:]
            let key = try world.key(role)
            var ids = ["lead": lead, "partner": "p-one", "absence": "a-1", "claim": "c-1"]
            if role == .partnerLead { ids["webhook"] = try await WebhookTests.make(served, "http://127.0.0.1:9/x", key: key, "").id }
            // What everybody is told, such as the document, names nobody.
            for operation in OperationTable.all where operation.scope != nil && operation.roles.contains(role) {
                guard operation.method == .get, operation.id != "followDecisions" else { continue }
                let names = Dictionary(uniqueKeysWithValues: operation.pathParameters.map { ($0, ids[$0] ?? "none") })
                texts[operation.id] = try await ask(operation, names, world, key).text
            }
            for path in ["accept", "first-response", "stage", "won"] {
                let body = path == "stage" ? #"{"stage":"offer"}"# : nil
                texts[path] = try await served.ask(.POST, "/v1/leads/\(lead)/\(path)", key, body, ["prefer": "wait=30"]).text
            }
            texts["feed"] = try await FeedTests.ids(served, key, "/v1/feed?after=acme") { $0.count >= 1 }.text
            for (name, text) in texts {
                for mark in marks where text.contains(mark) { Issue.record("\(role) \(name) tells \(mark): \(text)") }
            }
            #expect(texts["explainLead"]?.contains("outcome") == true, "\(texts["explainLead"] ?? "")")
        }
    }

    /// A lead that a partner got over the others.
    private static func held(by partner: String, _ world: World) async throws -> String {
        for number in 0..<30 {
            let lead = "weighed-\(number)"
            try await done(world.served, .POST, "/v1/leads", world.served.admin, #"{"leadId":"\#(lead)","country":"IT","vertical":"manufacturing"}"#)
            if try await world.served.holder(lead) == partner { return lead }
        }
        throw ServedFolder.Unexpected(reply: .init(status: 0, headers: [:], text: "no lead went to \(partner)"))
    }

    /// What the vendor is told of others than p-one: texts of their own, and numbers that are not p-one's too.
    private static func marks(_ lead: String, _ world: World) async throws -> Set<String> {
        let explained = try await world.served.ask(.GET, "/v1/leads/\(lead)/explanation", world.served.admin).json
        let evaluation = try #require(explained["evaluation"] as? [String: Any])
        var own: Set<String> = [], theirs: Set<String> = []
        for candidate in evaluation["candidates"] as? [[String: Any]] ?? [] {
            let numbers = numbers(candidate)
            if candidate["partnerId"] as? String == "p-one" { own.formUnion(numbers) } else { theirs.formUnion(numbers) }
        }
        let partners = try await world.served.ask(.GET, "/v1/partners", world.served.admin).json["partners"] as? [[String: Any]] ?? []
        for partner in partners {
            if partner["partner"] as? String == "p-one" { own.formUnion(numbers(partner)) } else { theirs.formUnion(numbers(partner)) }
        }
        var marks = theirs.subtracting(own)
        for number in 1...2 { marks.formUnion(["Zaunkoenig-\(number)", "\(731_145 + number)", "\(842_366 + number)", ":\(1_357 + 11 * number)"]) }
        return marks.union(["p-two", "p-three", "placePrice", "runnerUp", "score"])
    }

    /// Numbers of some length, as JSON writes them: shorter ones stand in times and counts as well.
    private static func numbers(_ value: Any) -> Set<String> {
        switch value {
        case let object as [String: Any]: object.values.reduce(into: []) { $0.formUnion(numbers($1)) }
        case let list as [Any]: list.reduce(into: []) { $0.formUnion(numbers($1)) }
        case let number as NSNumber: number.stringValue.utf8.count >= 5 ? [number.stringValue] : []
        default: []
        }
    }

    // MARK: Idempotency

    /// One key and one body are one change of one principal in one program, before and after its key is replaced.
    @Test func aKeyIsItsPrincipals() async throws {
        try await ServedFolder.serving { served in
            let body = #"{"country":"IT","contact":{"email":"kim@officine.example"}}"#
            func send(_ key: KeyToken, _ body: String = body) async throws -> ServedFolder.Reply {
                try await served.ask(.POST, "/v1/leads", key, body, ["prefer": "wait=30", "idempotency-key": "form-4711"])
            }
            func event(_ reply: ServedFolder.Reply) throws -> String { try #require(reply.json["event"] as? String, "\(reply.text)") }
            let one = try served.key(.producer, sources: ["/a"]), two = try served.key(.producer, sources: ["/b"])
            let foreign = try served.foreignAdmin()
            let first = try await send(one)
            #expect(first.json["repeated"] as? Bool == false)
            let others = [try await send(two), try await send(foreign), try await send(served.admin)]
            for other in others { #expect(other.json["repeated"] as? Bool == false, "\(other.text)") }
            #expect(Set(try (others + [first]).map(event)).count == 4)
            let leads = Set((others + [first]).compactMap { $0.json["lead"] as? String })
            #expect(leads.count == 4)
            let next = try served.access.rotate(one.id, program: ServedFolder.program, overlapHours: 1).token
            for key in [one, next] {
                let again = try await send(key)
                #expect(try event(again) == event(first) && again.json["repeated"] as? Bool == true, "\(again.text)")
                let changed = try await send(key, #"{"country":"FR"}"#)
                #expect(changed.status == 422 && changed.json["field"] as? String == "Idempotency-Key", "\(changed.text)")
            }
            _ = try served.access.revoke(one.id, program: ServedFolder.program)
            #expect(try await send(one).status == 401)
            #expect(try await event(send(next)) == event(first))
        }
    }
}
