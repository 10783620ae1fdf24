import Foundation
import LeadlineCore
import UseCases

/// How an issuer's claims become a grant. What no rule gives is not granted: without a role, a program and, for a
/// partner's role, a partner, a token opens nothing.
public struct ClaimRules: Sendable, Equatable {
    /// Where one part of a grant comes from.
    public enum Rule: Sendable, Equatable {
        /// The same for every token.
        case fixed([String])
        /// A claim's text, or the texts of a list; by the mapping where there is one, in which what it does not name
        /// counts for nothing.
        case claim(path: [String], mapping: [String: String]?)
    }

    var role: Rule
    var program: Rule
    var partner: Rule?
    var sources: Rule?
    /// Nil for all scopes of the role.
    var scopes: Rule?

    /// Texts that are looked at in one claim, and bytes of each.
    private static let textsMax = 200
    private static let bytesMax = 512

    /// What the claims of a verified token let do; nil where the rules give nothing, or nothing that a key could hold.
    func request(_ claims: [String: JSONValue]) -> GrantRequest? {
        // More than one is as good as none: nobody can tell which is meant.
        guard let role = one(self.role, claims).flatMap(Role.init(rawValue:)), let program = one(self.program, claims)
        else { return nil }
        let partners = partner.map { texts($0, claims) } ?? []
        guard partners.count <= 1 else { return nil }
        let scopes = self.scopes.map { rule in Set(texts(rule, claims).compactMap(Scope.init(rawValue:))) }
        let request = GrantRequest(
            program: program, role: role, scopes: scopes?.intersection(role.scopes), partner: partners.first,
            sources: sources.map { texts($0, claims) } ?? [])
        do { try GrantRules.check(request) } catch { return nil }
        return request
    }

    private func one(_ rule: Rule, _ claims: [String: JSONValue]) -> String? {
        let found = texts(rule, claims)
        return found.count == 1 ? found[0] : nil
    }

    /// Each once, in order.
    private func texts(_ rule: Rule, _ claims: [String: JSONValue]) -> [String] {
        switch rule {
        case .fixed(let texts): return texts
        case .claim(let path, let mapping):
            let found = Self.texts(at: path, claims)
            let meant = mapping.map { mapping in found.compactMap { mapping[$0] } } ?? found
            return meant.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    private static func words(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: " ")).map { String(decoding: Array($0), as: UTF8.self) }
    }

    private static func texts(at path: [String], _ claims: [String: JSONValue]) -> [String] {
        var value = JSONValue.object(claims)
        for name in path {
            guard case .object(let fields) = value, let next = fields[name] else { return [] }
            value = next
        }
        let texts =
            switch value {
            // The claim `scope` is words with spaces between them (RFC 8693).
            case .text(let text): path == ["scope"] ? Self.words(text) : [text]
            case .list(let list): list.compactMap { if case .text(let text) = $0 { text } else { nil } }
            default: [String]()
            }
        guard texts.count <= textsMax else { return [] }
        return texts.filter { (1...bytesMax).contains($0.utf8.count) }
    }
}
