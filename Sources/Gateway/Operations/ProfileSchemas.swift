import Engine
import Foundation

/// What intake asks of a program's profile, as schemas: its messages say nothing of it, for nearly all of it is sealed.
enum ProfileSchemas {
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
            "ThirdCountryTransfer": ["country": ["pattern": "^[A-Z]{2}$"], "recipient": texts],
            "DataSource": ["source": texts.merging(["minLength": 1]) { $1 }, "description": someWording],
            "ProgramProfile": [
                "purposes": list.merging(["items": reference("Wording").merging(someWording) { $1 }]) { $1 },
                "recipients": list, "transfers": list, "sources": list,
            ],
        ]
    }

    private static let required = [
        "DataRecipient": ["name"], "ThirdCountryTransfer": ["country"], "DataSource": ["source", "description"],
    ]

    private static let languages = ["en", "de", "fr", "it", "es"]

    /// No control character and no separator of lines.
    private static let oneLine = #"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"#

    /// A wording in at least one language.
    private static var someWording: Object {
        ["anyOf": languages.map { ["required": [$0], "properties": [$0: ["minLength": 1]]] as Object }]
    }

    private static func reference(_ name: String) -> Object { ["$ref": "#/components/schemas/" + name] }

    /// A component with what is asked of it beside its form.
    static func refined(_ name: String, _ component: Object) -> Object {
        guard let rules = rules[name] else { return component }
        var component = component
        var properties = component["properties"] as? Object ?? [:]
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
