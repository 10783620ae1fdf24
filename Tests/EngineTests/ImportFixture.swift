import Engine
import Foundation
import LeadlineCore
import LeadlineSchemas

/// A small CRM on disk: two agents, two accounts, six opportunities, one of each kind of trouble.
struct ImportFixture {
    let folder: String
    /// Later than all of it.
    static let now = Timestamp(micros: 1_800_000_000_000_000)

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/leadline-import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("teams.csv", "agent,office\r\nMoses Frase,Central\r\nZoë Lund,\"East, North\"\r\n")
        try write("accounts.csv", "account,sector,country\nAcme Corporation,technolgy,United States\nGekko & Co,retail,Norway\n")
        try write("products.csv", "product,price\nGTX Pro,4821\nMG Special,55.5\n")
        try write("deals.csv", """
            id,agent,product,account,stage,engaged,closed,value
            A1,Moses Frase,GTXPro,Acme Corporation,Won,10/20/2016,3/1/2017,5000
            B2,Zoë Lund,MG Special,Gekko & Co,Lost,10/20/2016,10/20/2016,0
            C3,Moses Frase,MG Special,,Open,1/5/2017,,
            D4,Zoë Lund,GTX Pro,Acme Corporation,New,,,
            E5,Nobody Known,GTX Pro,Acme Corporation,Open,1/6/2017,,
            F6,Moses Frase,GTX Pro,Acme Corporation,Won,2/30/2017,3/1/2017,1

            """)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    static let mappingJSON = """
        {"source": "/imports/test", "program": {"name": "Test", "currency": "USD"},
         "dates": {"format": "M/D/YYYY", "zone": "UTC"},
         "files": {
           "teams": {"path": "teams.csv"},
           "accounts": {"path": "accounts.csv", "aliases": {"sector": {"technolgy": "technology"}}},
           "products": {"path": "products.csv", "key": "product"},
           "deals": {"path": "deals.csv", "aliases": {"product": {"GTXPro": "GTX Pro"}},
                     "missing": {"engaged": "end-of-history", "account": "without"}}},
         "tables": {"countries": {"United States": "US", "Norway": "NO"}},
         "partners": {"file": "teams", "fields": {
           "partner_id": {"column": "agent", "slug": true}, "name": {"column": "agent"},
           "regions": {"column": "office", "split": ","}}},
         "accounts": {"file": "accounts", "fields": {
           "account_domain": {"column": "account", "slug": true, "suffix": ".example"},
           "vertical": {"column": "sector"}, "country": {"column": "country", "table": "countries"}}},
         "leads": {"file": "deals", "fields": {
           "lead_id": {"column": "id"},
           "account_domain": {"column": "account", "slug": true, "suffix": ".example"},
           "product": {"column": "product"},
           "deal_value": {"column": "product", "lookup": {"file": "products", "column": "price"},
                          "currency": "USD", "minor_units_per_one": 100}},
           "time": {"column": "engaged", "at": "09:00"},
           "assigned_to": {"column": "agent", "slug": true},
           "stage": "stage",
           "outcomes": {
             "Won": {"result": "won", "time": {"column": "closed", "at": "17:00"},
                     "amount": {"column": "value", "currency": "USD", "minor_units_per_one": 100}},
             "Lost": {"result": "lost", "time": {"column": "closed", "at": "17:00"}},
             "Open": {"result": "open"}, "New": {"result": "open"}}}}
        """

    static func mapping(_ json: String = mappingJSON) throws -> ImportMapping {
        try JSONDecoder().decode(ImportMapping.self, from: Data(json.utf8))
    }

    static var policy: WirePolicy {
        var policy = WirePolicy()
        policy.name = "history"
        policy.attemptsMax = 1
        policy.priorWinRateBasisPoints = 5_000
        policy.priorStrengthDeals = 8
        policy.fitFadeOutcomes = 100
        policy.periodDays = 30
        policy.defaultDealValueMinorUnits = 100_000
        policy.humanQueue = "people"
        return policy
    }

    func plan(_ mapping: ImportMapping? = nil, mode: ImportMode = .history, program: String = "test") throws -> ImportPlan {
        try ImportPlan(
            mapping: mapping ?? Self.mapping(), from: folder, policy: Self.policy, program: program, mode: mode, now: Self.now)
    }

    /// A data folder whose keys are derived from a seed, under the fixture's master key.
    func dataFolder(_ name: String, program: String = "test") throws -> DataFolder {
        try DataFolder.create(
            path: folder + "/" + name,
            settings: DataFolderSettings(program: program, masterKeyFile: folder + "/keys/master.key", keySeed: "0badcafe"))
    }
}
