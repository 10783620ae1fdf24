import HTTPTypes
import LeadlineCore
import LeadlineSchemas

/// One page of things that partners have, in the order of partner and id. A partner sees its own alone.
struct PartnersPage {
    private let path: String
    private let limit: Int
    /// Whose they are; nil for everybody's.
    private let partner: String?
    /// True if the caller chose the partner.
    private let isChosen: Bool
    private let after: (String, String)?

    /// Reads `partner`, `after` and `limit` from the query.
    /// - Parameters:
    ///   - path: of the operation, to which the next page's link leads.
    ///   - noun: what an id names, for the refusal of another.
    init(_ path: String, _ noun: String, _ call: Call) throws {
        let grant = try call.grant
        self.path = path
        limit = try call.number("limit", in: 1...200, otherwise: 50)
        if let partner = call.query["partner"], !FieldLimits.isID(partner) {
            throw Refusal.badQuery("partner", "It is the id of a partner.")
        }
        partner = grant.partner ?? call.query["partner"]
        isChosen = grant.partner == nil && partner != nil
        after = try call.query["after"].map { text in
            let parts = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts.allSatisfy(FieldLimits.isID) else {
                throw Refusal.badQuery("after", "It is a partner's id, a slash and the \(noun)'s id.")
            }
            return (parts[0], parts[1])
        }
    }

    /// The page of all that there is, and the header that leads to the next.
    func of<Element>(
        _ all: [Element], by key: (Element) -> (partner: String, id: String)
    ) -> (page: [Element], headers: [(HTTPField.Name, String)]) {
        let page = Array(
            all.filter { one in
                let key = key(one)
                return (partner == nil || key.partner == partner) && (after.map { key > $0 } ?? true)
            }.sorted { key($0) < key($1) }.prefix(limit))
        guard page.count == limit, let last = page.last.map(key) else { return (page, []) }
        var next = "\(path)?limit=\(limit)&after=\(last.partner)/\(last.id)"
        if isChosen, let partner { next += "&partner=\(partner)" }
        return (page, [(.link, "<\(next)>; rel=\"next\"")])
    }
}
