import Engine
import Foundation
import GRDB
import LeadlineCore
import Testing
import UseCases

@testable import Gateway

/// Goal: a key lets its bearer do what it was made for, until it ends, and nobody learns it from what is kept.
@Suite struct KeyTests {
    @Test func onlyKeysOfTheFormAreRead() {
        let right = "ll_0123456789abcdef_" + String(repeating: "0f", count: 32)
        #expect(KeyToken(right)?.description == right)
        for wrong in [
            "", "ll_", "ll__", "ll_0123456789abcdef_", right + "0", right + "_", "LL" + right.dropFirst(2), right.uppercased(),
            right.replacing("0f", with: "0g"), " " + right, right + "\u{301}",
        ] { #expect(KeyToken(wrong) == nil, "\(wrong)") }
    }

    @Test func aKeyLivesAndEnds() async throws {
        try await ServedFolder.serving { served in
            let access = served.access
            let made = try access.create(GrantRequest(program: "acme", role: .producer, sources: ["/web"]))
            #expect(try access.grant(for: made.token) == made.grant)
            // Unknown, and known with another secret, alike.
            let other = try access.create(GrantRequest(program: "acme", role: .producer))
            let mixed = try #require(KeyToken("ll_\(made.token.id)_\(other.token.secret)"))
            #expect(try access.grant(for: mixed) == nil)
            #expect(try access.grant(for: try #require(KeyToken("ll_0000000000000000_\(other.token.secret)"))) == nil)
            #expect(!made.grant.isInForce(at: made.grant.expires))

            let next = try access.rotate(made.grant.id, program: "acme")
            #expect(next.grant.principal == made.grant.principal && next.grant.scopes == made.grant.scopes)
            #expect(try access.grant(id: made.grant.id)?.revoked != nil)
            #expect(throws: Problem.self) { try access.rotate(made.grant.id, program: "acme") }
            #expect(throws: Problem.self) { try access.revoke(next.grant.id, program: "other") }
            #expect(try access.revoke(next.grant.id, program: "acme").revoked != nil)
        }
    }

    @Test func whatIsKeptHoldsNoSecret() async throws {
        try await ServedFolder.serving { served in
            let token = try served.key(.admin)
            var bytes = Data()
            for name in ["access.db", "access.db-wal"] {
                bytes += FileManager.default.contents(atPath: served.folder.path + "/" + name) ?? Data()
            }
            #expect(bytes.range(of: Data(token.id.utf8)) != nil)
            #expect(bytes.range(of: Data(token.secret.utf8)) == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: served.folder.path + "/access.db")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var field: String
        var request: GrantRequest
        var testDescription: String { field }
    }

    @Test(arguments: [
        Refused(field: "program", request: .init(program: "a b", role: .admin)),
        Refused(field: "partner", request: .init(program: "acme", role: .partner)),
        Refused(field: "partner", request: .init(program: "acme", role: .admin, partner: "p-one")),
        Refused(field: "scopes", request: .init(program: "acme", role: .producer, scopes: [.keysManage])),
        Refused(field: "sources", request: .init(program: "acme", role: .producer, sources: ["*"])),
        Refused(field: "days", request: .init(program: "acme", role: .admin, days: 0)),
        Refused(field: "label", request: .init(program: "acme", role: .admin, label: String(repeating: "x", count: 129))),
    ]) func aRequestThatIsNotRightIsRefused(_ refused: Refused) {
        #expect { try GrantRules.check(refused.request) } throws: { ($0 as? Problem)?.place == refused.field }
    }
}
