import HTTPTypes
import Testing

@testable import Gateway

/// Goal: a text in a query is as long as the document says, for every operation and parameter. Method: each parameter of
/// the table that is a text, at its bounds and beyond.
@Suite struct QueryTextTests {
    private static let texts: [(operation: Gateway.Operation, parameter: Gateway.Operation.Parameter, length: ClosedRange<Int>)] =
        OperationTable.all.flatMap { operation in
            operation.query.compactMap { parameter in parameter.schema.length.map { (operation, parameter, $0) } }
        }

    @Test func theTableHasSome() { #expect(Self.texts.contains { $0.operation.id == "getPilotReport" && $0.parameter.name == "incumbent" }) }

    @Test func aTextIsAsLongAsTheDocumentSays() {
        for (operation, parameter, length) in Self.texts {
            let longest = String(repeating: "x", count: length.upperBound)
            #expect(parameter.schema.allows(longest), "\(operation.id) \(parameter.name)")
            // Characters are scalars, as JSON Schema counts them.
            let marks = "e" + String(repeating: "\u{301}", count: length.upperBound - 1)
            #expect(parameter.schema.allows(marks), "\(operation.id) \(parameter.name)")
            for wrong in [longest + "x", marks + "\u{301}", "\0", length.lowerBound > 0 ? "" : "\0"] {
                #expect(!parameter.schema.allows(wrong), "\(operation.id) \(parameter.name)")
            }
        }
    }

    @Test func aRequestWithALongerOneIsRefused() async throws {
        try await ServedFolder.serving { served in
            for (operation, parameter, length) in Self.texts where operation.method == .get {
                let path = operation.path.replacing(/\{[a-z]+\}/, with: "x")
                let reply = try await served.ask(
                    .GET, "\(path)?\(parameter.name)=\(String(repeating: "0", count: length.upperBound + 1))", served.admin)
                #expect(reply.status == 400, "\(operation.id) \(parameter.name): \(reply.status)")
            }
        }
    }
}
