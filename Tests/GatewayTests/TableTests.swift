import Foundation
import Logging
import Hummingbird
import HTTPTypes
import Testing

@testable import Gateway

/// Goal: router, document and rights are one table.
@Suite struct TableTests {
    @Test func theRouterHasTheTablesRoutesAndNoOther() async throws {
        try await ServedFolder.serving { served in
            let services = try GatewayServices(
                folder: served.folder, inbox: NoInbox(), decisions: NoDecisions(), access: served.access,
                logger: .init(label: "test"), live: served.services.live, place: served.services.place)
            let routes = GatewayServer.router(services, RateLimits()).routes
            let routed = Set(routes.map { "\($0.method.rawValue) \($0.path)" })
            let rows = OperationTable.all + OperationTable.faces
            #expect(routed == Set(rows.map { "\($0.method.rawValue) \($0.path)" }))
            #expect(routed.count == rows.count)
        }
    }

    @Test func everyOperationHasANameOfItsOwnAndAnAnswer() {
        #expect(Set(OperationTable.all.map(\.id)).count == OperationTable.all.count)
        for operation in OperationTable.all {
            #expect(!operation.successes.isEmpty && operation.summary.utf8.count > 10, "\(operation.id)")
            #expect(!operation.roles.isEmpty, "\(operation.id): no role may ask for it")
            if let payload = operation.payload, payload.types[0].utf8.reversed().starts(with: "/json".utf8.reversed()) {
                #expect(throws: Never.self, "\(operation.id)") { try JSONSerialization.jsonObject(with: Data(payload.example.utf8)) }
            }
        }
    }

    @Test func theDocumentSaysWhatTheTableSays() throws {
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(OpenAPI.text.utf8)) as? [String: Any])
        #expect(document["openapi"] as? String == "3.1.0")
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        for operation in OperationTable.all where operation.method.rawValue != "QUERY" {
            let row = try #require(paths[operation.path]?[operation.method.rawValue.lowercased()] as? [String: Any])
            #expect(row["operationId"] as? String == operation.id)
            #expect(row["x-scope"] as? String == operation.scope?.rawValue)
        }
        // Every reference leads somewhere.
        let components = try #require(document["components"] as? [String: [String: Any]])
        for part in OpenAPI.text.components(separatedBy: ##"$ref":"#/components/"##).dropFirst() {
            let place = part.components(separatedBy: "\"")[0].components(separatedBy: "/")
            #expect(components[place[0]]?[place[1]] != nil, "\(place)")
        }
    }

    @Test func examplesNameNobodyReal() {
        for part in OpenAPI.text.components(separatedBy: "@").dropFirst() {
            let domain = part.unicodeScalars.prefix { $0.properties.isAlphabetic || $0 == "." || $0 == "-" }
            // An address may end a sentence.
            if domain.contains(".") { #expect(String(domain).trimmingCharacters(in: .init(charactersIn: ".")).hasSuffix(".example"), "\(domain)") }
        }
    }
}
