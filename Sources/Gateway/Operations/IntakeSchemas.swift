import Engine
import Foundation
import LeadlineSchemas

/// What intake asks beside what the messages' own schemas say: of a program's profile, of which nearly all is sealed,
/// and of a choice, which false does not make.
enum IntakeSchemas {
    typealias Object = [String: Any]

    /// Components to whose properties something is added, by name, and what.
    private static var rules: [String: [String: Object]] {
        let texts = ["type": "string", "maxLength": ProfileRules.textCharactersMax, "pattern": oneLine] as Object
        let all = { (names: [String]) in Dictionary(uniqueKeysWithValues: names.map { ($0, texts) }) }
        let list = ["maxItems": ProfileRules.countMax] as Object
        return [
            "ContactPoint": all(["name", "postalAddress", "email", "telephone", "website"]),
            "Wording": all(languages),
            "DataRecipient": ["name": texts.merging(["minLength": 1]) { $1 }],
            "HumanDecisionRecorded": chosen, "HumanDecisionRecordedRequest": chosen,
            "ThirdCountryTransfer": ["country": ["pattern": ISOCodes.countryPattern], "recipient": texts],
            "OwnAttribute": [
                "name": ["pattern": Schema.idPattern], "value": ["maxLength": OwnAttributeRules.valueCharactersMax],
            ],
            "DataSource": ["source": texts.merging(["minLength": 1]) { $1 }, "description": someWording],
            "ProgramProfile": [
                "purposes": list.merging(["items": reference("Wording").merging(someWording) { $1 }]) { $1 },
                "recipients": list, "transfers": list, "sources": list,
            ],
        ]
    }

    /// Choices of which a decision makes one.
    private static var chosen: [String: Object] {
        Dictionary(uniqueKeysWithValues: ["uphold", "close", "reroute"].map { ($0, ["const": true] as Object) })
    }

    private static let required = [
        "DataRecipient": ["name"], "ThirdCountryTransfer": ["country"], "DataSource": ["source", "description"],
        "OwnAttribute": ["name"],
    ]

    /// Texts of which intake asks a form wherever they stand.
    private static let formats = ["accountDomain": "hostname", "email": "email"]

    private static let linkStatements = [
        "LeadsLinked", "LeadsLinkedRequest", "LeadsUnlinked", "LeadsUnlinkedRequest",
    ]

    /// Which lead it was one enquiry with must be said; leads of one company need no other.
    private static var otherLeadNamed: [Object] {
        [
            ["properties": ["link": ["const": "LEAD_LINK_SAME_COMPANY"]]],
            ["required": ["otherLeadId"], "properties": ["otherLeadId": ["minLength": 1]]],
        ]
    }

    private static let languages = ["en", "de", "fr", "it", "es"]

    /// No control character and no separator of lines.
    private static let oneLine = #"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"#

    /// A wording in at least one language.
    private static var someWording: Object {
        ["anyOf": oneNamed(languages)]
    }

    /// At least one of some texts, which is not empty.
    private static func oneNamed(_ names: [String]) -> [Object] {
        names.map { ["required": [$0], "properties": [$0: ["minLength": 1]]] }
    }

    private static func reference(_ name: String) -> Object { ["$ref": "#/components/schemas/" + name] }

    /// A component with what is asked of it beside its form.
    static func refined(_ name: String, _ component: Object) -> Object {
        var component = component
        // An account is claimed by a lead of it, by its domain, or by both; an empty text is neither.
        if ["DealClaimed", "DealClaimedRequest"].contains(name) {
            component["anyOf"] = oneNamed(["leadId", "accountDomain"])
        }
        var properties = component["properties"] as? Object ?? [:]
        if linkStatements.contains(name) { component["anyOf"] = otherLeadNamed }
        let mustBe = component["required"] as? [String] ?? []
        for (field, format) in formats {
            // An empty text is proto3's other way to leave it out.
            let form: Object =
                mustBe.contains(field) ? ["format": format] : ["anyOf": [["maxLength": 0], ["format": format]]]
            properties[field] = (properties[field] as? Object)?.merging(form) { $1 }
        }
        properties["attributes"] = (properties["attributes"] as? Object)?
            .merging(["maxItems": OwnAttributeRules.countMax]) { $1 }
        if !properties.isEmpty { component["properties"] = properties }
        guard let rules = rules[name] else { return component }
        for (field, rule) in rules { properties[field] = (properties[field] as? Object ?? [:]).merging(rule) { $1 } }
        component["properties"] = properties
        if let required = required[name] { component["required"] = required }
        if name == "ProgramProfile" { component["not"] = transfersDenied }
        return component
    }

    /// Transfers that are listed and denied.
    private static var transfersDenied: Object {
        [
            "required": ["noTransfers", "transfers"],
            "properties": ["noTransfers": ["const": true], "transfers": ["minItems": 1]],
        ]
    }
}
