import Foundation
import LeadlineCore
import LeadlineSchemas
import SwiftProtobuf
import TextFormats
import Testing

@testable import Engine

/// Goal: what CRMs export goes in as it is, and what cannot be read is refused with its reason. Method: one small export,
/// changed in one respect at a time; the row report tells what became of each row.
@Suite struct ImportFormsTests {
    /// One file of deals, and a mapping of it.
    private struct Export {
        var rows = ["D1,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,1000.50", "D2,P-b,Lost,2025-01-03 09:00,2025-02-03 16:30,20"]
        var head = "id,partner,stage,created,closed,amount"
        var file = ""
        var top = ""
        var dates = #""format": "YYYY-MM-DD hh:mm""#
        var leadID = #"{"column": "id"}"#
        var money = #"{"column": "amount", "currency": "EUR"}"#
        var fields = ""
        var time = #"{"column": "created"}"#
        var ended = #"{"column": "closed"}"#
        var stage = #""stage": "stage""#
        var stages = ["Won": "won", "Lost": "lost"]
        var bytes: [UInt8]?
        /// Currencies of which the policy has a rate.
        var rates: [String] = []
        /// Own attributes that the policy declares, and nothing else is taken.
        var attributes: [WireAttributeRule] = []

        private var policy: WirePolicy? {
            if rates.isEmpty && attributes.isEmpty { return nil }
            var policy = ImportFixture.policy
            policy.exchangeRates = rates.map { currency in
                var rate = WireExchangeRate()
                (rate.currency, rate.rateMicros) = (currency, 1_000_000)
                return rate
            }
            policy.attributes = attributes
            if !attributes.isEmpty { policy.undeclaredAttributes = .refused }
            return policy
        }

        var mapping: String {
            let outcomes = stages.sorted { $0.key < $1.key }.map {
                #""\#($0.key)": {"result": "\#($0.value)"\#($0.value == "open" ? "" : #", "time": \#(ended)"#)\#($0.value == "won" ? #", "amount": \#(money)"# : "")}"#
            }.joined(separator: ", ")
            return """
                {"source": "/imports/test", "program": {"name": "Test", "currency": "EUR"}, "dates": {\(dates), "zone": "UTC"}, \(top)
                 "files": {"deals": {"path": "deals.csv"\(file)}},
                 "tables": {"currencies": {"Euro": "EUR", "Yen": "JPY"}},
                 "partners": {"file": "deals", "fields": {"partner_id": {"column": "partner"}}},
                 "leads": {"file": "deals", "fields": {"lead_id": \(leadID), "deal_value": \(money)\(fields)}, "time": \(time),
                   "assigned_to": {"column": "partner"}, \(stage), "outcomes": {\(outcomes)}}}
                """
        }

        func plan() throws -> ImportPlan {
            let folder = FileManager.default.temporaryDirectory.path + "/leadline-forms-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let content = bytes ?? Array(([head] + rows).joined(separator: "\n").utf8)
            try Data(content).write(to: URL(fileURLWithPath: folder + "/deals.csv"))
            return try ImportPlan(
                mapping: try JSONDecoder().decode(ImportMapping.self, from: Data(mapping.utf8)), from: folder, policy: policy, program: "test",
                mode: .history, now: ImportFixture.now)
        }

        /// What became of each row of leads: its id and outcome, or the rule by which it was refused or left out.
        func outcomes() throws -> [String] {
            let rows = try plan().rows
            return rows.suffix(rows.count / 2).map { ["refused", "left-out"].contains($0.outcome) ? $0.rules.last ?? "" : "\($0.id) \($0.outcome)" }
        }

        func refusal() throws -> String {
            do {
                _ = try plan()
                return "accepted"
            } catch let DecodingError.dataCorrupted(context) {
                return context.debugDescription
            } catch { return "\(error)" }
        }
    }

    private func export(_ change: (inout Export) -> Void = { _ in }) -> Export {
        var export = Export()
        change(&export)
        return export
    }

    // MARK: Money

    /// Expression, the amount's column, the row's currency, and what it comes to; or the end of the rule that refuses it.
    @Test(arguments: [
        (#""currency": "EUR""#, "1000.50", "", "100050 EUR"), (#""currency": "JPY""#, "1000", "", "1000 JPY"), (#""currency": "KWD""#, "1.5", "", "1500 KWD"),
        (#""currency": "EUR", "minor_units_per_one": 100"#, "1.005", "", "101 EUR"), (#""currency": "USD", "times": 1000000"#, "1.25", "", "125000000 USD"),
        (#""currency": "EUR", "number": "german""#, "1.234,50 €", "", "123450 EUR"), (#""currency": "EUR", "number": "german""#, "1,234.50", "", "amount of money, such as 1.234,56: refused"),
        (#""currency": "EUR", "number": "english""#, "$5.00", "", "the sign of another currency than EUR: refused"), (#""currency": "EUR""#, "€5", "", "not an amount of money: refused"),
        (#""currency": "EUR", "number": "english""#, "(5.00)", "", "is negative: refused"), (#""currency": "EUR""#, "-5", "", "is negative: refused"),
        (#""currency_column": "currency""#, "7", "JPY", "7 JPY"), (#""currency_column": "currency""#, "7", "€", "700 EUR"), (#""currency_column": "currency", "currency": "CHF""#, "7", "", "700 CHF"),
        (#""currency_column": "currency""#, "7", "", "has no currency: refused"), (#""currency_column": "currency""#, "7", "Taler", "names no currency of ISO 4217, or one of several: refused"),
        (#""currency_column": "currency", "currency_table": "currencies""#, "7", "Yen", "7 JPY"), (#""currency_column": "currency", "currency_table": "currencies""#, "7", "Taler", "currency not in table currencies: refused"),
        (#""currency_column": "amount", "number": "english""#, "7.00 CHF", "", "700 CHF"), (#""currency_column": "amount", "number": "english""#, "$7.00", "", "names no currency of ISO 4217, or one of several: refused"),
        (#""currency_column": "amount", "number": "english", "currency": "CAD""#, "$7.00", "", "700 CAD"), (#""currency_column": "amount", "number": "english", "currency": "CAD""#, "7.00", "", "700 CAD"),
        (#""currency": "EUR""#, "99999999999999999", "", "is more than is counted: refused"), (#""currency": "EUR""#, "10000000000000.01", "", "must be at most 1000000000000000: refused"),
    ])
    func moneyIsExactOrRefused(expression: String, amount: String, currency: String, expected: String) throws {
        let plan = try export {
            $0.head += ",currency"
            $0.rates = ["USD", "JPY", "KWD", "CHF", "CAD"]
            $0.rows = ["D1,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,\"\(amount)\",\(currency)", "D2,P-b,Lost,2025-01-03 09:00,2025-02-03 16:30,,EUR"]
            $0.money = "{\"column\": \"amount\", \(expression)}"
        }.plan()
        let row = try #require(plan.rows.dropFirst(2).first)
        if let value = row.value {
            #expect("\(value.minorUnits) \(value.currency)" == expected && row.amount == value)
        } else {
            #expect(row.rules.last?.hasSuffix(expected) == true, "\(row.rules)")
        }
    }

    /// What the run would turn down, the plan does.
    @Test func anAmountThatCannotBeCountedIsRefused() throws {
        let outcomes = try export { $0.money = #"{"column": "amount", "currency": "CHF"}"# }.outcomes()
        #expect(outcomes == ["amount is in CHF, of which the mapping's policy has no exchange rate: refused", "D2 lost"])
    }

    /// What the export knows and no field is for goes along, sealed; its name is an id.
    @Test func ownAttributesGoAlong() throws {
        let plan = try export {
            $0.head += ",score"
            $0.rows = $0.rows.map { $0 + "," + ($0.utf8.starts(with: "D1".utf8) ? "A2" : "") }
            $0.fields = #", "attributes.lead_score": {"column": "score"}, "attributes.origin": {"constant": "crm"}"#
        }.plan()
        let stated = try plan.newRecords(0..<plan.recordCount).filter { $0.topic == .leads }.map { record in
            try WireLeadSubmitted(serializedBytes: try #require(record.value)).attributes.map { "\($0.name)=\($0.value)" }
        }
        #expect(stated == [["lead_score=A2", "origin=crm"], ["origin=crm"]])
        let refused = export {
            $0.fields = #", "attributes.lead score": {"column": "amount"}"#
        }
        #expect(throws: ImportError.self) { try refused.plan() }
    }

    /// What the mapping's policy refuses, the dry run refuses, as the run would.
    @Test func anOwnAttributeThatThePolicyRefusesIsRefused() throws {
        let plan = try export {
            $0.head += ",score"
            $0.rows = $0.rows.map { $0 + "," + ($0.utf8.starts(with: "D1".utf8) ? "A2" : "A7") }
            $0.fields = #", "attributes.lead_score": {"column": "score"}"#
            $0.attributes = [.with { ($0.name, $0.type, $0.values) = ("lead_score", .choice, ["A1", "A2"]) }]
        }.plan()
        let said = plan.rows.filter { $0.outcome == ImportRowReport.refused }.compactMap(\.rules.last)
        #expect(!said.isEmpty && said.allSatisfy { $0.contains("of lead_score must be one of A1, A2") }, "\(plan.rows.map(\.rules))")
    }

    // MARK: Times

    @Test func severalFormatsAreReadAndAnAmbiguousDateIsRefused() throws {
        let several = export {
            $0.dates = #""formats": ["D/M/YYYY hh:mm", "M/D/YYYY hh:mm", "epoch"]"#
            $0.rows = ["D1,P-a,Won,13/1/2025 09:00,2/2/2025 16:30,1", "D2,P-b,Lost,1/14/2025 09:00,3/15/2025 16:30,1", "D3,P-a,Lost,3/4/2025 09:00,1746000000,1"]
        }
        #expect(try several.outcomes() == [
            "D1 won", "D2 lost", "created is one date as D/M/YYYY hh:mm and another as M/D/YYYY hh:mm: refused",
        ])
        #expect(try several.plan().rows.contains { $0.rules.contains("created read as M/D/YYYY hh:mm") })
    }

    @Test(arguments: [
        (#"{"column": "created", "days_after": 30}"#, "2025-02-01T09:00:00.000001Z"), (#"{"column": "created", "days_after_column": "amount"}"#, "2025-01-02T21:00:00.000001Z"),
        (#"{"column": "closed", "zone": "Asia/Tokyo"}"#, "2025-02-02T07:30:00.000001Z"), (#"{"column": "day", "formats": ["D MMM YY"], "at": "08:15"}"#, "2025-03-03T08:15:00.000001Z"),
    ])
    func anEndIsReadInItsOwnWay(time: String, expected: String) throws {
        let plan = try export {
            $0.head += ",day"
            $0.rows = ["D1,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,0.5,3 Mar 25"]
            $0.ended = time
        }.plan()
        #expect(plan.rows.last?.ended.map(RFC3339.format) == expected, "\(plan.rows)")
    }

    @Test(arguments: ["-1", "many", "99999", ""])
    func aDurationThatIsNoneIsRefused(days: String) throws {
        let outcomes = try export {
            $0.head += ",days"
            $0.rows = $0.rows.map { $0 + "," + ($0.utf8.starts(with: "D1".utf8) ? days : "1") }
            $0.ended = #"{"column": "created", "days_after_column": "days"}"#
        }.outcomes()
        #expect(outcomes == [days.isEmpty ? "days missing: refused" : "days is no number of days: refused", "D2 lost"])
    }

    // MARK: Files

    @Test func encodingAndDelimiterAreFoundOutAndReported() throws {
        let text = "id;partner;stage;created;closed;amount\r\nD1;P-a;Won;2025-01-02 09:00;2025-02-02 16:30;1\r\n"
        let semicolons = try export { $0.bytes = Array(text.utf8) }.plan()
        #expect(semicolons.counts.won == 1 && semicolons.forms.map(\.words) == ["utf-8, semicolons"])
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let detected = try export { $0.bytes = utf16; $0.file = #", "encoding": "detect""# }.plan()
        #expect(detected.counts.won == 1 && detected.forms.map(\.words) == ["utf-16le, semicolons"])
        // Nothing is guessed unasked.
        #expect(try export { $0.bytes = utf16 }.refusal().contains("not UTF-8 text; convert the file, e.g. with iconv, or say in the mapping"))
        #expect(try export { $0.bytes = utf16; $0.file = #", "encoding": "ebcdic""# }.refusal().contains("must be one of detect, utf-8"))
        #expect(try export { $0.bytes = Array("a,b\n1,\u{0}\n".utf8) }.refusal().contains("has no column"))
        #expect(try export { $0.file = #", "delimiter": "tab""# }.refusal().contains("has no column 'partner'"))
    }

    @Test func rowsAreKeptAndDroppedAndCounted() throws {
        let filtered = export {
            $0.head += ",type"
            $0.rows = $0.rows.map { $0 + ",Channel" } + ["D3,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,1,Direct", "Total,,,,,1020.50,Channel"]
            $0.file = #", "keep": {"type": "Channel"}, "drop": {"id": ["Total"]}, "skip_lines": 0"#
        }
        #expect(try filtered.outcomes() == ["D1 won", "D2 lost", "type is none of those kept: left out", "id 'Total': left out"])
        let counts = try filtered.plan().counts
        #expect(counts.leftOut == 4 && counts.refused == 0 && counts.rows == 2)
        #expect(try export { $0.file = #", "keep": {"typ": "Channel"}"# }.refusal().contains("no column 'typ'"))
    }

    @Test func linesBeforeTheHeadArePassedOver() throws {
        let plan = try export {
            $0.head = "Report \"of\", today\n\n" + $0.head
            $0.file = #", "skip_lines": 2"#
        }.plan()
        #expect(plan.counts.leads == 2 && plan.rows.first?.line == 4)
    }

    // MARK: Ids

    @Test(arguments: [
        (#"{"row_number": true, "prefix": "row-"}"#, ["row-1", "row-2"]), (#"{"columns": ["partner", "id"]}"#, ["P-a-D1", "P-b-D2"]),
        (#"{"columns": ["partner", "id"], "separator": ".", "lowercase": true}"#, ["p-a.d1", "p-b.d2"]), (#"{"constant": "x"}"#, ["x", "x"]),
    ])
    func idsAreMadeOfWhatThereIs(expression: String, ids: [String]) throws {
        let rows = try export { $0.leadID = expression }.plan().rows
        #expect(rows.suffix(2).map(\.id) == ids)
    }

    @Test func anExpressionTakesItsValueFromOnePlace() throws {
        for expression in [#"{}"#, #"{"column": "id", "row_number": true}"#, #"{"columns": [], "constant": "x"}"#] {
            #expect(try export { $0.leadID = expression }.refusal().contains("give exactly one of column, columns, constant and row_number"))
        }
        #expect(try export { $0.leadID = #"{"columns": ["id", "none"]}"# }.refusal().contains("no column 'none'"))
    }

    @Test func twoNamesOfOneIDAreTold() throws {
        let plan = try export {
            $0.rows = ["Müller,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,1", "Muller,P-b,Lost,2025-01-03 09:00,2025-02-03 16:30,1", "MÜLLER ,P-b,Lost,2025-01-03 09:00,2025-02-03 16:30,1"]
            $0.leadID = #"{"column": "id", "slug": true}"#
        }.plan()
        #expect(plan.warnings == ["lead_id 'muller' is made of two names: line 2 of deals.csv, and line 3 of deals.csv"])
    }

    @Test func repeatsAreNoFaultAndContradictionsAre() throws {
        let plan = try export {
            $0.rows += ["D3,P-a,Lost,2025-01-04 09:00,2025-02-03 16:30,1", "D1,P-a,Lost,2025-01-04 09:00,2025-02-03 16:30,1"]
        }.plan()
        #expect(plan.counts.partners == 2 && plan.counts.repeated == 2 && plan.counts.refused == 1)
        #expect(plan.rows.filter { $0.outcome == "repeated" }.allSatisfy { $0.rules.last == "partner_id repeated: the first row counts" })
        #expect(plan.rows.last?.rules.last == "lead_id repeated: refused")
    }

    // MARK: Values

    @Test func anOptionalValueThatCannotBeReadIsLeftOutWhereTheMappingSaysSo() throws {
        func rules(_ invalid: String) throws -> [[String]] {
            try export {
                $0.head += ",employees,country"
                $0.rows = ["D1,P-a,Won,2025-01-02 09:00,2025-02-02 16:30,1,many,Italy", "D2,P-b,Lost,2025-01-03 09:00,2025-02-03 16:30,much,7,IT"]
                $0.fields = #", "employees": {"column": "employees"\#(invalid)}, "country": {"column": "country"\#(invalid)}"#
                $0.money = #"{"column": "amount", "currency": "EUR"\#(invalid)}"#
            }.plan().rows.suffix(2).map(\.rules)
        }
        #expect(try rules(#", "invalid": "without""#) == [
            ["employees cannot be read: without", "country cannot be read: without", "stage Won: won"],
            ["deal_value cannot be read: without", "stage Lost: lost"],
        ])
        #expect(throws: ImportError.self) { try rules("") }
        #expect(try export { $0.leadID = #"{"column": "amount", "suffix": " x", "invalid": "without"}"# }.refusal().contains("lead_id"))
    }

    @Test func unlistedStagesAreNamedWithTheirCounts() throws {
        let plan = try export {
            $0.rows += (3..<8).map { "D\($0),P-a,\($0 % 2 == 0 ? "Demo" : "On hold"),2025-01-02 09:00,,1" }
        }.plan()
        let counts = plan.ruleCounts.filter { $0.rule.hasSuffix("has no outcome in the mapping: refused") }
        #expect(counts.map { "\($0.rule.prefix(15)) \($0.rows)" } == ["stage 'Demo' ha 2", "stage 'On hold' 3"])
        // A column of names is no column of stages: not all of it is repeated.
        let many = try export { $0.rows += (3..<200).map { "D\($0),P-a,Name \($0),2025-01-02 09:00,,1" } }.plan()
        #expect(many.ruleCounts.contains { $0.rule == "stage has a value without outcome: refused" && $0.rows == 147 })
    }

    @Test func stagesMayStandInSeveralColumns() throws {
        let export = export {
            $0.head += ",active"
            $0.rows = $0.rows.map { $0 + ",TRUE" }
            $0.stage = #""stage_columns": ["active", "stage"]"#
            $0.stages = ["TRUE / Won": "won", "TRUE / Lost": "lost"]
        }
        #expect(try export.outcomes() == ["D1 won", "D2 lost"])
    }

    /// What stops an import says where it is, not what the first row of another file did.
    @Test(arguments: [
        (#""format": "DD.MM.YYYY""#, "created is not a date as DD.MM.YYYY: refused"), (#""formats": ["DD.MM.YYYY", "epoch"]"#, "created is not a date as DD.MM.YYYY or epoch: refused"),
        (#""formats": []"#, "names no format"), (#""format": "epoch", "formats": ["epoch"]"#, "either format, or formats"),
    ])
    func theReasonIsTheLeads(dates: String, reason: String) throws {
        let refusal = try export {
            $0.rows = ["D1,P-a,Won,2025-01-02,,1", "D2,P-a,Won,2025-01-02,,1"]
            $0.dates = dates
        }.refusal()
        #expect(refusal.contains(reason), "\(refusal)")
    }

    @Test(arguments: [
        (#""result": "won""#, #""result": "gained""#, "must be one of won, lost, withdrawn, open"), (#""number": "german""#, #""number": "klingon""#, "must be one of plain (1234.56)"),
        (#""invalid": "without""#, #""invalid": "skip""#, "must be one of refuse, without"),
    ])
    func aWordThatIsNoneOfAFewSaysWhichThereAre(old: String, new: String, says: String) throws {
        let text = export { $0.money = #"{"column": "amount", "currency": "EUR", "number": "german", "invalid": "without"}"# }.mapping
        let changed = text.replacing(old, with: new)
        #expect(changed != text)
        do {
            _ = try JSONDecoder().decode(ImportMapping.self, from: Data(changed.utf8))
            Issue.record("taken")
        } catch let DecodingError.dataCorrupted(context) {
            #expect(context.debugDescription.contains(says) && !context.codingPath.isEmpty)
        }
    }

    // MARK: Keys

    /// Every key that the decoder knows is told of, and none that it does not know.
    @Test func everyKeyIsTold() {
        let told = Dictionary(uniqueKeysWithValues: ImportKeys.parts.map { ($0.place, $0.keys.map(\.name)) })
        #expect(told.mapValues { $0.sorted() } == ImportKeys.known.mapValues { $0.sorted() })
        #expect(ImportKeys.parts.allSatisfy { part in part.keys.allSatisfy { $0.meaning.hasSuffix(".") || $0.meaning.hasSuffix("}") } })
        for field in FieldTargets.lead.keys { #expect(ImportKeys.parts.contains { $0.keys.contains { $0.meaning.contains(field) } }, "\(field)") }
    }

    // MARK: Guessing

    @Test(arguments: [
        (["2025-01-02", "2025-01-13"], ["YYYY-MM-DD"]), (["1/13/2025", "2/2/2025"], ["M/D/YYYY"]), (["13/1/2025", "2/2/2025"], ["D/M/YYYY"]),
        (["1/2/2025"], ["D/M/YYYY"]), (["3. März 2025"], ["D. MMM YYYY"]), (["45701.5"], ["excel"]), (["1739440800250"], ["epoch-millis"]),
        (["2025-01-02 09:00:00", "2/13/2025 4:30 PM"], ["YYYY-MM-DD hh:mm:ss", "M/D/YYYY h:mm A"]), (["soon"], []),
    ])
    func datesAreTold(values: [String], formats: [String]) {
        #expect(GuessedForms.dates(values, dayFirst: true).formats == formats)
    }

    @Test(arguments: [
        (["1234.56", "5"], NumberFormat.plain, false), (["1,234.56"], .english, false), (["1.234,56 €"], .german, false), (["1 234,50"], .french, false),
        (["1'234.50"], .swiss, false), (["12,34,567.00"], .indian, false), (["1.234", "12.000"], .german, true), (["$5"], .english, false),
    ])
    func numbersAreTold(values: [String], format: NumberFormat, isOpen: Bool) throws {
        let found = try #require(GuessedForms.number(values))
        #expect(found.format == format && found.isOpen == isOpen)
    }

    @Test(arguments: [
        ("Closed Won", ImportMapping.LeadOutcome.Result.won), ("Closed Lost to Competition", .lost), ("Gewonnen", .won), ("Verloren", .lost), ("Gagnée", .won),
        ("Perdue", .lost), ("Cancelled", .withdrawn), ("Negotiation", .open), ("Przegrana", .lost), ("Wygrana", .won),
    ])
    func stagesAreTold(stage: String, result: ImportMapping.LeadOutcome.Result) { #expect(GuessedForms.outcome(stage) == result) }

    @Test func countriesAreToldByName() {
        #expect(GuessedForms.countries(["Germany", "Deutschland", "Italia", "USA", "Nowhere"]) == ["Germany": "DE", "Deutschland": "DE", "Italia": "IT", "USA": "US"])
    }
}
